package main

import (
	"path/filepath"
	"slices"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/study"
)

// panels returns the figures. With --recall-curve, these are precision against recall for each file
// of the report. Otherwise they show, for the last file, the scores, precision and recall of each
// run, and calibration.
func (o *compareRun) panels(r *study.Outcome) []plots.Panel {
	if len(o.RecallCurve) > 0 {
		var list []plots.Panel
		for k := range r.Files {
			list = append(list, o.curvePanel(k, r))
		}
		return list
	}
	score := plots.Panel{Title: "Mean and standard deviation over the runs", X: "accuracy"}
	runs := plots.Panel{Title: "Each run", X: "recall", Y: "precision"}
	bins := plots.Panel{Title: "Calibration", X: "probability of the label", Y: "accuracy", Lines: true, Diagonal: true}
	for _, row := range r.Losses {
		if !wasTrained(row) {
			continue
		}
		f := row.On(len(r.Files) - 1).Varied()
		score.Bars = append(score.Bars, plots.Bar{Name: row.Loss, Mean: f.F1.Mean, SD: f.F1.SD})
		runs.Series = append(runs.Series, plots.Series{Name: row.Loss, Points: points(f.Recall.Values, f.Precision.Values)})
		curve := plots.Series{Name: row.Loss}
		for _, b := range f.Bins {
			curve.Points = append(curve.Points, plots.Point{X: b.Mean, Y: b.Accuracy})
		}
		bins.Series = append(bins.Series, curve)
	}
	if r.Spans {
		score.X = "F1"
	}
	switch {
	case len(score.Bars) > maxSeries:
		return []plots.Panel{score}
	case r.Spans:
		return []plots.Panel{score, runs, bins}
	}
	return []plots.Panel{score, bins}
}

// maxSeries is the maximum number of losses in a panel with a series for each loss.
const maxSeries = 10

// curvePanel returns the panel of the k-th file, with a line for each loss and a point for each
// weight.
func (o *compareRun) curvePanel(k int, r *study.Outcome) plots.Panel {
	p := plots.Panel{Title: "Precision and recall by --cost-fn", X: "recall", Y: "precision", Lines: true}
	if len(r.Files) > 1 {
		p.Title += ": " + filepath.Base(r.Files[k])
	}
	for _, row := range r.Losses {
		if !wasTrained(row) {
			continue
		}
		at := slices.IndexFunc(p.Series, func(s plots.Series) bool { return s.Name == row.Loss })
		if at < 0 {
			at = len(p.Series)
			p.Series = append(p.Series, plots.Series{Name: row.Loss})
		}
		f := row.On(k).Main()
		p.Series[at].Points = append(p.Series[at].Points, plots.Point{X: f.Recall.Mean, Y: f.Precision.Mean})
	}
	return p
}

func points(x, y []float64) []plots.Point {
	list := make([]plots.Point, len(x))
	for k := range x {
		list[k] = plots.Point{X: x[k], Y: y[k]}
	}
	return list
}

package main

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/metrics"
)

// pooledBins are those of the calibration over all runs.
func pooledBins(runs []judgement) []metrics.Bin {
	var pool []metrics.Bin
	at := make(map[float64]int)
	for _, r := range runs {
		for _, b := range r.calibration.Bins {
			k, ok := at[b.Low]
			if !ok {
				at[b.Low] = len(pool)
				pool = append(pool, b)
				continue
			}
			p := &pool[k]
			share := float64(b.Tokens) / float64(b.Tokens+p.Tokens)
			p.Mean += share * (b.Mean - p.Mean)
			p.Accuracy += share * (b.Accuracy - p.Accuracy)
			p.Tokens += b.Tokens
		}
	}
	slices.SortFunc(pool, func(a, b metrics.Bin) int { return cmp.Compare(a.Low, b.Low) })
	return pool
}

// panels are the figures: precision against recall along a curve, or else the scores, precision and recall of each
// run, and how often labels are right that have a probability. A curve has a panel for each file of the report, the
// others show the last file.
func (s *study) panels(rows []studyRow) []plots.Panel {
	if len(s.o.weights) > 0 {
		var list []plots.Panel
		for k := range s.reported {
			list = append(list, s.curvePanel(k, rows))
		}
		return list
	}
	score := plots.Panel{Title: "Mean and deviation over the runs", X: "accuracy"}
	runs := plots.Panel{Title: "Each run", X: "recall", Y: "precision"}
	bins := plots.Panel{Title: "Calibration", X: "probability of the label", Y: "how often it is right", Lines: true, Diagonal: true}
	for _, row := range rows {
		if row.Error != "" {
			continue
		}
		r := struct {
			Loss string
			*studyFigures
		}{row.Loss, row.on(len(s.reported) - 1).varied()}
		score.Bars = append(score.Bars, plots.Bar{Name: r.Loss, Mean: r.F1.Mean, SD: r.F1.SD})
		runs.Series = append(runs.Series, plots.Series{Name: r.Loss, Points: points(r.Recall.Values, r.Precision.Values)})
		curve := plots.Series{Name: r.Loss}
		for _, b := range r.Bins {
			curve.Points = append(curve.Points, plots.Point{X: b.Mean, Y: b.Accuracy})
		}
		bins.Series = append(bins.Series, curve)
	}
	if s.spans() {
		score.X = "F1"
	}
	switch {
	case len(score.Bars) > maxSeries:
		return []plots.Panel{score}
	case s.spans():
		return []plots.Panel{score, runs, bins}
	}
	return []plots.Panel{score, bins}
}

// maxSeries is how many losses can be told apart within a panel.
const maxSeries = 10

// curvePanel has a line for each loss on the k-th file, with a point for each weight.
func (s *study) curvePanel(k int, rows []studyRow) plots.Panel {
	p := plots.Panel{Title: "Precision and recall by --cost-fn", X: "recall", Y: "precision", Lines: true}
	if len(s.reported) > 1 {
		p.Title += ": " + filepath.Base(s.reported[k].name)
	}
	for _, r := range rows {
		if r.Error != "" {
			continue
		}
		at := slices.IndexFunc(p.Series, func(s plots.Series) bool { return s.Name == r.Loss })
		if at < 0 {
			at = len(p.Series)
			p.Series = append(p.Series, plots.Series{Name: r.Loss})
		}
		f := r.on(k).main()
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

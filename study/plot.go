package study

import (
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/internal/plots"
)

// WriteSVG draws figures. On a recall curve, these are precision against recall for each file of
// the report. Otherwise they show, for the last file, the scores, precision and recall of each run,
// and calibration. With more than ten losses, there are only the scores. At least one loss must
// have been trained.
func (o *Outcome) WriteSVG(w io.Writer) error { return plots.Write(w, o.panels()...) }

// maxSeries is the maximum number of losses in a panel with a series for each loss.
const maxSeries = 10

func (o *Outcome) panels() []plots.Panel {
	if slices.ContainsFunc(o.Losses, func(r Row) bool { return r.CostFN != nil }) {
		var list []plots.Panel
		for k := range o.Files {
			list = append(list, o.curvePanel(k))
		}
		return list
	}
	score := plots.Panel{Title: "Mean and standard deviation over the runs", X: "accuracy"}
	runs := plots.Panel{Title: "Each run", X: "recall", Y: "precision"}
	bins := plots.Panel{Title: "Calibration", X: "probability of the label", Y: "accuracy", Lines: true, Diagonal: true}
	for _, row := range o.Losses {
		if row.Err != nil {
			continue
		}
		f := row.On(len(o.Files) - 1).Varied()
		score.Bars = append(score.Bars, plots.Bar{Name: row.Loss, Value: f.F1.Mean, Low: f.F1.Mean - f.F1.SD, High: f.F1.Mean + f.F1.SD})
		points := plots.Series{Name: row.Loss}
		for k, recall := range f.Recall.Values {
			points.Points = append(points.Points, plots.Point{X: recall, Y: f.Precision.Values[k]})
		}
		runs.Series = append(runs.Series, points)
		curve := plots.Series{Name: row.Loss}
		for _, b := range f.Bins {
			curve.Points = append(curve.Points, plots.Point{X: b.Mean, Y: b.Accuracy})
		}
		bins.Series = append(bins.Series, curve)
	}
	if o.Spans {
		score.X = "F1"
	}
	switch {
	case len(score.Bars) > maxSeries:
		return []plots.Panel{score}
	case o.Spans:
		return []plots.Panel{score, runs, bins}
	}
	return []plots.Panel{score, bins}
}

// curvePanel returns the panel of the k-th file, with a line for each loss and a point for each
// weight.
func (o *Outcome) curvePanel(k int) plots.Panel {
	p := plots.Panel{Title: "Precision and recall by --cost-fn", X: "recall", Y: "precision", Lines: true}
	if len(o.Files) > 1 {
		p.Title += ": " + filepath.Base(o.Files[k])
	}
	for _, row := range o.Losses {
		if row.Err != nil {
			continue
		}
		at := slices.IndexFunc(p.Series, func(s plots.Series) bool { return s.Name == row.Loss })
		if at < 0 {
			at = len(p.Series)
			p.Series = append(p.Series, plots.Series{Name: row.Loss})
		}
		f := row.On(k).Main()
		p.Series[at].Points = append(p.Series[at].Points,
			plots.Point{X: f.Recall.Mean, Y: f.Precision.Mean, Label: strconv.FormatFloat(*row.CostFN, 'g', -1, 64)})
	}
	return p
}

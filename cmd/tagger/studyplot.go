package main

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/metrics"
)

// pooledBins are those of the calibration over all runs.
func (c *contender) pooledBins() []metrics.Bin {
	var pool []metrics.Bin
	at := make(map[float64]int)
	for _, r := range c.runs {
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
// run, and how often labels are right that have a probability.
func (s *study) panels(rows []studyRow) []plots.Panel {
	if len(s.o.weights) > 0 {
		return []plots.Panel{curvePanel(rows)}
	}
	score := plots.Panel{Title: "Mean and deviation over the runs", X: "accuracy"}
	runs := plots.Panel{Title: "Each run", X: "recall", Y: "precision"}
	bins := plots.Panel{Title: "Calibration", X: "probability of the label", Y: "how often it is right", Lines: true, Diagonal: true}
	for _, r := range rows {
		if r.Error != "" {
			continue
		}
		score.Bars = append(score.Bars, plots.Bar{Name: r.Loss, Mean: r.F1.Mean, SD: r.F1.SD})
		runs.Series = append(runs.Series, plots.Series{Name: r.Loss, Points: points(r.Recall.Values, r.Precision.Values)})
		curve := plots.Series{Name: r.Loss}
		for _, b := range r.Bins {
			curve.Points = append(curve.Points, plots.Point{X: b.Mean, Y: b.Accuracy})
		}
		bins.Series = append(bins.Series, curve)
	}
	if !s.spans() {
		return []plots.Panel{score, bins}
	}
	score.X = "F1"
	return []plots.Panel{score, runs, bins}
}

// curvePanel has a line for each loss, with a point for each weight.
func curvePanel(rows []studyRow) plots.Panel {
	p := plots.Panel{Title: "Precision and recall by --cost-fn", X: "recall", Y: "precision", Lines: true}
	for _, r := range rows {
		if r.Error != "" {
			continue
		}
		k := slices.IndexFunc(p.Series, func(s plots.Series) bool { return s.Name == r.Loss })
		if k < 0 {
			k = len(p.Series)
			p.Series = append(p.Series, plots.Series{Name: r.Loss})
		}
		p.Series[k].Points = append(p.Series[k].Points, plots.Point{X: r.Recall.Mean, Y: r.Precision.Mean})
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

package study

import (
	"maps"
	"slices"

	"github.com/trellis-nlp/trellis/metrics"
)

// measures lists the scores that a search can maximise.
var measures = map[string]func(*metrics.Results) float64{
	"f1":                func(r *metrics.Results) float64 { return r.F1 },
	"precision":         func(r *metrics.Results) float64 { return r.Precision },
	"recall":            func(r *metrics.Results) float64 { return r.Recall },
	"accuracy":          func(r *metrics.Results) float64 { return r.Accuracy },
	"sentence-accuracy": func(r *metrics.Results) float64 { return r.SentenceAccuracy },
}

// MetricNames lists the values of Search.Metric.
func MetricNames() []string { return slices.Sorted(maps.Keys(measures)) }

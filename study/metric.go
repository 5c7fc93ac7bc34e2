package study

import (
	"maps"
	"slices"

	"github.com/trellis-nlp/trellis/metrics"
)

// measures lists the scores of studies.
var measures = map[string]func(*metrics.Results) float64{
	"f1":                func(r *metrics.Results) float64 { return r.F1 },
	"precision":         func(r *metrics.Results) float64 { return r.Precision },
	"recall":            func(r *metrics.Results) float64 { return r.Recall },
	"accuracy":          func(r *metrics.Results) float64 { return r.Accuracy },
	"sentence-accuracy": func(r *metrics.Results) float64 { return r.SentenceAccuracy },
}

// measureOf returns the measure with the name of a metric.
var measureOf = map[string]metrics.Measure{
	"f1": metrics.F1, "precision": metrics.Precision, "recall": metrics.Recall, "accuracy": metrics.Accuracy, "sentence-accuracy": metrics.SentenceAccuracy,
}

// MetricNames lists the values of Search.Metric and LearningCurve.Metric.
func MetricNames() []string { return slices.Sorted(maps.Keys(measures)) }

// scoreNames holds the printed names of the scores.
var scoreNames = map[string]string{
	"f1": "F1", "precision": "precision", "recall": "recall", "accuracy": "accuracy", "sentence-accuracy": "sentence accuracy",
}

// ScoreName returns the printed name of a metric, such as F1 for f1.
func ScoreName(metric string) string { return scoreNames[metric] }

package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// The gold labels determine how they are scored, unless Scheme is set.
func TestScorerFindsOutWhatLabelsAre(t *testing.T) {
	spans := metrics.Pair{Gold: []string{"B-X", "I-X", "O"}, Predicted: []string{"B-X", "O", "O"}}
	plain := metrics.Pair{Gold: []string{"NOUN", "VERB"}, Predicted: []string{"NOUN", "NOUN"}}
	forced := structured.Plain
	for _, c := range []struct {
		scheme *structured.Scheme
		pair   metrics.Pair
		f1     float64
	}{{nil, spans, 0}, {nil, plain, 0.5}, {&forced, spans, 2.0 / 3}} {
		s := metrics.Scorer{Scheme: c.scheme, Keep: true}
		require.NoError(t, s.Add(c.pair))
		assert.InDelta(t, c.f1, s.Results().F1, 1e-12)
		assert.Len(t, s.Sentences(), 1)
	}
}

func TestScorerComparesUniversalFeaturesAndCalibrates(t *testing.T) {
	s := metrics.Scorer{UniversalFeatures: true, Calibrator: &metrics.Calibrator{Bins: 2}}
	require.NoError(t, s.Add(metrics.Pair{
		Gold: []string{"Case=Nom|Own=1", "Case=Acc"}, Predicted: []string{"Case=Nom", "Case=Nom"}, Probabilities: []float64{0.9, 0.4},
	}))
	r := s.Results()
	assert.InDelta(t, 0.5, r.Accuracy, 1e-12)
	require.NotNil(t, r.Calibration)
	assert.Error(t, s.Add(metrics.Pair{Gold: []string{"a"}, Predicted: []string{"a"}, Probabilities: []float64{2}}))
	assert.Error(t, s.Add(metrics.Pair{Gold: []string{"a"}}))
}

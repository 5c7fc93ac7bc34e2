package analysis_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics/analysis"
)

const steps = `{"step":1,"seconds":0.1,"objective":120.5,"grad_norm":null,"dev":0.25}

{"step":2,"seconds":0.2,"objective":80,"grad_norm":3.5,"dev":0.5}
{"run":1,"step":1,"seconds":0.3,"objective":99,"grad_norm":1}`

func TestReadSteps(t *testing.T) {
	list, err := analysis.ReadSteps(strings.NewReader(steps), "steps.jsonl")
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, analysis.Step{Step: 2, Seconds: 0.2, Objective: 80, GradNorm: new(3.5), Dev: new(0.5)}, list[1])
	assert.Equal(t, 1, list[2].Run)
	assert.Nil(t, list[2].Dev)
	empty, err := analysis.ReadSteps(strings.NewReader(""), "steps.jsonl")
	require.NoError(t, err)
	assert.Empty(t, empty)
}

func TestReadStepsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"hello":                         "steps.jsonl:1: not a step of a training log: invalid character 'h'",
		`{"step":1}` + "\n" + `[]`:      "steps.jsonl:2: not a step of a training log: json: cannot unmarshal array",
		`{}`:                            "steps.jsonl:1: not a step of a training log: step 0; expected a file of train --log-json",
		`{"step":1,"dev":50}`:           "a score of 50; expected a number from 0 to 1",
		`{"step":1,"objective":1e300}`:  "an objective of 1e+300",
		strings.Repeat(" ", 1<<20) + "": "token too long",
	} {
		_, err := analysis.ReadSteps(strings.NewReader(text), "steps.jsonl")
		assert.ErrorContains(t, err, want)
	}
}

// What is read can be written and read again.
func FuzzReadSteps(f *testing.F) {
	f.Add(steps)
	f.Add("{\"step\":1}\r\n{\"step\":9,\"dev\":1}")
	f.Add(`{"step":1,"objective":-0}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := analysis.ReadSteps(strings.NewReader(text), "f")
		if err != nil {
			require.ErrorContains(t, err, "f:")
			return
		}
		var b strings.Builder
		for _, s := range list {
			require.NoError(t, json.NewEncoder(&b).Encode(s))
		}
		again, err := analysis.ReadSteps(strings.NewReader(b.String()), "f")
		require.NoError(t, err)
		require.Equal(t, list, again)
	})
}

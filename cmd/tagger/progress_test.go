package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

func progressAt(epoch int, f1 float64, best bool) model.Progress {
	return model.Progress{
		Step: &optimize.Step{Updates: 7 * epoch, Number: epoch, Seconds: 2 * float64(epoch), Objective: 123.456789},
		Dev:  &metrics.Results{Score: metrics.Score{F1: f1}}, Best: best,
	}
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	r := newReporter(&b, 10, false)
	r.report(progressAt(1, 0.5, true))
	r.report(progressAt(4, 0.25, false))
	r.done()
	assert.Equal(t, "step 1/10  loss 123.457  dev 50.00% best  2.0s, at most 18s left\n"+
		"step 4/10  loss 123.457  dev 25.00%  8.0s, at most 12s left\n", b.String())
}

// A log of hundreds of steps has fewer lines, but always one for the last step.
func TestLinesOfManySteps(t *testing.T) {
	var b bytes.Buffer
	r := newReporter(&b, 300, false)
	for step := range 271 {
		r.report(progressAt(step+1, 0.5, step == 200))
	}
	r.done()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	assert.Len(t, lines, 20+25+1+1)
	assert.Contains(t, lines[len(lines)-1], "step 271/300 ")
	assert.Contains(t, b.String(), "step 201/300 ")
	assert.NotContains(t, b.String(), "step 202/300 ")
}

// The bars of a search leave no lines.
func TestBarIsCleared(t *testing.T) {
	var b bytes.Buffer
	r := newReporter(&b, 10, true)
	r.report(progressAt(5, 0.75, true))
	r.clear()
	assert.NotContains(t, b.String(), "\n")
	lines := strings.Split(b.String(), "\r")
	assert.Empty(t, strings.TrimSpace(lines[len(lines)-1]))
}

func TestBar(t *testing.T) {
	var b bytes.Buffer
	r := newReporter(&b, 10, true)
	r.report(progressAt(1, 0.5, true))
	r.report(progressAt(5, 0.75, true))
	r.done()
	assert.Contains(t, b.String(), "\r")
	assert.Contains(t, b.String(), " 50% |")
	assert.Contains(t, b.String(), "(5/10)")
	assert.Contains(t, b.String(), "loss 123.457  dev 75.00% best")
	assert.Equal(t, byte('\n'), b.Bytes()[b.Len()-1])
}

func TestFilesAndBuffersAreNoTerminals(t *testing.T) {
	f, err := os.Open("testdata/train.conll")
	assert.NoError(t, err)
	defer f.Close()
	assert.False(t, isTerminal(f))
	assert.False(t, isTerminal(new(bytes.Buffer)))
}

// Training that ends early leaves a full bar.
func TestBarEndsAtTheLastStep(t *testing.T) {
	var out bytes.Buffer
	r := newReporter(&out, 100, true)
	r.report(model.Progress{Step: &optimize.Step{Number: 5}})
	r.done()
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\r")
	assert.Contains(t, lines[len(lines)-1], "100%")
	assert.Contains(t, lines[len(lines)-1], "(5/5")
}

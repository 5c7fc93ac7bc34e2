package crf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// held returns development data for d with the labels of column 2.
func held(t testing.TB, d *Dataset) *Dataset {
	t.Helper()
	dev := d.HeldOut()
	for _, rows := range read(t, sample.Dev) {
		require.NoError(t, dev.Add(rows, column(rows, 2), 1))
	}
	return dev
}

// exactly formats a progress report without the time.
func exactly(p model.Progress) string {
	s := fmt.Sprintf("%d %d %d %d %x %x %x %v", p.Run, p.Step.Updates, p.Number, p.Evaluations, p.Objective, p.GradNorm, p.Weights(), p.Best)
	if p.Dev != nil {
		s += fmt.Sprintf(" %x", p.Dev.F1)
	}
	return s
}

// bytesOf returns the model file.
func bytesOf(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b, SaveOptions{Precision: Float64}))
	return b.Bytes()
}

// resumable lists training settings of all kinds.
func resumable() map[string]Options {
	passes := optimize.Passes{Epochs: 12, Tolerance: -1}
	batches := passes
	batches.BatchSize = 16
	limits := optimize.Limits{MaxIterations: 12}
	stage := optimize.Limits{MaxIterations: 4}
	blend := losses.Schedule{Name: "softmax-margin", Scale: losses.Range{From: 0.1, To: 2}}
	schedule := &Schedule{Loss: blend.Loss, Steps: 3}
	return map[string]Options{
		"L-BFGS":             {Batch: optimize.LBFGS{Limits: limits}, Penalty: l2},
		"OWL-QN, all pairs":  {Batch: optimize.OWLQN{Limits: limits}, Penalty: optimize.Penalty{L1: 0.1}, AllPairs: true, MinCount: 2},
		"warm start":         {Batch: optimize.WarmStart{First: optimize.SGD{Passes: optimize.Passes{Epochs: 4}}, Then: optimize.LBFGS{Limits: limits}}, Penalty: l2},
		"SGD, hinge":         {Loss: losses.Hinge{Cost: structured.WeightedHamming{1, 2, 1, 1, 1, 1, 1, 1, 1}}, Stochastic: optimize.SGD{Passes: passes}, Penalty: l2},
		"AdaGrad in batches": {Stochastic: optimize.AdaGrad{Passes: batches}, Penalty: l2},
		"perceptron":         {Loss: losses.Perceptron{}, Stochastic: optimize.AveragedPerceptron{Passes: passes}},
		"Frank-Wolfe":        {Loss: losses.Hinge{}, Stochastic: optimize.BCFW{Passes: passes}, Penalty: l2},
		"SAGA":               {Stochastic: optimize.SAGA{Passes: passes}, Penalty: l2},
		"stages":             {Batch: optimize.LBFGS{Limits: stage}, Penalty: l2, Schedule: schedule},
		"annealed SGD":       {Stochastic: optimize.SGD{Passes: passes}, Penalty: l2, Schedule: schedule},
		"restarts": {Loss: losses.Risk{}, Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 4, Tolerance: -1}}, Penalty: l2,
			Restarts: 2, Seed: 3},
	}
}

func TestResumeEqualsUninterruptedTraining(t *testing.T) {
	for name, o := range resumable() {
		for _, patience := range []int{0, 2} {
			t.Run(fmt.Sprint(name, "/", patience), func(t *testing.T) {
				d := small(t, bigramTemplates, 30)
				o.Threads = 2
				if patience > 0 {
					o.Dev, o.Patience = held(t, d), patience
				}
				var steps []string
				var saved [][]byte
				var at []int // steps reported at the time of saving
				o.Progress = func(p model.Progress) { steps = append(steps, exactly(p)) }
				o.Checkpoints = &Checkpoints{Write: func(write func(io.Writer) error) error {
					var b bytes.Buffer
					err := write(&b)
					saved, at = append(saved, b.Bytes()), append(at, len(steps))
					return err
				}}
				m, summary, err := Train(t.Context(), d, o)
				require.NoError(t, err)
				require.NotEmpty(t, saved)
				want, wanted := bytesOf(t, m), fmt.Sprintf("%x %v", summary.Result, summary.Dev)

				o.Checkpoints = nil
				for i := 0; i < len(saved); i += 1 + len(saved)/4 {
					// Create data and settings again, as another process would.
					again := resumable()[name]
					d := small(t, bigramTemplates, 30)
					again.Threads, again.Patience, again.Resume = 2, patience, bytes.NewReader(saved[i])
					if patience > 0 {
						again.Dev = held(t, d)
					}
					next := at[i]
					again.Progress = func(p model.Progress) {
						require.Less(t, next, len(steps))
						require.Equal(t, steps[next], exactly(p), "step %d after %d", next, at[i])
						next++
					}
					m, got, err := Train(t.Context(), d, again)
					require.NoError(t, err)
					assert.Equal(t, len(steps), next)
					assert.True(t, bytes.Equal(want, bytesOf(t, m)), "after %d steps", at[i])
					assert.Equal(t, wanted, fmt.Sprintf("%x %v", got.Result, got.Dev))
					assert.Equal(t, []int{summary.BestStep, summary.Run, summary.Features}, []int{got.BestStep, got.Run, got.Features})
				}
			})
		}
	}
}

// checkpointOf trains for two steps.
func checkpointOf(t testing.TB, d *Dataset, o Options) []byte {
	var b bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Progress = func(p model.Progress) {
		if p.Number == 2 {
			cancel()
		}
	}
	o.Checkpoints = &Checkpoints{Every: time.Hour, Write: func(write func(io.Writer) error) error {
		require.Zero(t, b.Len(), "one checkpoint")
		return write(&b)
	}}
	m, s, err := Train(ctx, d, o)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m)
	require.Equal(t, optimize.Cancelled, s.Reason)
	require.Equal(t, 2, s.Steps)
	return b.Bytes()
}

func TestResumeReportsDifferences(t *testing.T) {
	data := func() *Dataset { return small(t, plainTemplates, 20) }
	base := Options{Loss: losses.Hinge{}, Stochastic: optimize.AdaGrad{}, Penalty: l2, Threads: 2}
	with := func(change func(o *Options)) Options {
		o := base
		change(&o)
		return o
	}
	saved := checkpointOf(t, data(), base)
	weighted := data()
	weighted.weight[3] = 2
	relabelled := data()
	relabelled.gold[0] = (relabelled.gold[0] + 1) % int32(len(relabelled.Labels()))
	for what, c := range map[string]struct {
		d *Dataset
		o Options
	}{
		"the number of threads is 1, and was 2":               {data(), with(func(o *Options) { o.Threads = 1 })},
		"AllPairs is true, and was false":                     {data(), with(func(o *Options) { o.AllPairs = true })},
		"MinCount is 3, and was 1":                            {data(), with(func(o *Options) { o.MinCount = 3 })},
		"the loss is CrossEntropy, and was Hinge":             {data(), with(func(o *Options) { o.Loss = losses.CrossEntropy{} })},
		"the loss's Scale is 3, and was 0":                    {data(), with(func(o *Options) { o.Loss = losses.Hinge{Scale: 3} })},
		"the loss's Cost is":                                  {data(), with(func(o *Options) { o.Loss = losses.Hinge{Cost: structured.NewBoundaryCost([]string{"O"}, 1, 2, 3)} })},
		"the number of restarts is 1, and was 0":              {data(), with(func(o *Options) { o.Restarts = 1 })},
		"the method is SGD, and was AdaGrad":                  {data(), with(func(o *Options) { o.Stochastic = optimize.SGD{} })},
		"L2 is 7":                                             {data(), with(func(o *Options) { o.Penalty.L2 = 7 })},
		"the number of sentences is 21, and was 20":           {small(t, plainTemplates, 21), base},
		"the fingerprint of the attributes is":                {small(t, noTransitions, 20), base},
		"the fingerprint of the sentences is":                 {relabelled, base},
		"the fingerprint of the sentence weights is":          {weighted, base},
		"the fingerprint of the development data is":          {data(), with(func(o *Options) { o.Dev = held(t, small(t, plainTemplates, 60)) })},
		"the number of steps of the schedule is 2, and was 1": {data(), with(func(o *Options) { o.Schedule = &Schedule{same(losses.Hinge{}), 2} })},
	} {
		c.o.Resume = bytes.NewReader(saved)
		m, _, err := Train(t.Context(), c.d, c.o)
		require.ErrorIs(t, err, optimize.ErrCheckpoint, what)
		assert.ErrorContains(t, err, what)
		assert.Nil(t, m)
	}
	for _, damaged := range [][]byte{nil, []byte("no checkpoint"), saved[:len(saved)/3], saved[:len(saved)-1]} {
		o := base
		o.Resume = bytes.NewReader(damaged)
		_, _, err := Train(t.Context(), data(), o)
		assert.ErrorIs(t, err, optimize.ErrCheckpoint)
	}
}

// Soft labels that differ only in their shares are different training data.
func TestResumeDistinguishesShares(t *testing.T) {
	soft := func(share float64) *Dataset {
		d := small(t, plainTemplates, 20)
		rows := features.Rows{{"a"}, {"b"}}
		known := []annotation.Choice{{Labels: []string{"O", "B-PER"}, Shares: []float64{share, 1 - share}}, {Labels: []string{"O"}, Shares: []float64{1}}}
		require.NoError(t, d.AddChoices(model.Sentence{Columns: rows}, known, 1))
		return d
	}
	o := Options{Penalty: l2}
	saved := checkpointOf(t, soft(0.25), o)
	o.Resume = bytes.NewReader(saved)
	_, _, err := Train(t.Context(), soft(0.5), o)
	require.ErrorIs(t, err, optimize.ErrCheckpoint)
	assert.ErrorContains(t, err, "the fingerprint of the sentences is")
	o.Resume = bytes.NewReader(saved)
	_, _, err = Train(t.Context(), soft(0.25), o)
	assert.NoError(t, err)
}

// Training continues with more epochs and more patience.
func TestResumeWithMoreEpochs(t *testing.T) {
	epochs := func(n int) Options {
		return Options{Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: n, Tolerance: -1}}, Penalty: l2, Threads: 1}
	}
	d := small(t, plainTemplates, 20)
	want := train(t, d, epochs(6))
	var b bytes.Buffer
	o := epochs(3)
	o.Checkpoints = &Checkpoints{Every: time.Hour, Write: func(write func(io.Writer) error) error { return write(&b) }}
	train(t, d, o) // writes after the last step
	o = epochs(6)
	o.Resume = &b
	assert.Equal(t, bytesOf(t, want), bytesOf(t, train(t, d, o)))
}

func TestCheckpointThatCannotBeWritten(t *testing.T) {
	full := errors.New("full")
	o := Options{Penalty: l2, Checkpoints: &Checkpoints{Write: func(func(io.Writer) error) error { return full }}}
	m, s, err := Train(t.Context(), small(t, plainTemplates, 20), o)
	require.ErrorIs(t, err, full)
	assert.NotNil(t, m)
	assert.Equal(t, 1, s.Steps)
}

// If the last checkpoint is of the previous step, an interrupt ends the current step at once.
func TestInterruptRespectsTheCheckpoint(t *testing.T) {
	for _, every := range []time.Duration{0, time.Hour} {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupt := &interrupting{Loss: losses.CrossEntropy{}, after: 50, f: func() { cancel(nil) }}
		writes := 0
		_, s, err := Train(ctx, small(t, plainTemplates, 20), Options{
			Loss: interrupt, Stochastic: optimize.AdaGrad{}, Threads: 1, Penalty: l2,
			Checkpoints: &Checkpoints{Every: every, Write: func(func(io.Writer) error) error {
				writes++
				return nil
			}},
		})
		require.ErrorIs(t, err, context.Canceled)
		if every == 0 {
			assert.Equal(t, []int{2, 2}, []int{s.Steps, writes}, "the third step is not completed")
			assert.Less(t, s.Updates, 60)
		} else {
			assert.Equal(t, []int{3, 1, 60}, []int{s.Steps, writes, s.Updates}, "the third step is completed")
		}
	}
}

// interrupting calls f at evaluation number after and then waits briefly, so that the interrupt
// takes effect.
type interrupting struct {
	losses.Loss
	after, calls int
	f            func()
}

func (i *interrupting) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	if i.calls++; i.calls == i.after {
		i.f()
		time.Sleep(20 * time.Millisecond)
	}
	return i.Loss.Eval(grad, s, y, w)
}

func FuzzResume(f *testing.F) {
	data := func(t testing.TB) *Dataset { return small(t, plainTemplates, 5) }
	o := Options{Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 3}}, Penalty: l2, Threads: 1}
	f.Add(checkpointOf(f, data(f), o))
	f.Add([]byte("trellis checkpoint 1\n"))
	d := data(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		o := o
		o.Resume = bytes.NewReader(b)
		m, _, err := Train(t.Context(), d, o)
		assert.Equal(t, err == nil, m != nil)
	})
}

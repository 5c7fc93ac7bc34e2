package optimize

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// trial is a method and its problem, for testing checkpoints.
type trial struct {
	name   string
	p      Penalty
	method any // BatchMethod or StochasticMethod
	f      Stochastic
	capped bool // whether the maximum has no effect on earlier steps
}

// trials returns a run of every method, with the stopping rules disabled.
func trials(epochs int) []trial {
	smooth, margin := newLogistic(3, 60, 20, 0.1), newMultilabel(7, 40, 4, 15, 0.2)
	passes := Passes{Epochs: epochs, Seed: 5, Tolerance: -1, Floor: -1}
	batches := passes
	batches.BatchSize = 7
	limits := Limits{MaxIterations: epochs, Tolerance: -1, GradientTolerance: -1, Floor: -1}
	l1, l2, both := Penalty{L1: 0.1}, Penalty{L2: 0.01}, Penalty{L1: 0.1, L2: 0.01}
	return []trial{
		{"LBFGS", l2, LBFGS{Limits: limits, Memory: 3}, curved{smooth}, true},
		{"LBFGS without curvature", l2, LBFGS{Limits: limits}, smooth, true},
		{"OWLQN", both, OWLQN{Limits: limits, Memory: 3}, smooth, true},
		{"WarmStart", l2, WarmStart{First: SGD{Passes: Passes{Epochs: epochs / 2, Tolerance: -1}}, Then: LBFGS{Limits: limits}}, smooth, false},
		{"SGD", Penalty{}, SGD{Passes: passes}, smooth, true},
		{"SGD limited", l2, SGD{Passes: passes}, smooth, true},
		{"SGD, in place", l2, SGD{Passes: passes, InPlace: true}, &descending{smooth, -1, 0}, true},
		{"SGD of batches", l2, SGD{Passes: batches, Rate: 0.2, Decay: 0.3}, smooth, true},
		{"SGD exponential", both, SGD{Passes: passes, Exponential: 0.85}, smooth, true},
		{"SGD L1", l1, SGD{Passes: passes}, smooth, true},
		{"SGD averaged", l2, SGD{Passes: passes, Average: true}, smooth, false},
		{"AdaGrad", Penalty{}, AdaGrad{Passes: passes}, smooth, true},
		{"AdaGrad L1 L2", both, AdaGrad{Passes: batches}, smooth, true},
		{"Adam", l2, Adam{Passes: passes, Decay: 0.1}, smooth, true},
		{"AdamW", l2, Adam{Decoupled: true, Passes: passes}, smooth, true},
		{"SAGA", l2, SAGA{Passes: passes}, smooth, true},
		{"SAGA of blocks", Penalty{}, SAGA{Passes: batches}, smooth, true},
		{"AveragedPerceptron", Penalty{}, AveragedPerceptron{Passes: passes}, margin, true},
		{"PassiveAggressive", Penalty{}, PassiveAggressive{Passes: passes, SquaredSlack: true}, margin, true},
		{"PassiveAggressive last", Penalty{}, PassiveAggressive{Passes: passes, Last: true}, margin, true},
		{"AROW", Penalty{}, AROW{Passes: passes}, margin, true},
		{"BCFW", Penalty{L2: 0.3}, BCFW{Passes: passes, GapEvery: 3}, margin, false},
		{"BCFW averaged", Penalty{L2: 0.3}, BCFW{Passes: batches, Average: true}, margin, false},
	}
}

// curved is logistic with its Hessian diagonal.
type curved struct{ *logistic }

var _ HessianDiagonal = curved{}

func (f curved) HessianDiagonal(_ context.Context, dst, w []float64) error {
	clear(dst)
	for i, row := range f.rows {
		_, slope := f.example(w, 1, i)
		for j, k := range row {
			dst[k] += math.Abs(slope) * (1 - math.Abs(slope)) * f.vals[i][j] * f.vals[i][j]
		}
	}
	return nil
}

// minimise runs the trial from w, or from a checkpoint unless it is nil.
func (r trial) minimise(ctx context.Context, w []float64, from io.Reader, report func(*Step) error) (Result, error) {
	method := r.method
	if from != nil {
		var err error
		if method, err = Resume(method, from); err != nil {
			return Result{}, err
		}
	}
	if m, ok := method.(BatchMethod); ok {
		return m.Minimize(ctx, r.f.(Objective), w, r.p, report)
	}
	return method.(StochasticMethod).Minimize(ctx, r.f, w, r.p, report)
}

// exactly formats a step without its time, and its weights, to the last bit.
func exactly(s *Step) string {
	return fmt.Sprintf("%d %d %d %x %x %x %x %v %x", s.Updates, s.Number, s.Evaluations, s.Objective, s.GradNorm, s.Gap, s.Rate, s.Last, s.Weights())
}

func TestResumeIsTheRunWithoutInterruption(t *testing.T) {
	const epochs = 12
	for _, r := range trials(epochs) {
		t.Run(r.name, func(t *testing.T) {
			var steps []string
			var saved []*bytes.Buffer
			want := make([]float64, r.f.Dim())
			result, err := r.minimise(t.Context(), want, nil, func(s *Step) error {
				steps = append(steps, exactly(s))
				saved = append(saved, new(bytes.Buffer))
				return s.Checkpoint(saved[len(saved)-1])
			})
			require.NoError(t, err)
			require.GreaterOrEqual(t, len(steps), epochs)
			for k, from := range saved {
				w := make([]float64, r.f.Dim())
				for i := range w {
					w[i] = math.NaN() // is overwritten
				}
				next := k + 1
				got, err := r.minimise(t.Context(), w, iotest.OneByteReader(bytes.NewReader(from.Bytes())), func(s *Step) error {
					require.Equal(t, steps[next], exactly(s), "step %d after %d", next, k)
					assert.Equal(t, next+1 == len(steps), s.Last)
					next++
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, len(steps), next)
				assert.Equal(t, want, w)
				assert.Equal(t, fmt.Sprintf("%x", result), fmt.Sprintf("%x", got))
			}
		})
	}
}

func TestResumeBeyondTheCap(t *testing.T) {
	const epochs = 6
	short, long := trials(epochs), trials(2*epochs)
	for i, r := range short {
		if !r.capped {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			want, w := make([]float64, r.f.Dim()), make([]float64, r.f.Dim())
			result, err := long[i].minimise(t.Context(), want, nil, nil)
			require.NoError(t, err)
			var last bytes.Buffer
			capped, err := r.minimise(t.Context(), w, nil, func(s *Step) error {
				if s.Last {
					return s.Checkpoint(&last)
				}
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, LimitReached, capped.Reason)
			again, err := r.minimise(t.Context(), w, bytes.NewReader(last.Bytes()), func(*Step) error {
				return errors.New("a step beyond the last")
			})
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%x", capped), fmt.Sprintf("%x", again))
			got, err := long[i].minimise(t.Context(), w, &last, nil)
			require.NoError(t, err)
			assert.Equal(t, want, w)
			assert.Equal(t, fmt.Sprintf("%x", result), fmt.Sprintf("%x", got))
		})
	}
}

// A run that stops by one of its rules stops for the same reason, at the same step, after it is
// resumed.
func TestResumeEndsAsTheRunDid(t *testing.T) {
	f, margin := newLogistic(3, 60, 20, 0.1), newMultilabel(7, 40, 4, 15, 0.2)
	for _, r := range []trial{
		{name: "LBFGS", p: Penalty{L2: 1}, method: LBFGS{Limits: Limits{Period: 3}}, f: f},
		{name: "LBFGS to rounding", p: Penalty{L2: 1}, method: LBFGS{Limits: exact}, f: f},
		{name: "OWLQN", p: Penalty{L1: 1}, method: OWLQN{Limits: Limits{Period: 3}}, f: f},
		{name: "OWLQN to rounding", p: Penalty{L1: 1}, method: OWLQN{Limits: exact}, f: f},
		{name: "WarmStart", p: Penalty{L2: 1}, method: WarmStart{First: SGD{Passes: Passes{Epochs: 3}}, Then: LBFGS{}}, f: f},
		{name: "AdaGrad", p: Penalty{L2: 1}, method: AdaGrad{Passes: Passes{Tolerance: 0.01, Period: 3}}, f: f},
		{name: "SAGA", p: Penalty{L2: 1}, method: SAGA{}, f: f},
		{name: "BCFW", p: Penalty{L2: 1}, method: BCFW{}, f: margin},
	} {
		t.Run(r.name, func(t *testing.T) {
			var saved [][]byte
			want := make([]float64, r.f.Dim())
			result, err := r.minimise(t.Context(), want, nil, func(s *Step) error {
				var b bytes.Buffer
				require.NoError(t, s.Checkpoint(&b))
				saved = append(saved, b.Bytes())
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, Converged, result.Reason)
			for _, from := range saved {
				w := make([]float64, r.f.Dim())
				got, err := r.minimise(t.Context(), w, bytes.NewReader(from), nil)
				require.NoError(t, err)
				assert.Equal(t, want, w)
				assert.Equal(t, fmt.Sprintf("%x", result), fmt.Sprintf("%x", got))
			}
		})
	}
}

// save returns the checkpoint of a step of a trial.
func (r trial) save(t testing.TB, epoch int) []byte {
	var b bytes.Buffer
	_, err := r.minimise(t.Context(), make([]float64, r.f.Dim()), nil, func(s *Step) error {
		if s.Number < epoch {
			return nil
		}
		if err := s.Checkpoint(&b); err != nil {
			return err
		}
		return ErrStop
	})
	require.NoError(t, err)
	return b.Bytes()
}

func TestResumeSaysWhatDiffers(t *testing.T) {
	f := newLogistic(3, 60, 20, 0.1)
	run := trial{p: Penalty{L2: 1}, method: SGD{Passes: Passes{Seed: 1}, Rate: 0.25}, f: f}
	saved := run.save(t, 2)
	average := trial{p: Penalty{L2: 1}, method: SGD{Average: true}, f: f}
	relay := trial{p: Penalty{L2: 1}, method: WarmStart{First: SGD{Passes: Passes{Epochs: 2}}, Then: LBFGS{}}, f: f}
	for what, c := range map[string]struct {
		saved []byte
		trial
	}{
		"the method is LBFGS, and was SGD":                               {saved, trial{p: run.p, method: LBFGS{}, f: f}},
		"the method is WarmStart, and was SGD":                           {saved, relay},
		"the method is SGD, and was WarmStart":                           {relay.save(t, 1), run},
		"Rate is 0.5, and was 0.25":                                      {saved, trial{p: run.p, method: SGD{Passes: Passes{Seed: 1}, Rate: 0.5}, f: f}},
		"Seed is 2, and was 1":                                           {saved, trial{p: run.p, method: SGD{Passes: Passes{Seed: 2}, Rate: 0.25}, f: f}},
		"L2 is 2, and was 1":                                             {saved, trial{p: Penalty{L2: 2}, method: run.method, f: f}},
		"the dimension is 21, and was 20":                                {saved, trial{p: run.p, method: run.method, f: newLogistic(3, 60, 21, 0.1)}},
		"the number of examples is 59, and was 60":                       {saved, trial{p: run.p, method: run.method, f: newLogistic(3, 59, 20, 0.1)}},
		"the number of examples before the average is 600, and was 3000": {average.save(t, 1), trial{p: average.p, method: SGD{Passes: Passes{Epochs: 20}, Average: true}, f: f}},
		"the first method's Epochs is 4, and was 2":                      {relay.save(t, 3), trial{p: run.p, method: WarmStart{First: SGD{Passes: Passes{Epochs: 4}}, Then: LBFGS{}}, f: f}},
	} {
		_, err := c.minimise(t.Context(), make([]float64, c.f.Dim()), bytes.NewReader(c.saved), nil)
		require.ErrorIs(t, err, ErrCheckpoint, what)
		assert.ErrorContains(t, err, what)
	}
}

func TestResumeRefusesWhatIsDamaged(t *testing.T) {
	for _, r := range trials(4) {
		saved := r.save(t, 3)
		w := make([]float64, r.f.Dim())
		refused := func(what string, b []byte) {
			_, err := r.minimise(t.Context(), w, bytes.NewReader(b), nil)
			require.ErrorIs(t, err, ErrCheckpoint, "%s %s", r.name, what)
		}
		for at := 0; at < len(saved); at += 1 + at/16 {
			refused("cut short", saved[:at])
			b := slices.Clone(saved)
			b[at] ^= 0x10
			refused("with a bit flipped", b)
		}
		refused("with a state too long", framed(append(content(saved), make([]byte, 8)...)))
		refused("of nothing", nil)
	}
	_, err := trials(4)[0].minimise(t.Context(), make([]float64, 20), iotest.ErrReader(io.ErrClosedPipe), nil)
	assert.ErrorIs(t, err, io.ErrClosedPipe)
	assert.NotErrorIs(t, err, ErrCheckpoint)
}

// custom is a method of another package.
type custom struct{ StochasticMethod }

func TestCheckpointsAreOfOurMethods(t *testing.T) {
	_, err := Resume[StochasticMethod](custom{SGD{}}, strings.NewReader(""))
	assert.ErrorIs(t, err, ErrOption)
	assert.ErrorIs(t, (&Step{}).Checkpoint(io.Discard), ErrOption)
	m, err := Resume(SGD{Rate: 1}, strings.NewReader(""))
	require.NoError(t, err)
	assert.Equal(t, 1.0, m.Rate)
}

func TestCheckpointToAFullDisk(t *testing.T) {
	r := trials(4)[0]
	_, err := r.minimise(t.Context(), make([]float64, r.f.Dim()), nil, func(s *Step) error {
		return s.Checkpoint(fullDisk{})
	})
	assert.ErrorIs(t, err, io.ErrShortWrite)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// content is the content of the frames of a checkpoint.
func content(saved []byte) []byte {
	var all []byte
	for saved = saved[bytes.IndexByte(saved, '\n')+1:]; len(saved) >= 8; {
		n := int(binary.LittleEndian.Uint32(saved))
		all, saved = append(all, saved[8:8+n]...), saved[8+n:]
	}
	return all
}

// framed is the inverse of content: one frame, which is also the last.
func framed(content []byte) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	b := []byte("trellis checkpoint 1\n")
	for _, content := range [][]byte{content, nil} {
		length := binary.LittleEndian.AppendUint32(nil, uint32(len(content)))
		b = append(b, length...)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(append(length, content...), table))
		b = append(b, content...)
	}
	return b
}

// FuzzResume gives each method states with valid checksums. The result is an error or a run, never
// a panic, and the weights are finite unless there was an error.
func FuzzResume(f *testing.F) {
	for i, r := range trials(4) {
		saved := r.save(f, 3)
		require.Equal(f, saved, framed(content(saved)))
		f.Add(uint8(i), content(saved))
	}
	f.Fuzz(func(t *testing.T, i uint8, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		all := trials(4)
		r := all[int(i)%len(all)]
		w := make([]float64, r.f.Dim())
		steps := 0
		_, err := r.minimise(t.Context(), w, bytes.NewReader(framed(b)), func(s *Step) error {
			if steps++; steps == 3 {
				return ErrStop
			}
			return s.Checkpoint(io.Discard)
		})
		if err == nil {
			requireFinite(t, w)
		}
	})
}

var _ resumable = WarmStart{}

// Every method of this package can be resumed, and encodes all of its options.
func TestOptionsAreTold(t *testing.T) {
	var b bytes.Buffer
	c := checkpoint.NewWriter(&b)
	c.SameFields("the method", "", SGD{Rate: 1.5, Passes: Passes{Epochs: 77, Seed: 42}}, caps...)
	require.NoError(t, c.Close())
	assert.Contains(t, b.String(), "1.5")
	assert.Contains(t, b.String(), "42")
	assert.NotContains(t, b.String(), "77")
}

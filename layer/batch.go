package layer

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

// A Batch is the scores of N sequences padded to T positions, over L labels.
type Batch struct {
	N, T, L int

	Emissions []float32 // N x T x L: Emissions[(n*T+t)*L+j] is the score of label j at position t
	Lengths   []int     // N, each in 0..T; nil: all T long

	Transitions []float32 // L x L: Transitions[i*L+j] of label i before j; nil: none
	Start, End  []float32 // L: of the first and the last label; nil: none
}

// NewBatch returns a batch of zeros, with transitions, Start and End, all of whose sequences are t long.
func NewBatch(n, t, l int) *Batch {
	return &Batch{
		N: n, T: t, L: l,
		Emissions:   make([]float32, n*t*l),
		Transitions: make([]float32, l*l),
		Start:       make([]float32, l),
		End:         make([]float32, l),
	}
}

// A Gradient is derivatives by the numbers of a Batch, or marginals, which are the derivatives of log Z. What
// is nil is not wanted; the rest has the shape of the scores and may be the very slices that these are in,
// which are then overwritten.
type Gradient struct {
	Emissions   []float32 // N x T x L
	Transitions []float32 // L x L, summed over positions and sequences
	Start, End  []float32 // L, summed over sequences
	Norms       []float32 // N x T, by Target.Norms
}

// A Target is what a batch should be labelled with.
type Target struct {
	// Labels are the gold ones, N x T: Labels[n*T+t]. One below 0 is unknown. Padding is not read.
	Labels []int
	// Weights are the derivatives of what is minimised by the losses of the sequences, N; nil: 1 each.
	Weights []float32
	// Norms serve a [losses.AngularLoss], N x T: |w_j| |x_t|, with j the gold label, w_j its weights and x_t
	// the input of the linear layer, without bias, that made the emissions. Norms that rounding left smaller
	// than the emission in size are raised to it. They go with a nil Start and End, whose scores have no
	// angle. nil: none.
	Norms []float32
}

// length returns the number of positions of sequence n.
func (b *Batch) length(n int) int {
	if b.Lengths == nil {
		return b.T
	}
	return b.Lengths[n]
}

// check reports, as an error that wraps ErrShape, slices that do not fit the sizes of b.
func (b *Batch) check() error {
	if b.N < 0 || b.T < 0 || b.L < 0 {
		return fmt.Errorf("%w: a batch of %d x %d x %d", structured.ErrShape, b.N, b.T, b.L)
	}
	if len(b.Emissions) != b.N*b.T*b.L {
		return fmt.Errorf("%w: %d emissions: want %d x %d x %d", structured.ErrShape, len(b.Emissions), b.N, b.T, b.L)
	}
	for _, x := range []struct {
		name      string
		got, want int
	}{
		{"lengths", len(b.Lengths), b.N}, {"transitions", len(b.Transitions), b.L * b.L},
		{"start scores", len(b.Start), b.L}, {"end scores", len(b.End), b.L},
	} {
		if err := fits(x.name, x.got, x.want); err != nil {
			return err
		}
	}
	for n, t := range b.Lengths {
		if t < 0 || t > b.T {
			return fmt.Errorf("%w: length %d of sequence %d: want 0 to %d", structured.ErrShape, t, n, b.T)
		}
	}
	return nil
}

// check reports, as an error that wraps ErrShape, derivatives that do not fit the scores.
func (g *Gradient) check(b *Batch) error {
	for _, x := range []struct {
		name      string
		got, want int
	}{
		{"derivatives by emissions", len(g.Emissions), len(b.Emissions)},
		{"derivatives by transitions", len(g.Transitions), len(b.Transitions)},
		{"derivatives by start scores", len(g.Start), len(b.Start)},
		{"derivatives by end scores", len(g.End), len(b.End)},
		{"derivatives by norms", len(g.Norms), b.N * b.T},
	} {
		if err := fits(x.name, x.got, x.want); err != nil {
			return err
		}
	}
	return nil
}

// check reports, as an error that wraps ErrShape, targets that do not fit the scores.
func (y *Target) check(b *Batch) error {
	if len(y.Labels) != b.N*b.T {
		return fmt.Errorf("%w: %d target labels: want %d x %d", structured.ErrShape, len(y.Labels), b.N, b.T)
	}
	if err := fits("weights", len(y.Weights), b.N); err != nil {
		return err
	}
	if len(y.Norms) > 0 && len(b.Start)+len(b.End) > 0 {
		return fmt.Errorf("%w: norms, with start or end scores", structured.ErrShape)
	}
	return fits("norms", len(y.Norms), b.N*b.T)
}

// fits reports a slice that is there, but not of the length wanted.
func fits(name string, got, want int) error {
	if got != 0 && got != want {
		return fmt.Errorf("%w: %d %s: want %d", structured.ErrShape, got, name, want)
	}
	return nil
}

// Lengths fills dst, N long, with the number of positions that mask, N x T, leaves of each sequence: the
// true ones, which come before all others. A mask with gaps, or with padding at the left, is an error that
// wraps ErrShape.
func Lengths(dst []int, mask []bool) error {
	if len(dst) == 0 && len(mask) == 0 {
		return nil
	}
	if len(dst) == 0 || len(mask)%len(dst) != 0 {
		return fmt.Errorf("%w: a mask of %d positions for %d sequences", structured.ErrShape, len(mask), len(dst))
	}
	width := len(mask) / len(dst)
	for n := range dst {
		length, row := 0, mask[n*width:(n+1)*width]
		for t, on := range row {
			if on && t > length {
				return fmt.Errorf("%w: the mask of sequence %d has position %d, but not %d", structured.ErrShape, n, t, length)
			}
			if on {
				length++
			}
		}
		dst[n] = length
	}
	return nil
}

// Forbid writes -Inf over the transitions, start and end scores that g forbids, and makes those that it
// needs where b has none. The gradient there is 0, so that an optimizer leaves them alone, unless it shrinks
// weights: that must pass them by.
func (b *Batch) Forbid(g *structured.Grammar) error {
	if len(g.Start) != b.L || len(g.End) != b.L || len(g.Edge) != b.L*b.L {
		return fmt.Errorf("%w: a grammar of %d labels for a batch of %d", structured.ErrShape, len(g.Start), b.L)
	}
	b.Transitions = forbid(b.Transitions, g.Edge)
	b.Start = forbid(b.Start, g.Start)
	b.End = forbid(b.End, g.End)
	return nil
}

// forbid returns scores with -Inf where rules hold it.
func forbid(scores []float32, rules []float64) []float32 {
	if scores == nil {
		scores = make([]float32, len(rules))
	}
	for k, v := range rules {
		if math.IsInf(v, -1) {
			scores[k] = float32(v)
		}
	}
	return scores
}

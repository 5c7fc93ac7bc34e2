package layer

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

// Batch holds the scores of N sequences over L labels, padded to T positions.
type Batch struct {
	N, T, L int

	Emissions []float32 // N x T x L: Emissions[(n*T+t)*L+j] is the score of label j at position t
	Lengths   []int     // N, each in 0..T; nil means that all have length T

	Transitions []float32 // L x L: Transitions[i*L+j] scores label i followed by j; nil means none
	Start, End  []float32 // L: scores of the first and the last label; nil means none
}

// NewBatch returns a batch of zeros with transitions, Start and End. All sequences have length t.
func NewBatch(n, t, l int) *Batch {
	return &Batch{
		N: n, T: t, L: l,
		Emissions:   make([]float32, n*t*l),
		Transitions: make([]float32, l*l),
		Start:       make([]float32, l),
		End:         make([]float32, l),
	}
}

// Gradient holds derivatives with respect to the numbers of a Batch, or marginals, which are the
// derivatives of log Z. Nil fields are not computed. The others have the shape of the scores. A
// field may be the slice of the scores themselves, which is then overwritten.
type Gradient struct {
	Emissions   []float32 // N x T x L
	Transitions []float32 // L x L, summed over positions and sequences
	Start, End  []float32 // L, summed over sequences
	Norms       []float32 // N x T, with respect to Target.Norms
}

// Target holds the gold labels of a batch.
type Target struct {
	// Labels are the gold labels, N x T: Labels[n*T+t]. A negative label is unknown. Padding is not
	// read.
	Labels []int
	// Weights are the derivatives of the objective with respect to the losses of the sequences, N;
	// nil means 1 each.
	Weights []float32
	// Norms are for a [losses.AngularLoss], N x T: |w_j| |x_t|, with j the gold label, w_j its
	// weights and x_t the input of the linear layer, without bias, that computed the emissions. A
	// norm that rounding made smaller than the absolute emission is raised to it. Norms require a
	// nil Start and End, because those scores have no angle. nil means none.
	Norms []float32
}

func (b *Batch) length(n int) int {
	if b.Lengths == nil {
		return b.T
	}
	return b.Lengths[n]
}

func (b *Batch) check() error {
	if b.N < 0 || b.T < 0 || b.L < 0 {
		return fmt.Errorf("%w: batch of %d x %d x %d: want no negative size", structured.ErrShape, b.N, b.T, b.L)
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

func (g *Gradient) check(b *Batch) error {
	for _, x := range []struct {
		name      string
		got, want int
	}{
		{"derivatives with respect to emissions", len(g.Emissions), len(b.Emissions)},
		{"derivatives with respect to transitions", len(g.Transitions), len(b.Transitions)},
		{"derivatives with respect to start scores", len(g.Start), len(b.Start)},
		{"derivatives with respect to end scores", len(g.End), len(b.End)},
		{"derivatives with respect to norms", len(g.Norms), b.N * b.T},
	} {
		if err := fits(x.name, x.got, x.want); err != nil {
			return err
		}
	}
	return nil
}

func (y *Target) check(b *Batch) error {
	if len(y.Labels) != b.N*b.T {
		return fmt.Errorf("%w: %d target labels: want %d x %d", structured.ErrShape, len(y.Labels), b.N, b.T)
	}
	if err := fits("weights", len(y.Weights), b.N); err != nil {
		return err
	}
	if len(y.Norms) > 0 && len(b.Start)+len(b.End) > 0 {
		return fmt.Errorf("%w: norms require a nil Start and End", structured.ErrShape)
	}
	return fits("norms", len(y.Norms), b.N*b.T)
}

// fits returns an error if a slice is not empty and has the wrong length.
func fits(name string, got, want int) error {
	if got != 0 && got != want {
		return fmt.Errorf("%w: %d %s: want %d", structured.ErrShape, got, name, want)
	}
	return nil
}

// Lengths converts mask, N x T, to sequence lengths in dst, of length N. The true positions of a
// sequence must come before the others. A mask with gaps or with padding on the left is an error
// that wraps ErrShape.
func Lengths(dst []int, mask []bool) error {
	if len(dst) == 0 && len(mask) == 0 {
		return nil
	}
	if len(dst) == 0 || len(mask)%len(dst) != 0 {
		return fmt.Errorf("%w: mask of %d positions for %d sequences: want a multiple", structured.ErrShape, len(mask), len(dst))
	}
	width := len(mask) / len(dst)
	for n := range dst {
		length, row := 0, mask[n*width:(n+1)*width]
		for t, on := range row {
			if on && t > length {
				return fmt.Errorf("%w: mask of sequence %d includes position %d but not position %d", structured.ErrShape, n, t, length)
			}
			if on {
				length++
			}
		}
		dst[n] = length
	}
	return nil
}

// Forbid sets the transitions, start and end scores that g forbids to -Inf. It allocates those that
// b lacks. The gradient of a forbidden score is 0, so an optimizer does not change it. An optimizer
// with weight decay must skip these scores.
func (b *Batch) Forbid(g *structured.Grammar) error {
	if len(g.Start) != b.L || len(g.End) != b.L || len(g.Edge) != b.L*b.L {
		return fmt.Errorf("%w: grammar of %d labels for a batch of %d labels", structured.ErrShape, len(g.Start), b.L)
	}
	b.Transitions = forbid(b.Transitions, g.Edge)
	b.Start = forbid(b.Start, g.Start)
	b.End = forbid(b.End, g.End)
	return nil
}

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

package losses

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// SegmentTarget is the training target of one segmented sentence.
type SegmentTarget = TargetOf[semimarkov.Lattice, semimarkov.Segment]

// SegmentWorkspace is [Workspace] for losses on segments.
type SegmentWorkspace struct {
	Segments semimarkov.Workspace

	lattice problem[semimarkov.Lattice, semimarkov.Segment]
	mu      semimarkov.Lattice
	token   structured.Lattice
	labels  []int
	best    []semimarkov.Segment
}

// EvalSegments is the Eval of [Loss] for a general loss on segments. A cost that is not defined on
// segments (see [semimarkov.Cost]) is summed over the tokens of each segment.
func EvalSegments(l General, grad, s *semimarkov.Lattice, y SegmentTarget, w *SegmentWorkspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return l.EvalOn(p)
}

// Problem is [Workspace.Problem] for segments.
func (w *SegmentWorkspace) Problem(grad, s *semimarkov.Lattice, y SegmentTarget) (Problem, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := y.check(); err != nil {
		return nil, err
	}
	var err error
	switch {
	case y.Soft != nil:
		err = sameSegments(y.Soft, s)
		if err == nil && s.T > 1 && (y.Soft.Shape() < s.Shape() || y.Soft.Shape() == structured.SharedEdges && s.Shape() == structured.PositionEdges) {
			err = fmt.Errorf("%w: soft target lacks counts for the edges of the scores", structured.ErrShape)
		}
	case y.Partial != nil:
		err = sameSegments(y.Partial, s)
	default:
		err = s.CheckSegmentation(y.Path)
	}
	if err != nil {
		return nil, err
	}
	w.lattice.open(w, &w.Segments, &w.Segments, grad, s, y)
	return &w.lattice, nil
}

// sameSegments returns an error unless target q and scores s have the same dimensions.
func sameSegments(q, s *semimarkov.Lattice) error {
	if q.T != s.T || q.L != s.L || q.M != s.M {
		return fmt.Errorf("%w: target has T = %d, L = %d, M = %d, but scores have T = %d, L = %d, M = %d", structured.ErrShape, q.T, q.L, q.M, s.T, s.L, s.M)
	}
	return q.Check()
}

func (*SegmentWorkspace) score(s *semimarkov.Lattice, y []semimarkov.Segment) float64 {
	return s.Score(y)
}
func (*SegmentWorkspace) add(s *semimarkov.Lattice, y []semimarkov.Segment, v float64) { s.Add(y, v) }
func (*SegmentWorkspace) reset(dst, like *semimarkov.Lattice) {
	dst.Reset(like.T, like.L, like.M, like.Shape())
}
func (*SegmentWorkspace) copy(dst, s *semimarkov.Lattice)        { s.Copy(dst) }
func (*SegmentWorkspace) scale(s *semimarkov.Lattice, c float64) { s.Scale(c) }
func (*SegmentWorkspace) addScaled(dst, a, b *semimarkov.Lattice, c float64) error {
	return semimarkov.AddScaled(dst, a, b, c)
}
func (*SegmentWorkspace) numbers(s *semimarkov.Lattice) [3][]float64 {
	return [3][]float64{s.Segment, s.Edge}
}
func (*SegmentWorkspace) tokens(s *semimarkov.Lattice) int { return s.T }

func (w *SegmentWorkspace) fillCost(dst, s *semimarkov.Lattice, c structured.Cost, gold []semimarkov.Segment) error {
	return w.Segments.FillCost(dst, c, gold, s.L, s.M)
}

func (w *SegmentWorkspace) expectedScore(grad, s, q *semimarkov.Lattice, v float64) (sum float64, err error) {
	var to []float64
	for t := range s.T {
		if grad != nil {
			to = grad.From(t)
		}
		if sum, err = addExpected(sum, to, s.From(t), q.From(t), v); err != nil {
			return 0, err
		}
	}
	if s.T < 2 {
		return sum, nil
	}
	if grad != nil {
		to = grad.Edge
	}
	return addExpectedEdges(sum, to, s.Edge, q.Edge, s.L*s.L, v)
}

// uniform has no closed form: the number of segmentations that continue a prefix depends on its
// length.
func (*SegmentWorkspace) uniform(_, _ *semimarkov.Lattice) bool { return false }

func (w *SegmentWorkspace) decode(s *semimarkov.Lattice) ([]semimarkov.Segment, float64, error) {
	var score float64
	var err error
	w.best, score, err = w.Segments.Decode(w.best, s)
	return w.best, score, err
}

func (w *SegmentWorkspace) goldMarginals(mu []float64, s *semimarkov.Lattice, gold []semimarkov.Segment) (float64, error) {
	logZ, err := w.Segments.Marginals(&w.mu, s, structured.NoEdges)
	if err != nil {
		return 0, err
	}
	w.token.Reset(s.T, s.L, structured.NoEdges)
	if err := semimarkov.AddToTokens(&w.token, &w.mu); err != nil {
		return 0, err
	}
	w.labels = semimarkov.AppendLabels(w.labels[:0], gold)
	for t, g := range w.labels {
		mu[t] = w.token.NodeAt(t)[g]
	}
	return logZ, nil
}

func (w *SegmentWorkspace) weighGold(dst, s *semimarkov.Lattice, gold []semimarkov.Segment, weight []float64) {
	w.token.Reset(s.T, s.L, structured.NoEdges)
	w.labels = semimarkov.AppendLabels(w.labels[:0], gold)
	for t, g := range w.labels {
		w.token.NodeAt(t)[g] = weight[t]
	}
	if err := semimarkov.FromTokens(dst, &w.token, s.M); err != nil {
		panic(err) // unreachable: the shapes are the shapes of s
	}
}

func (*SegmentWorkspace) fixGold(s *semimarkov.Lattice, gold []semimarkov.Segment, t int) {
	label := 0
	for _, g := range gold {
		if g.Start <= t && t < g.End {
			label = g.Label
		}
	}
	for start := max(0, t-s.M+1); start <= t; start++ {
		rows := s.From(start)
		for k := (t - start) * s.L; k < len(rows); k++ { // the segments that cover t
			if k%s.L != label {
				rows[k] = math.Inf(-1)
			}
		}
	}
}

func (*SegmentWorkspace) addNodes(to []float64, s *semimarkov.Lattice, y []semimarkov.Segment, v float64) {
	for _, g := range y {
		to[(g.Start*s.M+g.Len()-1)*s.L+g.Label] += v
	}
}

// agree counts the segments that two segmentations share.
func (*SegmentWorkspace) agree(x, y []semimarkov.Segment) float64 {
	n := 0
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0].Start < y[0].Start:
			x = x[1:]
		case x[0].Start > y[0].Start:
			y = y[1:]
		default:
			if x[0] == y[0] {
				n++
			}
			x, y = x[1:], y[1:]
		}
	}
	return float64(n)
}

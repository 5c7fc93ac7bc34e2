package calibration

import (
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// workspace is the scratch memory of one goroutine.
type workspace struct {
	chain    losses.Workspace
	segments losses.SegmentWorkspace
	pruned   losses.PrunedWorkspace

	lattice structured.Lattice
	segment semimarkov.Lattice
	kept    pruned.Lattice

	path []int
	best []semimarkov.Segment
	text []string
	out  decoded
}

// decoded is the best labelling of a sentence.
type decoded struct {
	score    float64
	elements []int  // the number of each element that a bias may apply to
	items    []item // spans, or tokens with plain labels
}

// An item is a span, or a token with a plain label.
type item struct{ start, end, key int }

// A structure holds the scores and the gold labelling of a sentence.
type structure interface {
	// decode finds the best labelling with offsets added to the scores, by number of element.
	decode(w *workspace, in *inventory, offsets []float64) (*decoded, error)
	// problem returns the scores with the offsets as a problem of package losses.
	problem(w *workspace, offsets []float64) (losses.Problem, error)
}

// chainScores are those of a first-order lattice. The elements are the labels of the tokens.
type chainScores struct {
	s    structured.Lattice
	gold []int
}

func (x *chainScores) shifted(w *workspace, offsets []float64) *structured.Lattice {
	s := &w.lattice
	s.T, s.L, s.Node, s.Edge = x.s.T, x.s.L, append(s.Node[:0], x.s.Node...), x.s.Edge
	for t := range s.T {
		row := s.NodeAt(t)
		for j, v := range offsets {
			row[j] += v
		}
	}
	return s
}

func (x *chainScores) decode(w *workspace, in *inventory, offsets []float64) (*decoded, error) {
	w.path = append(w.path[:0], make([]int, x.s.T)...)
	score, err := w.chain.Viterbi.Decode(w.path, x.shifted(w, offsets))
	return w.labels(in, score), err
}

func (x *chainScores) problem(w *workspace, offsets []float64) (losses.Problem, error) {
	return w.chain.Problem(nil, x.shifted(w, offsets), structured.PathTarget(x.gold))
}

// prunedScores are those of a pruned lattice. The elements are the labels of the tokens.
type prunedScores struct {
	s    pruned.Lattice
	kept pruned.Kept
	gold []int
}

func (x *prunedScores) shifted(w *workspace, offsets []float64) *pruned.Lattice {
	x.s.Copy(&w.kept)
	for t := range w.kept.Len() {
		row := w.kept.NodeAt(t)
		for k, j := range x.s.Kept().At(t) {
			row[k] += offsets[j]
		}
	}
	return &w.kept
}

func (x *prunedScores) decode(w *workspace, in *inventory, offsets []float64) (*decoded, error) {
	w.path = append(w.path[:0], make([]int, x.s.Len())...)
	score, err := w.pruned.Pruned.Decode(w.path, x.shifted(w, offsets))
	return w.labels(in, score), err
}

func (x *prunedScores) problem(w *workspace, offsets []float64) (losses.Problem, error) {
	return w.pruned.Problem(nil, x.shifted(w, offsets), losses.PrunedTarget{Path: x.gold})
}

// segmentScores are those of a lattice of segments. The elements are the labels of the segments.
type segmentScores struct {
	s    semimarkov.Lattice
	gold []semimarkov.Segment
}

func (x *segmentScores) shifted(w *workspace, offsets []float64) *semimarkov.Lattice {
	s := &w.segment
	s.T, s.L, s.M, s.Segment, s.Edge = x.s.T, x.s.L, x.s.M, append(s.Segment[:0], x.s.Segment...), x.s.Edge
	for at := range s.Segment {
		s.Segment[at] += offsets[at%s.L]
	}
	return s
}

func (x *segmentScores) decode(w *workspace, in *inventory, offsets []float64) (*decoded, error) {
	best, score, err := w.segments.Segments.Decode(w.best, x.shifted(w, offsets))
	w.best = best
	d := &w.out
	d.score, d.elements, d.items = score, d.elements[:0], d.items[:0]
	for _, g := range best {
		d.elements = append(d.elements, g.Label)
		if key := in.key[g.Label]; key >= 0 {
			d.items = append(d.items, item{g.Start, g.End, key})
		}
	}
	return d, err
}

func (x *segmentScores) problem(w *workspace, offsets []float64) (losses.Problem, error) {
	return w.segments.Problem(nil, x.shifted(w, offsets), losses.SegmentTarget{Path: x.gold})
}

// labels returns the labelling w.path.
func (w *workspace) labels(in *inventory, score float64) *decoded {
	d := &w.out
	d.score, d.elements, d.items = score, w.path, d.items[:0]
	w.text = w.text[:0]
	for _, j := range w.path {
		w.text = append(w.text, in.labels[j])
	}
	d.items = in.appendItems(d.items, w.text)
	return d
}

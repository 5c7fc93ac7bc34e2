package chain

import (
	"fmt"
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// MaxLabels is the maximum number of labels of a first-order model. More would take gigabytes for
// the scores of label pairs.
const MaxLabels = 8192

// manyLabels is the number of labels from which bounds on the transitions make decoding faster.
// Above sparseBounds labels, a bound takes much longer to compute than a step over sparse edges.
const (
	manyLabels   = 48
	sparseBounds = 1024
)

// Check returns an error that wraps model.ErrInput if there are too many labels.
func Check(labels int) error {
	if labels > MaxLabels {
		return fmt.Errorf("%w: %d labels: a first-order model supports at most %d; a pruned higher-order model supports more", model.ErrInput, labels, MaxLabels)
	}
	return nil
}

// Space holds what all sentences of a model share: the L labels, the transition weights, and the
// transition constraints. It is immutable and safe for concurrent use.
type Space struct {
	labels  []string
	trans   edges               // none without transitions
	grammar *structured.Grammar // nil if every sequence is allowed or no sequence satisfies the constraints
	allowed edges               // the constraints, if any
	both    edges               // trans plus the constraints, if any
	offsets []float64           // L: the biases, added to each node; may be nil
	gamma   float64             // inverse temperature of probabilities

	bounds, bothBounds *viterbi.Bounds // of trans and both; nil for few labels

	once      sync.Once
	continues []bool // L x L
}

// NewSpace returns the space for labels in a scheme. trans holds the L x L transition weights; nil
// means none. The space retains both slices.
func NewSpace(labels []string, scheme structured.Scheme, trans []float64) *Space {
	l := len(labels)
	s := &Space{labels: labels, trans: newEdges(l, trans), gamma: 1}
	s.both = s.trans
	if g := Grammar(labels, scheme); g != nil {
		both := append([]float64(nil), g.Edge...)
		for k, v := range trans {
			both[k] += v
		}
		s.grammar, s.allowed, s.both = g, newEdges(l, g.Edge), newEdges(l, both)
	}
	if trans != nil {
		s.bounds, s.bothBounds = s.trans.bounds(l), s.both.bounds(l)
	}
	return s
}

// Calibrate sets the calibration of a space that has no decoders yet, and returns the space.
func (s *Space) Calibrate(c model.Calibration, scheme structured.Scheme) *Space {
	s.offsets, s.gamma = c.Offsets(s.labels, scheme), c.Gamma()
	return s
}

// Bias returns the bias of label j, or 0.
func (s *Space) Bias(j int) float64 {
	if s.offsets == nil {
		return 0
	}
	return s.offsets[j]
}

// Transitions returns the L x L transition weights, or nil. Do not modify them.
func (s *Space) Transitions() []float64 { return s.trans.dense }

// Grammar returns the transition constraints of the scheme, or nil if it has none or some sentences
// have no label sequence that satisfies them.
func Grammar(labels []string, scheme structured.Scheme) *structured.Grammar {
	if scheme == structured.Plain {
		return nil
	}
	if g := structured.NewGrammar(labels, scheme); feasible(g) {
		return g
	}
	return nil
}

// feasible reports whether sentences of all lengths have a labelling within the constraints. It
// checks a sufficient condition: some label can stand alone and follow itself. In most schemes that
// is O, S- or B-.
func feasible(g *structured.Grammar) bool {
	l := len(g.Start)
	for j := range l {
		if g.Start[j] == 0 && g.End[j] == 0 && g.Edge[j*l+j] == 0 {
			return true
		}
	}
	return false
}

// satisfiable reports whether a labelling within the constraints has one of the labels allowed[t]
// at each token t. An empty list allows every label. scratch holds memory between calls.
func satisfiable[J uint16 | int](g *structured.Grammar, allowed [][]J, scratch *[]bool) bool {
	l := len(g.Start)
	*scratch = slices.Grow((*scratch)[:0], 2*l)[:2*l]
	now, next := (*scratch)[:l], (*scratch)[l:]
	for t, labels := range allowed {
		clear(next)
		n := len(labels)
		if n == 0 {
			n = l
		}
		some, last := false, t == len(allowed)-1
		for k := range n {
			j := k
			if len(labels) > 0 {
				j = int(labels[k])
			}
			switch {
			case last && g.End[j] != 0:
			case t == 0:
				next[j] = g.Start[j] == 0
			default:
				next[j] = follows(g, now, allowed[t-1], j)
			}
			some = some || next[j]
		}
		if !some {
			return false
		}
		now, next = next, now
	}
	return true
}

// follows reports whether label j can follow a reached label among the labels before. An empty list
// means all labels.
func follows[J uint16 | int](g *structured.Grammar, reached []bool, before []J, j int) bool {
	l := len(reached)
	for _, i := range before {
		if reached[i] && g.Edge[int(i)*l+j] == 0 {
			return true
		}
	}
	for i := 0; i < l && len(before) == 0; i++ {
		if reached[i] && g.Edge[i*l+j] == 0 {
			return true
		}
	}
	return false
}

// within adds the constraints to the nodes at the ends of the sentence.
func within(s *structured.Lattice, g *structured.Grammar) {
	if s.T == 0 {
		return
	}
	first, last := s.NodeAt(0), s.NodeAt(s.T-1)
	for j := range first {
		first[j] += g.Start[j]
	}
	for j := range last {
		last[j] += g.End[j]
	}
}

package chain

import (
	"fmt"
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// MaxLabels is the maximum number of labels of a first-order model. More would take gigabytes for
// the scores of label pairs.
const MaxLabels = 8192

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
	trans   []float64           // L x L; nil without transitions
	grammar *structured.Grammar // nil if every sequence is allowed or no sequence satisfies the constraints
	both    []float64           // L x L: trans plus the constraints, if any

	once      sync.Once
	continues []bool // L x L
}

// NewSpace returns the space for labels in a scheme. trans holds the L x L transition weights; nil
// means none. The space retains both slices.
func NewSpace(labels []string, scheme structured.Scheme, trans []float64) *Space {
	s := &Space{labels: labels, trans: trans, both: trans}
	if g := Grammar(labels, scheme); g != nil {
		s.grammar, s.both = g, append([]float64(nil), g.Edge...)
		for k, v := range trans {
			s.both[k] += v
		}
	}
	return s
}

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

// reachable reports whether a labelling within the constraints has one of the labels allowed[t] at
// each token t. An empty list allows every label.
func reachable(g *structured.Grammar, allowed [][]int) bool {
	l := len(g.Start)
	now, next := make([]bool, l), make([]bool, l)
	for t, set := range allowed {
		clear(next)
		for j := range l {
			switch {
			case len(set) > 0 && !slices.Contains(set, j) || t == len(allowed)-1 && g.End[j] != 0:
			case t == 0:
				next[j] = g.Start[j] == 0
			default:
				for i := 0; i < l && !next[j]; i++ {
					next[j] = now[i] && g.Edge[i*l+j] == 0
				}
			}
		}
		now, next = next, now
	}
	return len(allowed) == 0 || slices.Contains(now, true)
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

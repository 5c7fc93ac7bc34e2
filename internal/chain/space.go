package chain

import (
	"fmt"
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// MaxLabels is how many labels a first-order chain may have: more would take gigabytes for the scores of their pairs.
const MaxLabels = 8192

// Check returns an error that wraps model.ErrInput if a chain has too many labels.
func Check(labels int) error {
	if labels > MaxLabels {
		return fmt.Errorf("%w: %d labels: a chain of first order takes at most %d; a pruned chain takes more", model.ErrInput, labels, MaxLabels)
	}
	return nil
}

// A Space is what all sentences of a model share: the L labels, the weights of the transitions, and which labels may
// start a sentence, end it and follow each other. It is immutable and safe for concurrent use.
type Space struct {
	labels  []string
	trans   []float64           // L x L; nil without transitions
	grammar *structured.Grammar // nil where every sequence of labels is allowed, or it cannot be kept to
	both    []float64           // L x L: trans within the grammar; trans where there is none

	once      sync.Once
	continues []bool // L x L
}

// NewSpace returns the space of labels that spell spans in the scheme. trans holds the L x L weights of the
// transitions, or nothing if there are none. The space keeps both slices.
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

// Grammar returns the transition constraints of the scheme, or nil if it has none or some sentences have no label
// sequence that satisfies them.
func Grammar(labels []string, scheme structured.Scheme) *structured.Grammar {
	if scheme == structured.Plain {
		return nil
	}
	if g := structured.NewGrammar(labels, scheme); feasible(g) {
		return g
	}
	return nil
}

// feasible reports whether sentences of all lengths have a labelling within the grammar, for which a label that
// can stand alone and follow itself is enough: O, S- or B- in most schemes.
func feasible(g *structured.Grammar) bool {
	l := len(g.Start)
	for j := range l {
		if g.Start[j] == 0 && g.End[j] == 0 && g.Edge[j*l+j] == 0 {
			return true
		}
	}
	return false
}

// reachable reports whether the grammar has a labelling in which token t has one of the labels allowed[t], or any where
// that is empty.
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

// within adds the grammar to the nodes at the ends of the scores.
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

package crf

import (
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// edges are what all sentences share: the weights of the transitions, and which labels may start a sentence,
// end it and follow each other.
type edges struct {
	trans   []float64           // L x L; nil without transitions
	grammar *structured.Grammar // nil where every sequence of labels is allowed, or it cannot be kept to
	both    []float64           // L x L: trans within the grammar; trans where there is none
}

// edges returns what is made when it is first asked for: its size is that of a sentence's scores, not of
// the model file.
func (m *Model) edges() *edges {
	m.edgesOnce.Do(func() {
		l := m.labels.Len()
		e := &m.shared
		if len(m.trans) > 0 {
			e.trans = make([]float64, l*l)
			for q, pair := range m.trans {
				e.trans[pair] = m.transW.at(uint32(q))
			}
		}
		e.both = e.trans
		if g := grammarOf(m.labels.Names(), m.scheme); g != nil {
			e.grammar, e.both = g, append([]float64(nil), g.Edge...)
			for k, v := range e.trans {
				e.both[k] += v
			}
		}
	})
	return &m.shared
}

// grammarOf returns what the scheme says of the labels, nil if that is nothing, or cannot be kept to.
func grammarOf(labels []string, scheme structured.Scheme) *structured.Grammar {
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

// reachable reports whether the grammar has a labelling in which label given[t] stands at t, any where it is negative.
func reachable(g *structured.Grammar, given []int) bool {
	l := len(g.Start)
	now, next := make([]bool, l), make([]bool, l)
	for t, only := range given {
		clear(next)
		for j := range l {
			switch {
			case only >= 0 && only != j || t == len(given)-1 && g.End[j] != 0:
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
	return len(given) == 0 || slices.Contains(now, true)
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

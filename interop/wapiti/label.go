package wapiti

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// A Labelling is one labelling of a sentence and the numbers that wapiti label -s prints: sums of
// weights, or probabilities where the model is a MEMM or posteriors were asked for.
type Labelling struct {
	Path   []int     // T labels
	Score  float64   // the sum of Scores, or the product of probabilities
	Scores []float64 // T: what each token adds, the weights of the label pair that it ends included
}

// Fix keeps label given[i] at token i of the sentence that was read, and leaves it free where given[i] is
// negative: wapiti label --force.
func (t *Tagger) Fix(given []int) error {
	if len(given) != t.scores.T {
		return fmt.Errorf("%w: %d labels given for %d tokens", ErrInput, len(given), t.scores.T)
	}
	for i, y := range given {
		if y >= t.scores.L {
			return fmt.Errorf("%w: token %d has label %d of %d", ErrInput, i+1, y, t.scores.L)
		}
	}
	t.given, t.fixed = append(t.given[:0], given...), true
	return nil
}

// Label returns the n best labellings of the sentence that was read, or all if there are fewer. With
// posterior it takes the most probable label of each token, and labellings of the highest product of
// such probabilities: wapiti label --post, which a MEMM does not heed. Posteriors do not heed what was
// fixed, only the choice among them does.
func (t *Tagger) Label(n int, posterior bool) ([]Labelling, error) {
	s, logs := &t.scores, t.m.kind == MEMM
	if posterior && t.m.kind != MEMM {
		p, _, err := t.Marginals()
		if err != nil {
			return nil, err
		}
		for k, v := range p.Node {
			p.Node[k] = math.Log(v)
		}
		s, logs = p, true
	}
	if t.fixed {
		s.Copy(&t.chosen)
		s = &t.chosen
		for i, y := range t.given {
			if y < 0 {
				continue
			}
			for j := range s.NodeAt(i) {
				if j != y {
					s.NodeAt(i)[j] = math.Inf(-1)
				}
			}
		}
	}
	var err error
	if t.list, err = t.viterbi.KBest(t.list, s, n); err != nil {
		return nil, err
	}
	t.labelled = slices.Grow(t.labelled[:0], len(t.list))[:len(t.list)]
	for k, p := range t.list {
		t.labelled[k].fill(p.Labels, s, logs)
	}
	return t.labelled, nil
}

// fill makes l the labelling path of the lattice s, of logarithms or not.
func (l *Labelling) fill(path []int, s *structured.Lattice, logs bool) {
	l.Path, l.Score, l.Scores = path, 0, l.Scores[:0]
	if logs {
		l.Score = 1
	}
	for i, y := range path {
		v := s.NodeAt(i)[y]
		if i > 0 && len(s.Edge) > 0 {
			v += s.EdgeAt(i)[path[i-1]*s.L+y]
		}
		if logs {
			v = math.Exp(v)
			l.Score *= v
		} else {
			l.Score += v
		}
		l.Scores = append(l.Scores, v)
	}
}

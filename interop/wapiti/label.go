package wapiti

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Labelling is one labelling of a sentence with the numbers that wapiti label -s prints. They are
// sums of weights; for a MEMM or with posteriors they are probabilities.
type Labelling struct {
	Path   []int     // T labels
	Score  float64   // sum of Scores, or the product if they are probabilities
	Scores []float64 // T: contribution of each token, including the weights of the label pair that it ends
}

// chooser finds labellings from the scores of a sentence.
type chooser struct {
	marginals structured.Lattice
	chosen    structured.Lattice // lattice to decode if it differs from the scores
	list      []viterbi.Path
	labelled  []Labelling
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// label returns the n best labellings under s. If logs is set, the numbers of s are log
// probabilities, and posteriors are not computed. Labels in given that are not negative are fixed.
func (c *chooser) label(s *structured.Lattice, logs bool, given []int, n int, posterior bool) ([]Labelling, error) {
	if posterior && !logs {
		if _, err := c.inference.Marginals(&c.marginals, s, structured.NoEdges); err != nil {
			return nil, err
		}
		s, logs = &c.marginals, true
		for k, v := range s.Node {
			s.Node[k] = math.Log(v)
		}
	}
	if given != nil {
		s.Copy(&c.chosen)
		s = &c.chosen
		for i, y := range given {
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
	if c.list, err = c.viterbi.KBest(c.list, s, n); err != nil {
		return nil, err
	}
	c.labelled = slices.Grow(c.labelled[:0], len(c.list))[:len(c.list)]
	for k, p := range c.list {
		c.labelled[k].fill(p.Labels, s, logs)
	}
	return c.labelled, nil
}

// Fix fixes the label of each token i of the current sentence to given[i], like wapiti label
// --force. A negative given[i] fixes nothing.
func (t *Decoder) Fix(given []int) error {
	if err := checkGiven(given, t.Scores()); err != nil {
		return err
	}
	t.given, t.fixed = append(t.given[:0], given...), true
	return nil
}

func checkGiven(given []int, s *structured.Lattice) error {
	if len(given) != s.T {
		return fmt.Errorf("%w: %d labels given for %d tokens", model.ErrInput, len(given), s.T)
	}
	for i, y := range given {
		if y >= s.L {
			return fmt.Errorf("%w: token %d has label %d of %d", model.ErrInput, i+1, y, s.L)
		}
	}
	return nil
}

// Label returns the n best labellings of the current sentence, or all if there are fewer. With
// posterior, labellings are ranked by the product of the probabilities of their labels, like wapiti
// label --post; a MEMM ignores it. Fixed labels restrict the labellings, but not the posteriors.
func (t *Decoder) Label(n int, posterior bool) ([]Labelling, error) {
	var given []int
	if t.fixed {
		given = t.given
	}
	return t.choose.label(t.Scores(), t.m.kind == MEMM, given, n, posterior)
}

// fill sets l to the labelling path of the lattice s. logs means that s holds log probabilities.
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

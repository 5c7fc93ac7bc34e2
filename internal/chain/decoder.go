package chain

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Decoder decodes the scores of one sentence after another. [Decoder.Begin] or [Decoder.Fill] starts a sentence and
// returns its scores, to which the caller adds what its model says. Steady state allocates nothing but lists.
type Decoder struct {
	Choices // of the tag dictionary
	Answers
}

// Answers are what a decoder finds of the sentence. Decoders of models embed them.
type Answers struct {
	choices   *Choices
	space     *Space
	free      bool // of the grammar
	scores    structured.Lattice
	own       bool               // the edges are those of the positions
	kept      bool               // the sentence is kept to the grammar
	ended     bool               // and the nodes at its ends are within it
	settled   bool               // and the edges too; before, the scores lack those that sentences share
	applied   bool               // the labels that the dictionary lacks have the score -Inf
	shared    structured.Lattice // the nodes of scores, with edges that are the model's
	lent      bool               // the caller has the complete scores, and may have changed them
	fixed     structured.Lattice
	marginals structured.Lattice
	risk      structured.Lattice // marginals within the grammar
	spanNow   []float64          // L
	spanNext  []float64          // L
	path      []int
	list      []viterbi.Path
	paths     []model.Path
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewDecoder returns a decoder of the empty sentence.
func (s *Space) NewDecoder() *Decoder {
	d := new(Decoder)
	d.space, d.choices = s, &d.Choices
	d.Begin(0, false)
	return d
}

// Constrain says whether the sentences that begin from now on are kept to the grammar.
func (d *Decoder) Constrain(on bool) { d.free = !on }

// Kept returns the grammar that the sentence is kept to, or nil if there is none.
func (d *Decoder) Kept() *structured.Grammar {
	if !d.kept {
		return nil
	}
	return d.space.grammar
}

// Begin starts a sentence of n tokens, and returns its scores: nodes of 0, and, with positions, the transitions at each
// position. Without positions, the edges must not be touched. Scores may be added until another method is called.
func (d *Decoder) Begin(n int, positions bool) *structured.Lattice {
	e := d.space
	d.own, d.kept, d.ended, d.settled, d.applied, d.lent = positions, !d.free && e.grammar != nil, false, false, false, false
	d.Choices.Begin(n)
	if positions {
		d.scores.Resize(n, len(e.labels), structured.PositionEdges)
		clear(d.scores.Edge)
		for at := 0; at < len(d.scores.Edge) && e.trans != nil; at += len(e.trans) {
			copy(d.scores.Edge[at:], e.trans)
		}
	} else {
		d.scores.Resize(n, len(e.labels), structured.NoEdges) // settle adds shared edges when they are needed
	}
	clear(d.scores.Node)
	return &d.scores
}

// Fill starts a sentence of n tokens whose scores, edges included, the caller fills in: they are 0. The space has
// neither transitions nor a grammar.
func (d *Decoder) Fill(n int, shape structured.EdgeShape) *structured.Lattice {
	d.own, d.kept, d.ended, d.settled, d.applied, d.lent = true, false, true, true, true, true
	d.Choices.Begin(n)
	d.scores.Reset(n, len(d.space.labels), shape)
	return &d.scores
}

// end puts the nodes at the ends within the grammar, unless they are free of it.
func (d *Answers) end() {
	if d.kept && !d.ended {
		d.ended = true
		within(&d.scores, d.space.grammar)
	}
}

// complete puts the scores within the grammar and the dictionary, unless they are free of them.
func (d *Answers) complete() {
	d.settle()
	if !d.applied {
		d.applied = true
		d.choices.Apply(&d.scores)
	}
}

// settle puts the scores within the grammar, unless they are free of it.
func (d *Answers) settle() {
	if d.settled {
		return
	}
	d.settled = true
	e := d.space
	switch {
	case !d.own:
		d.scores.Edge = append(d.scores.Edge[:0], d.edge()...)
	case d.kept:
		for at := 0; at < len(d.scores.Edge); at += len(e.grammar.Edge) {
			for k, v := range e.grammar.Edge {
				d.scores.Edge[at+k] += v
			}
		}
	}
	d.end()
}

// edge returns the L x L scores of the edges that all positions share, within the grammar if the sentence is kept to
// it.
func (d *Answers) edge() []float64 {
	if d.kept {
		return d.space.both
	}
	return d.space.trans
}

// view returns the complete scores of the sentence, for reading. Edges that all positions share are those of the model
// and no copy.
func (d *Answers) view() *structured.Lattice {
	if d.lent || d.settled || d.own {
		d.complete()
		return &d.scores
	}
	d.end()
	if !d.applied {
		d.applied = true
		d.choices.Apply(&d.scores)
	}
	d.shared = structured.Lattice{T: d.scores.T, L: d.scores.L, Node: d.scores.Node, Edge: d.edge()}
	return &d.shared
}

// Scores returns the complete scores of the sentence, valid until the next one begins. Whoever adds to them (a
// constraint, a second model's scores) changes what the other methods return.
func (d *Answers) Scores() *structured.Lattice {
	d.complete()
	d.lent = true
	return &d.scores
}

// Allow leaves token t the labels allowed[t] alone, or all where that is empty. If no labelling within the grammar has
// these labels, Allow lifts the grammar from the sentence. After the first answer the grammar stays: such labels then
// leave no path.
func (d *Answers) Allow(allowed [][]int) error {
	if len(allowed) != d.scores.T {
		return fmt.Errorf("%w: labels allowed for %d of %d tokens", model.ErrInput, len(allowed), d.scores.T)
	}
	if err := structured.Allow(&d.fixed, d.scores.L, allowed); err != nil {
		return fmt.Errorf("%w: %w", model.ErrInput, err)
	}
	if d.kept && !d.ended {
		d.kept = reachable(d.space.grammar, allowed)
	}
	return structured.AddScaled(&d.scores, &d.scores, &d.fixed, 1)
}

// Best returns the best path, valid until the next call, and its score.
func (d *Answers) Best() (path []int, score float64, err error) {
	d.path = slices.Grow(d.path[:0], d.scores.T)[:d.scores.T]
	if d.lent || d.own {
		d.complete()
		score, err = d.viterbi.Decode(d.path, &d.scores)
		return d.path, score, err
	}
	d.end()
	d.shared = structured.Lattice{T: d.scores.T, L: d.scores.L, Node: d.scores.Node, Edge: d.edge()}
	score, err = d.viterbi.DecodeAmong(d.path, &d.shared, d.choices.among)
	return d.path, score, err
}

// NBest returns up to n different paths, best first, with their probabilities, valid until the next call.
func (d *Answers) NBest(n int) ([]model.Path, error) {
	s := d.view()
	var err error
	if d.list, err = d.viterbi.KBest(d.list, s, n); err != nil {
		return nil, err
	}
	logZ, err := d.inference.LogZ(s)
	if err != nil {
		return nil, err
	}
	d.paths = d.paths[:0]
	for _, p := range d.list {
		d.paths = append(d.paths, model.Path{Labels: p.Labels, Score: p.Score, Probability: math.Exp(p.Score - logZ)})
	}
	return d.paths, nil
}

// LogZ returns the logarithm of the sum of exp(score) over all paths.
func (d *Answers) LogZ() (float64, error) { return d.inference.LogZ(d.view()) }

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until the next call.
func (d *Answers) Marginals() (*structured.Lattice, error) {
	_, err := d.inference.Marginals(&d.marginals, d.view(), structured.NoEdges)
	return &d.marginals, err
}

// Posterior returns the path with the greatest expected number of right labels (minimum Bayes risk under Hamming
// cost), and that number: the most probable label of each token, or, within a grammar, the path of the greatest sum of
// marginals. The path is valid until the next call.
func (d *Answers) Posterior() (path []int, right float64, err error) {
	s, err := d.Marginals()
	if err != nil {
		return nil, 0, err
	}
	if d.kept {
		d.risk.Resize(s.T, s.L, structured.SharedEdges)
		copy(d.risk.Edge, d.space.grammar.Edge)
		for k, p := range s.Node {
			if d.risk.Node[k] = p; p == 0 {
				d.risk.Node[k] = math.Inf(-1) // so that what was fixed, and the ends, are kept
			}
		}
		s = &d.risk
	}
	d.path = slices.Grow(d.path[:0], s.T)[:s.T]
	right, err = d.viterbi.Decode(d.path, s)
	return d.path, right, err
}

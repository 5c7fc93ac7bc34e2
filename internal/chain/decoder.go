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

// Decoder decodes the scores of one sentence after another. [Decoder.Begin] or [Decoder.Fill]
// starts a sentence and returns its scores. The caller then adds the scores of the model. In steady
// state only lists are allocated.
type Decoder struct {
	Choices // the restrictions of the tag dictionary
	Answers
}

// Answers computes the results for the current sentence. Decoders of models embed it.
type Answers struct {
	choices   *Choices
	space     *Space
	free      bool // ignore the constraints in later sentences
	scores    structured.Lattice
	own       bool               // the scores have edges per position
	kept      bool               // the sentence must satisfy the constraints
	ended     bool               // the nodes at the ends include the constraints
	settled   bool               // the edges too; before that, shared edges are not yet in scores
	applied   bool               // labels outside the tag dictionary have the score -Inf
	shared    structured.Lattice // the nodes of scores, with the edges of the model
	tempered  structured.Lattice // the scores divided by the temperature
	lent      bool               // the caller has the complete scores and may have changed them
	fixed     structured.Lattice
	marginals structured.Lattice
	risk      structured.Lattice // marginals, restricted by the constraints
	spanNow   []float64          // L
	spanNext  []float64          // L
	path      []int
	list      []viterbi.Path
	paths     []model.Path
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewDecoder returns a decoder with an empty sentence.
func (s *Space) NewDecoder() *Decoder {
	d := new(Decoder)
	d.space, d.choices = s, &d.Choices
	d.Begin(0, false)
	return d
}

// Constrain sets whether sentences that begin later must satisfy the constraints.
func (d *Decoder) Constrain(on bool) { d.free = !on }

// Kept returns the constraints of the current sentence, or nil if there are none.
func (d *Decoder) Kept() *structured.Grammar {
	if !d.kept {
		return nil
	}
	return d.space.grammar
}

// Begin starts a sentence of n tokens and returns its scores. Nodes are the biases, or 0. With
// positions, the edges are the transitions at each position. Without positions, the caller must not
// touch the edges. The caller may add scores until it calls another method.
func (d *Decoder) Begin(n int, positions bool) *structured.Lattice {
	e := d.space
	d.own, d.kept, d.ended, d.settled, d.applied, d.lent = positions, !d.free && e.grammar != nil, false, false, false, false
	d.Choices.Begin(n)
	if positions {
		d.scores.Resize(n, len(e.labels), structured.PositionEdges)
		clear(d.scores.Edge)
		for at := 0; at < len(d.scores.Edge) && e.trans.dense != nil; at += len(e.trans.dense) {
			copy(d.scores.Edge[at:], e.trans.dense)
		}
	} else {
		d.scores.Resize(n, len(e.labels), structured.NoEdges) // settle adds shared edges when they are needed
	}
	clear(d.scores.Node)
	for t := 0; t < n && e.offsets != nil; t++ {
		copy(d.scores.NodeAt(t), e.offsets)
	}
	return &d.scores
}

// Fill starts a sentence of n tokens and returns scores of 0. The caller fills in nodes and edges.
// The space must have neither transitions nor constraints.
func (d *Decoder) Fill(n int, shape structured.EdgeShape) *structured.Lattice {
	d.own, d.kept, d.ended, d.settled, d.applied, d.lent = true, false, true, true, true, true
	d.Choices.Begin(n)
	d.scores.Reset(n, len(d.space.labels), shape)
	return &d.scores
}

// end adds the constraints to the nodes at the ends of the sentence, if it has constraints.
func (d *Answers) end() {
	if d.kept && !d.ended {
		d.ended = true
		within(&d.scores, d.space.grammar)
	}
}

// complete adds the constraints and the restrictions of the tag dictionary to the scores.
func (d *Answers) complete() {
	d.settle()
	if !d.applied {
		d.applied = true
		d.choices.Apply(&d.scores)
	}
}

// settle adds the constraints and the shared edges to the scores.
func (d *Answers) settle() {
	if d.settled {
		return
	}
	d.settled = true
	e := d.space
	switch {
	case !d.own:
		d.scores.Edge = append(d.scores.Edge[:0], d.edges().dense...)
	case d.kept:
		for at := 0; at < len(d.scores.Edge); at += len(e.grammar.Edge) {
			for k, v := range e.grammar.Edge {
				d.scores.Edge[at+k] += v
			}
		}
	}
	d.end()
}

// edges returns the shared edges, including the constraints if the sentence has any.
func (d *Answers) edges() *edges {
	if d.kept {
		return &d.space.both
	}
	return &d.space.trans
}

// bounds returns the bounds of the shared edges, or nil.
func (d *Answers) bounds() *viterbi.Bounds {
	if d.kept {
		return d.space.bothBounds
	}
	return d.space.bounds
}

// view returns the complete scores for reading. Shared edges alias those of the model.
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
	d.shared = d.edges().lattice(&d.scores, false)
	return &d.shared
}

// scaled returns the scores that probabilities follow from: the complete scores divided by the
// temperature.
func (d *Answers) scaled() *structured.Lattice {
	s := d.view()
	if d.space.gamma == 1 {
		return s
	}
	s.Copy(&d.tempered)
	d.tempered.Scale(d.space.gamma)
	return &d.tempered
}

// Scores returns the complete scores of the sentence, valid until the next sentence. Adding to
// them, for example a constraint or the scores of a second model, changes the results of the other
// methods.
func (d *Answers) Scores() *structured.Lattice {
	d.complete()
	d.lent = true
	return &d.scores
}

// Allow restricts token t to the labels allowed[t]. An empty list allows every label. If no
// labelling with these labels satisfies the constraints, the constraints are ignored for this
// sentence. Call Allow before other methods: after the first result the constraints stay, and such
// labels leave no path.
func (d *Answers) Allow(allowed [][]int) error {
	if len(allowed) != d.scores.T {
		return fmt.Errorf("%w: labels allowed for %d tokens, but the sentence has %d", model.ErrInput, len(allowed), d.scores.T)
	}
	if err := structured.Allow(&d.fixed, d.scores.L, allowed); err != nil {
		return fmt.Errorf("%w: %w", model.ErrInput, err)
	}
	if d.kept && !d.ended {
		d.kept = satisfiable(d.space.grammar, allowed, &d.choices.reach)
	}
	return structured.AddScaled(&d.scores, &d.scores, &d.fixed, 1)
}

// Best returns the best path and its score. The path is valid until the next call.
func (d *Answers) Best() (path []int, score float64, err error) {
	d.path = slices.Grow(d.path[:0], d.scores.T)[:d.scores.T]
	if d.lent || d.own {
		d.complete()
		score, err = d.viterbi.Decode(d.path, &d.scores)
		return d.path, score, err
	}
	d.end()
	d.shared = d.edges().lattice(&d.scores, d.choices.some)
	score, err = d.viterbi.DecodeBounded(d.path, &d.shared, d.choices.among, d.bounds())
	return d.path, score, err
}

// NBest returns up to n different paths, best first, with their probabilities. They are valid until
// the next call.
func (d *Answers) NBest(n int) ([]model.Path, error) {
	s := d.view()
	var err error
	if d.list, err = d.viterbi.KBest(d.list, s, n); err != nil {
		return nil, err
	}
	logZ, err := d.inference.LogZ(d.scaled())
	if err != nil {
		return nil, err
	}
	d.paths = d.paths[:0]
	for _, p := range d.list {
		d.paths = append(d.paths, model.Path{Labels: p.Labels, Score: p.Score, Probability: math.Exp(d.space.gamma*p.Score - logZ)})
	}
	return d.paths, nil
}

// LogZ returns the logarithm of the sum of exp(score) over all paths, at temperature 1.
func (d *Answers) LogZ() (float64, error) { return d.inference.LogZ(d.view()) }

// Marginals returns the probability of each label at each token, as T x L nodes without edges. The
// lattice is valid until the next call.
func (d *Answers) Marginals() (*structured.Lattice, error) {
	_, err := d.inference.Marginals(&d.marginals, d.scaled(), structured.NoEdges)
	return &d.marginals, err
}

// Posterior returns the path with the greatest expected number of correct labels, and that number
// (minimum Bayes risk under Hamming cost). Without constraints this is the most probable label of
// each token. With them it is the path with the greatest sum of marginals. The path is valid until
// the next call.
func (d *Answers) Posterior() (path []int, right float64, err error) {
	s, err := d.Marginals()
	if err != nil {
		return nil, 0, err
	}
	if d.kept {
		d.risk.Node = slices.Grow(d.risk.Node[:0], len(s.Node))[:len(s.Node)]
		for k, p := range s.Node {
			if d.risk.Node[k] = p; p == 0 {
				d.risk.Node[k] = math.Inf(-1) // respects fixed labels and the constraints at the ends
			}
		}
		d.risk.T, d.risk.L = s.T, s.L
		d.risk = d.space.allowed.lattice(&d.risk, false)
		s = &d.risk
	}
	d.path = slices.Grow(d.path[:0], s.T)[:s.T]
	right, err = d.viterbi.Decode(d.path, s)
	return d.path, right, err
}

package prunedcrf

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// Decoder labels sentences with a model. It has its own scratch memory: use one per goroutine. Call
// Read, optionally Allow, and then the methods for paths or probabilities. In steady state only
// lists are allocated. A Decoder reads fields without normalisation and numbers labels as in
// [Model.Labels]; [Model.NewTagger] handles both.
//
// All results are restricted to the labels that pruning keeps; others have probability 0. If the
// labels encode spans, results respect the transition constraints of their scheme.
// [Decoder.Constrain] turns that off.
type Decoder struct {
	m       *Model
	free    bool // ignore the transition constraints
	printer *features.Fingerprinter
	width   int // the number of columns that the templates read
	s       sentence
	search  search
	scores  *pruned.Lattice // of the sentence; nil until needed
	path    []int
	list    []pruned.Path
	paths   []model.Path
	mu      pruned.Lattice
	masked  pruned.Lattice
	risk    pruned.Lattice
	dense   structured.Lattice
	warm    pruned.Lattice // the scores divided by the temperature
	offsets []float64      // biases by label; may be nil
	gamma   float64        // inverse temperature of probabilities
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder that has read an empty sentence.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, printer: m.program.NewFingerprinter(m.base), width: m.program.Width()}
	t.offsets, t.gamma = m.Meta.Calibration.Offsets(m.labels, m.scheme), m.Meta.Calibration.Gamma()
	t.s.reset(false)
	return t
}

// Constrain sets whether sentences read later respect the transition constraints of the label
// scheme. It has no effect on plain labels.
func (t *Decoder) Constrain(on bool) { t.free = !on }

// Read reads a sentence. It does not retain seq. If tokens have too few columns, the error wraps
// ErrInput.
func (t *Decoder) Read(seq features.Sequence) error {
	if err := model.CheckColumns(seq, t.width); err != nil {
		return err
	}
	t.printer.Reset(seq)
	hasValues := t.m.program.HasValues()
	t.s.reset(hasValues)
	for at := range seq.Len() {
		for _, print := range t.printer.Unigrams(at) {
			if a := t.m.table.Find(print); a >= 0 {
				t.s.add(a, 1)
			}
		}
		if hasValues {
			prints, values := t.printer.Values(at)
			for k, print := range prints {
				if a := t.m.table.Find(print); a >= 0 {
					t.s.add(a, values[k])
				}
			}
		}
		t.s.end()
	}
	t.search.score(t.m.x, &t.s, t.m.w, 1)
	t.scores = nil
	return nil
}

// ReadItems returns an error that wraps ErrInput, because models of this package read columns.
func (t *Decoder) ReadItems([][]attrfile.Attribute) error {
	return fmt.Errorf("%w: ready-made attributes, but the model reads columns", model.ErrInput)
}

// Allow restricts token i to the labels allowed[i]. An empty list allows every label. If no
// labelling with these labels satisfies the transition constraints, the constraints are ignored for
// this sentence. Call Allow directly after Read.
func (t *Decoder) Allow(allowed [][]int) error {
	if len(allowed) != t.s.tokens() {
		return fmt.Errorf("%w: labels allowed for %d tokens, but the sentence has %d", model.ErrInput, len(allowed), t.s.tokens())
	}
	for at, list := range allowed {
		for _, j := range list {
			if j < 0 || j >= len(t.m.labels) {
				return fmt.Errorf("%w: allowed label %d at token %d: want 0..%d", model.ErrInput, j, at, len(t.m.labels)-1)
			}
		}
	}
	t.search.allow(t.m.x, allowed)
	t.scores = nil
	return nil
}

// Scores returns the lattice of the sentence over the labels that pruning keeps, with the biases of
// the model. Biases have no effect on pruning. The lattice is valid until the next Read. Label
// numbers are those of [Model.Labels].
func (t *Decoder) Scores() (*pruned.Lattice, error) {
	if t.scores != nil {
		return t.scores, nil
	}
	m, g := t.m, t.m.grammar
	if t.free {
		g = nil
	}
	var err error
	if t.scores, err = t.search.within(m.x, t.s.tokens(), m.w, m.plan, g, m.outside); err != nil {
		return nil, err
	}
	for at := 0; at < t.scores.Len() && t.offsets != nil; at++ {
		node := t.scores.NodeAt(at)
		for k, j := range t.scores.Kept().At(at) {
			node[k] += t.offsets[j]
		}
	}
	return t.scores, nil
}

// scaled returns a lattice divided by the temperature, from which probabilities follow.
func (t *Decoder) scaled(s *pruned.Lattice) *pruned.Lattice {
	if t.gamma == 1 {
		return s
	}
	s.Copy(&t.warm)
	t.warm.Scale(t.gamma)
	return &t.warm
}

// Best returns the best path and its score. The path is valid until the next call.
func (t *Decoder) Best() (path []int, score float64, err error) {
	s, err := t.Scores()
	if err != nil {
		return nil, 0, err
	}
	return t.decode(s)
}

func (t *Decoder) decode(s *pruned.Lattice) (path []int, score float64, err error) {
	t.path = t.path[:0]
	for range s.Len() {
		t.path = append(t.path, 0)
	}
	score, err = t.search.w.Decode(t.path, s)
	return t.path, score, err
}

// NBest returns up to n different paths, best first, with their probabilities. They are valid until
// the next call.
func (t *Decoder) NBest(n int) ([]model.Path, error) {
	s, err := t.Scores()
	if err != nil {
		return nil, err
	}
	if t.list, err = t.search.w.KBest(t.list, s, n); err != nil {
		return nil, err
	}
	logZ, err := t.search.w.LogZ(t.scaled(s))
	if err != nil {
		return nil, err
	}
	t.paths = t.paths[:0]
	for _, p := range t.list {
		t.paths = append(t.paths, model.Path{Labels: p.Labels, Score: p.Score, Probability: math.Exp(t.gamma*p.Score - logZ)})
	}
	return t.paths, nil
}

// Marginals returns the probability of each label at each token, as T x L nodes without edges. The
// lattice is valid until the next call.
func (t *Decoder) Marginals() (*structured.Lattice, error) {
	s, err := t.Scores()
	if err != nil {
		return nil, err
	}
	if _, err := t.search.w.Marginals(&t.mu, t.scaled(s)); err != nil {
		return nil, err
	}
	t.dense.Reset(s.Len(), len(t.m.labels), structured.NoEdges)
	for at := range s.Len() {
		node := t.dense.NodeAt(at)
		for k, p := range t.mu.NodeAt(at) {
			node[s.Kept().At(at)[k]] = p
		}
	}
	return &t.dense, nil
}

// Posterior returns the path with the greatest expected number of correct labels, and that number
// (minimum Bayes risk under Hamming cost). Without constraints this is the most probable label of
// each token. With them it is the path with the greatest sum of marginals. The path is valid until
// the next call.
func (t *Decoder) Posterior() (path []int, right float64, err error) {
	s, err := t.Scores()
	if err != nil {
		return nil, 0, err
	}
	if _, err := t.search.w.Marginals(&t.mu, t.scaled(s)); err != nil {
		return nil, 0, err
	}
	order := min(s.Order(), 1)
	t.risk.Reset(s.Kept(), order)
	for k, p := range t.mu.Node {
		if t.risk.Node[k] = p; p == 0 {
			t.risk.Node[k] = math.Inf(-1)
		}
	}
	if order == 1 {
		for k := range t.risk.Edge {
			if math.IsInf(s.Edge[k], -1) {
				t.risk.Edge[k] = s.Edge[k]
			}
		}
	}
	return t.decode(&t.risk)
}

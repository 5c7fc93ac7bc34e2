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

// A Decoder finds the numbers of labels with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, restrict its labels if need be, then ask for paths or probabilities. Steady state allocates nothing but
// lists. It reads fields as they are and knows labels as the model has them inside; [Model.NewTagger] does the rest.
//
// All is over the labels that pruning leaves: others have the probability 0. Where labels spell spans, they are kept
// to the grammar of their scheme; [Decoder.Constrain] lifts that.
type Decoder struct {
	m       *Model
	free    bool // of the grammar
	printer *features.Fingerprinter
	width   int // the number of columns that it reads
	s       sentence
	search  search
	scores  *pruned.Lattice // of the sentence, nil until somebody asks
	path    []int
	list    []pruned.Path
	paths   []model.Path
	mu      pruned.Lattice
	masked  pruned.Lattice
	risk    pruned.Lattice
	dense   structured.Lattice
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder that has read the empty sentence.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, printer: m.program.NewFingerprinter(m.base), width: m.program.Width()}
	t.s.reset(false)
	return t
}

// Constrain says whether the sentences that are read from now on are kept to the grammar of the label scheme. It
// makes no difference to plain labels.
func (t *Decoder) Constrain(on bool) { t.free = !on }

// Read takes a sentence in. The sequence is not used after it returns. One whose tokens lack columns is an error that
// wraps ErrInput.
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

// ReadItems returns an error that wraps ErrInput: a model of this package reads columns.
func (t *Decoder) ReadItems([][]attrfile.Attribute) error {
	return fmt.Errorf("%w: ready-made attributes for a model that reads columns", model.ErrInput)
}

// Allow leaves token i the labels allowed[i] alone, or all where that is empty. Labels that no labelling within the
// grammar has are kept all the same, and lift the grammar from the sentence. Allow comes right after Read.
func (t *Decoder) Allow(allowed [][]int) error {
	if len(allowed) != t.s.tokens() {
		return fmt.Errorf("%w: labels allowed for %d of %d tokens", model.ErrInput, len(allowed), t.s.tokens())
	}
	for at, list := range allowed {
		for _, j := range list {
			if j < 0 || j >= len(t.m.labels) {
				return fmt.Errorf("%w: label %d allowed for token %d: there are %d", model.ErrInput, j, at, len(t.m.labels))
			}
		}
	}
	t.search.allow(t.m.x, allowed)
	t.scores = nil
	return nil
}

// Scores returns the lattice of the sentence over the labels that pruning leaves, valid until the next Read. Its
// labels are numbered as in Labels.
func (t *Decoder) Scores() (*pruned.Lattice, error) {
	if t.scores != nil {
		return t.scores, nil
	}
	m, g := t.m, t.m.grammar
	if t.free {
		g = nil
	}
	var err error
	t.scores, err = t.search.within(m.x, t.s.tokens(), m.w, m.plan, g, m.outside)
	return t.scores, err
}

// Best returns the best path, valid until the next call, and its score.
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

// NBest returns up to n different paths, best first, with their probabilities, valid until the next call.
func (t *Decoder) NBest(n int) ([]model.Path, error) {
	s, err := t.Scores()
	if err != nil {
		return nil, err
	}
	if t.list, err = t.search.w.KBest(t.list, s, n); err != nil {
		return nil, err
	}
	logZ, err := t.search.w.LogZ(s)
	if err != nil {
		return nil, err
	}
	t.paths = t.paths[:0]
	for _, p := range t.list {
		t.paths = append(t.paths, model.Path{Labels: p.Labels, Score: p.Score, Probability: math.Exp(p.Score - logZ)})
	}
	return t.paths, nil
}

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until the next
// call.
func (t *Decoder) Marginals() (*structured.Lattice, error) {
	s, err := t.Scores()
	if err != nil {
		return nil, err
	}
	if _, err := t.search.w.Marginals(&t.mu, s); err != nil {
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

// Posterior returns the path with the greatest expected number of right labels (minimum Bayes risk under Hamming
// cost), and that number: the most probable label of each token, or, within a grammar, the path of the greatest sum of
// marginals. The path is valid until the next call.
func (t *Decoder) Posterior() (path []int, right float64, err error) {
	s, err := t.Scores()
	if err != nil {
		return nil, 0, err
	}
	if _, err := t.search.w.Marginals(&t.mu, s); err != nil {
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

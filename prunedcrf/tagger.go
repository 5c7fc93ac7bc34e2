package prunedcrf

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a sentence, fix
// labels if need be, then ask for labels, lists or probabilities. Steady state allocates nothing but lists.
//
// All is over the labels that pruning leaves: others have the probability 0. Where labels spell spans, they are kept
// to the grammar of their scheme; [Tagger.Constrain] lifts that.
type Tagger struct {
	m       *Model
	free    bool // of the grammar
	printer *features.Fingerprinter
	s       sentence
	search  search
	scores  *pruned.Lattice // of the sentence, nil until somebody asks
	path    []int
	list    []pruned.Path
	mu      pruned.Lattice
	masked  pruned.Lattice
	risk    pruned.Lattice
	dense   structured.Lattice
}

// NewTagger returns a tagger that has read the empty sentence.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m, printer: m.program.NewFingerprinter(m.base)}
	t.s.reset(false)
	return t
}

// Constrain says whether the sentences that are read from now on are kept to the grammar of the label scheme. It
// makes no difference to plain labels.
func (t *Tagger) Constrain(on bool) { t.free = !on }

// Read takes a sentence in. The sequence is not used after it returns.
func (t *Tagger) Read(seq features.Sequence) {
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
}

// Allow leaves token i the labels allowed[i] alone, or all where that is empty. Labels that no labelling within the
// grammar has are kept all the same, and lift the grammar from the sentence. Allow comes right after Read.
func (t *Tagger) Allow(allowed [][]int) error {
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
func (t *Tagger) Scores() (*pruned.Lattice, error) {
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
func (t *Tagger) Best() (path []int, score float64, err error) {
	s, err := t.Scores()
	if err != nil {
		return nil, 0, err
	}
	return t.decode(s)
}

func (t *Tagger) decode(s *pruned.Lattice) (path []int, score float64, err error) {
	t.path = t.path[:0]
	for range s.Len() {
		t.path = append(t.path, 0)
	}
	score, err = t.search.w.Decode(t.path, s)
	return t.path, score, err
}

// Tag reads a sentence and appends the labels of its best path to dst[:0].
func (t *Tagger) Tag(dst []string, seq features.Sequence) ([]string, error) {
	t.Read(seq)
	path, _, err := t.Best()
	if err != nil {
		return nil, err
	}
	return t.names(dst[:0], path), nil
}

func (t *Tagger) names(dst []string, path []int) []string {
	for _, j := range path {
		dst = append(dst, t.m.labels[j])
	}
	return dst
}

// A Labelling is one of the best ones.
type Labelling struct {
	Labels      []string
	Score       float64
	Probability float64
}

// NBest returns up to n different labellings, best first, with their probabilities.
func (t *Tagger) NBest(n int) ([]Labelling, error) {
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
	best := make([]Labelling, len(t.list))
	for k, p := range t.list {
		best[k] = Labelling{t.names(nil, p.Labels), p.Score, math.Exp(p.Score - logZ)}
	}
	return best, nil
}

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until the next
// call.
func (t *Tagger) Marginals() (*structured.Lattice, error) {
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
func (t *Tagger) Posterior() (path []int, right float64, err error) {
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

package crf

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, fix labels if need be, then ask for labels, lists or probabilities. Steady state
// allocates nothing but what is returned as new strings and lists.
//
// Where the labels spell spans, they are kept to the grammar of their scheme: a sequence that breaks it has the
// score -Inf and the probability 0. [Tagger.Constrain] lifts that.
//
// Likewise, a word of the model's tag dictionary, if it has one (see [Options]), gets no label that it lacks there. A
// sentence whose words have no labelling within the grammar so is labelled as without the dictionary. The node of a
// token that has one label left scores 0: its attributes are not looked up, since they change neither paths nor
// probabilities. [Tagger.Prune] lifts all that.
type Tagger struct {
	m         *Model
	free      bool                    // of the grammar
	whole     bool                    // of the tag dictionary
	printer   *features.Fingerprinter // nil for ready-made attributes
	scores    structured.Lattice
	kept      bool // the sentence is kept to the grammar
	ended     bool // and the nodes at its ends are within it
	settled   bool // and the edges too; before, the scores lack those that sentences share
	pruning   pruning
	pruned    bool               // the labels that pruning leaves out have the score -Inf
	shared    structured.Lattice // the nodes of scores, with edges that are the model's
	lent      bool               // the caller has the scores, and may have changed them
	caches    []wordCache
	lookups   [inFlight]lookups
	used      int // sentences, for Model.use
	fixed     structured.Lattice
	marginals structured.Lattice
	risk      structured.Lattice // marginals within the grammar
	spanNow   []float64          // L
	spanNext  []float64          // L
	path      []int
	list      []viterbi.Path
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewTagger returns a tagger that has read the empty sentence. It reads no sentence for a model of more than 8192 labels.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m}
	if m.program != nil {
		t.printer = m.program.NewFingerprinter(m.base)
		t.caches = newWordCaches(t.printer, m.labels.Len(), m.attrs.double)
	}
	if t.m.fits() == nil {
		t.begin(0)
	}
	return t
}

// maxChain is how many labels a first-order chain may have: more would take gigabytes for the scores of their pairs.
const maxChain = 8192

// fits returns an error if the model has more labels than a sentence's scores may have.
func (m *Model) fits() error { return checkChain(m.labels.Len()) }

func checkChain(labels int) error {
	if labels > maxChain {
		return fmt.Errorf("%w: %d labels: a chain of first order takes at most %d; a pruned chain takes more", model.ErrInput, labels, maxChain)
	}
	return nil
}

// Constrain says whether the sentences that are read from now on are kept to the grammar of the label scheme. It
// makes no difference to plain labels, and to label sets that leave the sentences of some lengths without a
// labelling: without O, B- and S-.
func (t *Tagger) Constrain(on bool) { t.free = !on }

// Prune says whether the sentences that are read from now on are kept to the tag dictionary of the model, if it has
// one.
func (t *Tagger) Prune(on bool) { t.whole = !on }

// Read computes the scores of a sentence. The sequence is not used after it returns.
func (t *Tagger) Read(seq features.Sequence) error {
	if t.printer == nil {
		return fmt.Errorf("%w: columns for a model of ready-made attributes", model.ErrInput)
	}
	if err := t.m.fits(); err != nil {
		return err
	}
	t.printer.Reset(seq)
	t.begin(t.printer.Len())
	if t.m.tagDict.used > 0 && !t.whole {
		form := t.m.input.Names["form"]
		for i := range t.scores.T {
			t.pruning.give(i, t.m.tagDict.of(seq.Field(i, form)))
		}
		if t.kept {
			t.pruning.keep(t.m.edges().grammar)
		}
	}
	t.score()
	return nil
}

// score adds the weights of the attributes to the scores.
func (t *Tagger) score() {
	t.unigrams()
	if t.m.program.HasValues() {
		t.values()
	}
	for i := 0; i < t.scores.T && t.pruning.some; i++ {
		if labels := t.pruning.among[i]; len(labels) == 1 {
			t.scores.NodeAt(i)[labels[0]] = 0
		}
	}
	if t.m.bigrams.used == 0 {
		return
	}
	k := &t.lookups[0]
	for i := 1; i < t.scores.T; i++ {
		k.ask(&t.m.bigrams.table, t.printer.Bigrams(i))
		scoreEdges(t.scores.EdgeAt(i), &t.m.bigrams, k)
	}
}

// unigrams adds the weights of the attributes to the nodes. Those of a token are added in an order that depends on
// the templates alone: what local templates see in the words around it, from left to right, one sum for each column of
// each word; then the other attributes, but for tokens that have one label left.
func (t *Tagger) unigrams() {
	n, attrs := t.scores.T, &t.m.attrs
	if n == 0 {
		return
	}
	margin := t.printer.Margin()
	// What is asked for is found in the next step, and added in the one after. A token's other attributes follow the
	// last word that it sees.
	for i := -margin; i < n+margin+inFlight; i++ {
		word, joint := i+margin, i-margin-1
		for c := range t.caches {
			r := &t.caches[c]
			if r.seen(i, n) {
				r.ask(attrs, i, word%inFlight)
			}
			if r.seen(i-1, n) {
				r.find(attrs, (word-1)%inFlight)
			}
			if r.seen(i-2, n) {
				r.add(t.scores.Node, attrs, i-2, n, (word-2)%inFlight)
			}
		}
		if t.scored(joint) {
			t.lookups[joint%inFlight].ask(&attrs.table, t.printer.NonLocal(joint))
		}
		if j := joint - 1; t.scored(j) {
			t.lookups[j%inFlight].find(t.scores.NodeAt(j), attrs)
		}
		if j := joint - 2; t.scored(j) {
			t.lookups[j%inFlight].sum(t.scores.NodeAt(j), attrs)
		}
	}
}

// scored reports whether i is a token that has more than one label left.
func (t *Tagger) scored(i int) bool {
	return 0 <= i && i < t.scores.T && len(t.pruning.among[i]) != 1
}

// values adds the weights of the attributes that have values to the scores.
func (t *Tagger) values() {
	k, attrs := &t.lookups[0], &t.m.attrs
	for i := range t.scores.T {
		if !t.scored(i) {
			continue
		}
		prints, values := t.printer.Values(i)
		k.ask(&attrs.table, prints)
		k.values = append(k.values, values...)
		scoreValues(t.scores.NodeAt(i), attrs, k)
	}
}

// ReadItems is Read for tokens that bring their attributes along.
func (t *Tagger) ReadItems(items [][]attrfile.Attribute) error {
	if t.printer != nil {
		return fmt.Errorf("%w: ready-made attributes for a model that reads columns", model.ErrInput)
	}
	if err := cmp.Or(t.m.fits(), checkItems(items)); err != nil {
		return err
	}
	t.begin(len(items))
	attrs, flights := &t.m.attrs, len(t.lookups)
	for i := range t.scores.T + 2 {
		if i < t.scores.T {
			t.lookups[i%flights].askItem(&attrs.table, t.m.hasher, items[i])
		}
		if i >= 1 && i <= t.scores.T {
			t.lookups[(i-1)%flights].find(t.scores.NodeAt(i-1), attrs)
		}
		if i >= 2 {
			t.lookups[(i-2)%flights].sum(t.scores.NodeAt(i-2), attrs)
		}
	}
	return nil
}

// begin makes the scores those of n tokens without attributes.
func (t *Tagger) begin(n int) {
	e := t.m.edges()
	t.kept, t.ended, t.settled, t.pruned, t.lent = !t.free && e.grammar != nil, false, false, false, false
	t.pruning.begin(n)
	switch {
	case t.m.bigrams.used > 0:
		t.scores.Resize(n, t.m.labels.Len(), structured.PositionEdges)
		clear(t.scores.Edge)
		for at := 0; at < len(t.scores.Edge) && e.trans != nil; at += len(e.trans) {
			copy(t.scores.Edge[at:], e.trans)
		}
	default:
		t.scores.Resize(n, t.m.labels.Len(), structured.NoEdges) // edges are put in when they are needed
	}
	clear(t.scores.Node)
}

// end puts the nodes at the ends within the grammar, unless they are free of it.
func (t *Tagger) end() {
	if t.kept && !t.ended {
		t.ended = true
		within(&t.scores, t.m.edges().grammar)
	}
}

// prune puts the scores within the grammar and the dictionary, unless they are free of them.
func (t *Tagger) prune() {
	t.settle()
	if !t.pruned {
		t.pruned = true
		t.pruning.apply(&t.scores)
	}
}

// settle puts the scores within the grammar, unless they are free of it.
func (t *Tagger) settle() {
	if t.settled {
		return
	}
	t.settled = true
	e := t.m.edges()
	switch {
	case t.m.bigrams.used == 0:
		t.scores.Edge = append(t.scores.Edge[:0], t.edge()...)
	case t.kept:
		for at := 0; at < len(t.scores.Edge); at += len(e.grammar.Edge) {
			for k, v := range e.grammar.Edge {
				t.scores.Edge[at+k] += v
			}
		}
	}
	t.end()
}

// edge returns the L x L scores of the edges that all sentences share, within the grammar if the sentence is kept to it.
func (t *Tagger) edge() []float64 {
	if t.kept {
		return t.m.edges().both
	}
	return t.m.edges().trans
}

// view returns the scores within grammar and dictionary, for reading. Their edges are those of the model and no copy if
// all positions share them.
func (t *Tagger) view() *structured.Lattice {
	if t.lent || t.settled || t.m.bigrams.used > 0 {
		t.prune()
		return &t.scores
	}
	t.end()
	if !t.pruned {
		t.pruned = true
		t.pruning.apply(&t.scores)
	}
	t.shared = structured.Lattice{T: t.scores.T, L: t.scores.L, Node: t.scores.Node, Edge: t.edge()}
	return &t.shared
}

// Scores returns the lattice of the sentence, valid until the next Read. Whoever adds to it (a
// constraint, a second model's scores) changes what the other methods return.
func (t *Tagger) Scores() *structured.Lattice {
	t.prune()
	t.lent = true
	return &t.scores
}

// Fix keeps label given[i] at token i, and leaves it free where given[i] is negative. Labels that no labelling within
// the grammar has are kept all the same, and lift the grammar from the sentence; the tag dictionary is lifted from it
// in any case. Fix comes right after Read.
func (t *Tagger) Fix(given []int) error {
	if len(given) != t.scores.T {
		return fmt.Errorf("%w: %d labels given for %d tokens", model.ErrInput, len(given), t.scores.T)
	}
	if err := structured.Fixed(&t.fixed, t.scores.L, given); err != nil {
		return err
	}
	if t.pruning.some {
		t.begin(t.scores.T)
		t.score()
	}
	if t.kept && !t.settled {
		t.kept = reachable(t.m.edges().grammar, given)
	}
	return structured.AddScaled(&t.scores, &t.scores, &t.fixed, 1)
}

// Best returns the best path, valid until the next call, and its score.
func (t *Tagger) Best() (path []int, score float64, err error) {
	t.path = slices.Grow(t.path[:0], t.scores.T)[:t.scores.T]
	if t.lent || t.m.bigrams.used > 0 {
		t.prune()
		score, err = t.viterbi.Decode(t.path, &t.scores)
		return t.path, score, err
	}
	t.end()
	t.shared = structured.Lattice{T: t.scores.T, L: t.scores.L, Node: t.scores.Node, Edge: t.edge()}
	score, err = t.viterbi.DecodeAmong(t.path, &t.shared, t.pruning.among)
	return t.path, score, err
}

// AppendLabels appends the names of the labels of the best path to dst.
func (t *Tagger) AppendLabels(dst []string) ([]string, error) {
	path, _, err := t.Best()
	if err != nil {
		return dst, err
	}
	return t.names(dst, path), nil
}

// NBest returns up to n different labellings, best first, with their probabilities.
func (t *Tagger) NBest(n int) ([]Labelling, error) {
	s := t.view()
	var err error
	if t.list, err = t.viterbi.KBest(t.list, s, n); err != nil {
		return nil, err
	}
	logZ, err := t.inference.LogZ(s)
	if err != nil {
		return nil, err
	}
	best := make([]Labelling, len(t.list))
	for k, p := range t.list {
		best[k] = Labelling{t.names(nil, p.Labels), p.Score, math.Exp(p.Score - logZ)}
	}
	return best, nil
}

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until
// the next call.
func (t *Tagger) Marginals() (*structured.Lattice, error) {
	_, err := t.inference.Marginals(&t.marginals, t.view(), structured.NoEdges)
	return &t.marginals, err
}

// Posterior returns the path with the greatest expected number of right labels (minimum Bayes risk under Hamming
// cost), and that number: the most probable label of each token, or, within a grammar, the path of the greatest sum of
// marginals. The path is valid until the next call.
func (t *Tagger) Posterior() (path []int, right float64, err error) {
	s, err := t.Marginals()
	if err != nil {
		return nil, 0, err
	}
	if t.kept {
		g := t.m.edges().grammar
		t.risk.Resize(s.T, s.L, structured.SharedEdges)
		copy(t.risk.Edge, g.Edge)
		for k, p := range s.Node {
			if t.risk.Node[k] = p; p == 0 {
				t.risk.Node[k] = math.Inf(-1) // so that what was fixed, and the ends, are kept
			}
		}
		s = &t.risk
	}
	t.path = slices.Grow(t.path[:0], s.T)[:s.T]
	right, err = t.viterbi.Decode(t.path, s)
	return t.path, right, err
}

func (t *Tagger) names(dst []string, path []int) []string {
	for _, j := range path {
		dst = append(dst, t.m.labels.Name(j))
	}
	return dst
}

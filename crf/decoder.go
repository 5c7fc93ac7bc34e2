package crf

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Decoder labels sentences with a model. It works with label numbers and reads the columns as
// they are. [Model.NewTagger] builds the usual interface on top. A Decoder has its own scratch
// memory, so each goroutine needs one. In steady state it allocates only lists that it returns.
//
// To use it, read a sentence and restrict its labels if needed. Then call the methods of
// [model.Decoder] for paths or probabilities, or Scores or LogZ. Results are valid until the next
// call of a method.
//
// If the labels encode spans, the Decoder enforces the grammar of their scheme. A label sequence
// that violates the grammar has score -Inf and probability 0. The tagger option Unconstrained turns
// this off.
//
// If the model has a tag dictionary (see [Options]), a word in it only gets the labels listed
// there. If the listed labels allow no grammatical label sequence for a sentence, the dictionary is
// ignored for that sentence. If a token has only one possible label, its node scores 0, or the bias
// of the label. The Decoder does not look up its attributes, because they change neither paths nor
// probabilities. The tagger option NoDictionary turns this off.
type Decoder struct {
	*chain.Answers // the results

	m       *Model
	whole   bool                    // ignore the tag dictionary
	printer *features.Fingerprinter // nil for ready-made attributes
	width   int                     // number of columns that the decoder reads
	chain   *chain.Decoder
	scores  *structured.Lattice // scores of the sentence, not yet complete
	caches  []wordCache
	lookups [inFlight]lookups
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder for the empty sentence. For a model with more than 8192 labels,
// reading a sentence fails. The decoder does not notice changes of the model file: see
// [Model.Guard] and [Model.Check].
func (m *Model) NewDecoder() *Decoder {
	if m.fits() != nil {
		t := &Decoder{m: m, chain: chain.NewSpace(nil, structured.Plain, nil).NewDecoder()}
		t.Answers = &t.chain.Answers
		t.begin(0)
		return t
	}
	t := &Decoder{m: m, chain: m.space().NewDecoder()}
	t.Answers = &t.chain.Answers
	if m.program != nil {
		t.printer = m.program.NewFingerprinter(m.base)
		t.caches = newWordCaches(t.printer, m.labels.Len(), m.attrs.double)
		if t.width = m.program.Width(); m.tagDict.used > 0 {
			t.width = m.input.Width(m.program)
		}
	}
	t.begin(0)
	return t
}

// fits returns an error if the model has more labels than a decoder supports.
func (m *Model) fits() error { return chain.Check(m.labels.Len()) }

// constrain sets whether the sentences read from now on follow the grammar of the label scheme. It
// has no effect on plain labels. Nor does it affect label sets without O, B- and S-, because
// sentences of some lengths then have no grammatical label sequence.
func (t *Decoder) constrain(on bool) { t.chain.Constrain(on) }

// prune sets whether the sentences read from now on follow the tag dictionary, if the model has
// one.
func (t *Decoder) prune(on bool) { t.whole = !on }

// Read computes the scores of a sentence. It does not keep the sequence. It fails with
// model.ErrInput if tokens have too few columns.
func (t *Decoder) Read(seq features.Sequence) error {
	if err := t.m.fits(); err != nil {
		return err
	}
	if t.printer == nil {
		return fmt.Errorf("%w: got columns, but the model reads ready-made attributes", model.ErrInput)
	}
	if err := model.CheckColumns(seq, t.width); err != nil {
		return err
	}
	t.printer.Reset(seq)
	t.begin(t.printer.Len())
	if t.m.tagDict.used > 0 && !t.whole {
		form := t.m.input.Names["form"]
		for i := range t.scores.T {
			t.chain.Give(i, t.m.tagDict.of(seq.Field(i, form)))
		}
		if g := t.chain.Kept(); g != nil {
			t.chain.Keep(g)
		}
	}
	t.score()
	return nil
}

func (t *Decoder) score() {
	t.unigrams()
	if t.m.program.HasValues() {
		t.values()
	}
	for i := 0; i < t.scores.T && t.chain.Some(); i++ {
		if labels := t.chain.At(i); len(labels) == 1 {
			t.scores.NodeAt(i)[labels[0]] = t.m.space().Bias(int(labels[0]))
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

// unigrams adds the weights of the attributes to the nodes. The order of the additions depends only
// on the templates. The sums of local templates come first, one for each column and each word
// around the token, from left to right. The other attributes follow, unless the token has only one
// possible label.
func (t *Decoder) unigrams() {
	n, attrs := t.scores.T, &t.m.attrs
	if n == 0 {
		return
	}
	margin := t.printer.Margin()
	// Each lookup takes three steps of the loop: ask, find, add. The other attributes of a token
	// follow the last word that its local templates read.
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

// scored reports whether i is a token with more than one possible label.
func (t *Decoder) scored(i int) bool {
	return 0 <= i && i < t.scores.T && len(t.chain.At(i)) != 1
}

// values adds the weights of attributes with values to the scores.
func (t *Decoder) values() {
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

// ReadItems is Read for tokens with ready-made attributes.
func (t *Decoder) ReadItems(items [][]attrfile.Attribute) error {
	if err := t.m.fits(); err != nil {
		return err
	}
	if t.printer != nil {
		return fmt.Errorf("%w: got ready-made attributes, but the model reads columns", model.ErrInput)
	}
	if err := checkItems(items); err != nil {
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

// begin sets the scores to those of n tokens without attributes.
func (t *Decoder) begin(n int) { t.scores = t.chain.Begin(n, t.m.bigrams.used > 0) }

// Allow restricts token i to the labels allowed[i]. An empty list allows all labels. Allow turns
// off the tag dictionary for the sentence. If the labels allow no grammatical label sequence, it
// also turns off the grammar. Call Allow directly after Read.
func (t *Decoder) Allow(allowed [][]int) error {
	if t.chain.Some() {
		t.begin(t.scores.T)
		t.score()
	}
	return t.chain.Allow(allowed)
}

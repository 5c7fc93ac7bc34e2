package crf

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Decoder finds the numbers of labels with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, restrict its labels if need be, then ask for paths or probabilities by the methods of [model.Decoder], or
// for Scores or LogZ; what they return is valid until a method is called again. Steady state allocates nothing but
// lists. It reads fields as they are and knows labels as the model has them inside; [Model.NewTagger] does the rest.
//
// Where the labels spell spans, they are kept to the grammar of their scheme: a sequence that breaks it has the
// score -Inf and the probability 0. The option Unconstrained of a tagger lifts that.
//
// Likewise, a word of the model's tag dictionary, if it has one (see [Options]), gets no label that it lacks there. A
// sentence whose words have no labelling within the grammar so is labelled as without the dictionary. The node of a
// token that has one label left scores 0: its attributes are not looked up, since they change neither paths nor
// probabilities. The option NoDictionary lifts all that.
type Decoder struct {
	*chain.Answers // what it finds

	m       *Model
	whole   bool                    // whatever the tag dictionary says
	printer *features.Fingerprinter // nil for ready-made attributes
	width   int                     // the number of columns that it reads
	chain   *chain.Decoder
	scores  *structured.Lattice // of the sentence, which are not complete yet
	caches  []wordCache
	lookups [inFlight]lookups
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder that has read the empty sentence. It reads no sentence for a model of more than 8192
// labels. It does not notice that the file of the model changes: see [Model.Guard] and [Model.Check].
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

// fits returns an error if the model has more labels than the scores of a sentence may have.
func (m *Model) fits() error { return chain.Check(m.labels.Len()) }

// constrain says whether the sentences that are read from now on are kept to the grammar of the label scheme. It
// makes no difference to plain labels, and to label sets that leave the sentences of some lengths without a
// labelling: without O, B- and S-.
func (t *Decoder) constrain(on bool) { t.chain.Constrain(on) }

// prune says whether the sentences that are read from now on are kept to the tag dictionary of the model, if it has
// one.
func (t *Decoder) prune(on bool) { t.whole = !on }

// Read computes the scores of a sentence. The sequence is not used after it returns. One whose tokens lack columns is
// an error that wraps ErrInput.
func (t *Decoder) Read(seq features.Sequence) error {
	if err := t.m.fits(); err != nil {
		return err
	}
	if t.printer == nil {
		return fmt.Errorf("%w: columns for a model of ready-made attributes", model.ErrInput)
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

// score adds the weights of the attributes to the scores.
func (t *Decoder) score() {
	t.unigrams()
	if t.m.program.HasValues() {
		t.values()
	}
	for i := 0; i < t.scores.T && t.chain.Some(); i++ {
		if labels := t.chain.At(i); len(labels) == 1 {
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
func (t *Decoder) unigrams() {
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
func (t *Decoder) scored(i int) bool {
	return 0 <= i && i < t.scores.T && len(t.chain.At(i)) != 1
}

// values adds the weights of the attributes that have values to the scores.
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

// ReadItems is Read for tokens that bring their attributes along.
func (t *Decoder) ReadItems(items [][]attrfile.Attribute) error {
	if err := t.m.fits(); err != nil {
		return err
	}
	if t.printer != nil {
		return fmt.Errorf("%w: ready-made attributes for a model that reads columns", model.ErrInput)
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

// begin makes the scores those of n tokens without attributes.
func (t *Decoder) begin(n int) { t.scores = t.chain.Begin(n, t.m.bigrams.used > 0) }

// Allow leaves token i the labels allowed[i] alone, or all where that is empty. Labels that no labelling within the
// grammar has are kept all the same, and lift the grammar from the sentence; the tag dictionary is lifted from it
// in any case. Allow comes right after Read.
func (t *Decoder) Allow(allowed [][]int) error {
	if t.chain.Some() {
		t.begin(t.scores.T)
		t.score()
	}
	return t.chain.Allow(allowed)
}

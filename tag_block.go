package trellis

import (
	"errors"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// A labeller labels one block after another with its own scratch memory.
type labeller struct {
	o        *FileOptions
	look     *lookup
	tagger   model.Tagger
	spell    annotation.Speller // reads the labels of tagger, for documents
	annotate *model.Annotator   // for documents of TagDocuments
	scorer   model.Scorer       // for the output of another tool
	gamma    float64            // inverse temperature of probabilities
	print    printer            // nil for the format of the input
	w        *writer
	rows     corpus.Reader
	items    attrfile.Reader
	s        input.Sentence

	in    *input.Input
	fit   *fit
	seen  *input.Counts // of the block
	made  []Document    // of the block, for TagDocuments
	total Total         // of the block
	names []string      // labels of the input
	fixed []string
	text  []byte
}

func newLabeller(m model.Labeller, o *FileOptions) (*labeller, error) {
	l := &labeller{o: o, look: newLookup(m), print: o.printer(namesOf(m)),
		w: newWriter(o), spell: speller(m), annotate: model.NewAnnotator(m), gamma: m.Metadata().Calibration.Gamma()}
	var err error
	if l.tagger, err = m.NewTagger(o.taggerOptions()); err != nil {
		return nil, err
	}
	if l.print != nil {
		l.scorer = l.tagger.(model.Scorer) // checkModel rejects all other taggers
	}
	return l, nil
}

// namesOf returns the labels of a model as its training files write them.
func namesOf(m model.Labeller) []string {
	spell := speller(m)
	return spell.Write(nil, m.Labels())
}

// block labels the sentences of b into b.out, up to the first error.
func (l *labeller) block(b *block) error {
	l.in, l.fit, l.seen, l.made, l.total = b.in, b.fit, &b.seen, b.made[:0], Total{}
	defer func() { b.made, b.total = l.made, l.total }()
	b.seen.Reset()
	if b.documents != nil {
		return l.documents(b)
	}
	l.w.reset(&b.out)
	b.odd = b.listOdd
	if len(b.list) > 0 || b.rest != nil {
		return l.listed(b)
	}
	if l.in.HasItems() {
		l.items.Open(&b.text)
		defer func() { b.odd = l.items.Warnings() }()
	} else {
		b.text.Shared = l.o.to == nil // documents keep the strings
		l.rows.Open(&b.text)
	}
	for {
		if err := l.next(); errors.Is(err, io.EOF) && (l.print != nil || l.o.to != nil) {
			return nil
		} else if errors.Is(err, io.EOF) {
			return l.w.rest(l.in, l.fit, &l.s)
		} else if err != nil {
			return err
		}
		if err := l.sentence(&l.s, l.fit.Sentence(&l.s)); err != nil {
			return err
		}
	}
}

// listed labels the sentences of the list of b.
func (l *labeller) listed(b *block) error {
	sentences := make([]model.Sentence, len(b.list))
	for k, s := range b.list {
		sentences[k] = l.fit.Sentence(s)
	}
	if err := model.SetContext(l.tagger, sentences); err != nil {
		return err
	}
	for k, s := range b.list {
		if err := l.sentence(s, sentences[k]); err != nil {
			return err
		}
	}
	if b.rest == nil || l.print != nil || l.o.to != nil {
		return nil
	}
	return l.w.rest(l.in, l.fit, b.rest)
}

func (l *labeller) next() error {
	if l.in.HasItems() {
		return l.items.Read(&l.s.Items)
	}
	return l.rows.Read(&l.s.Rows)
}

// sentence labels s and writes it. The tagger reads it as x.
func (l *labeller) sentence(s *input.Sentence, x model.Sentence) error {
	l.seen.Sentence(s)
	l.total.add(1, s.Len())
	if err := l.look.add(l.fit, l.seen, s); err != nil {
		return err
	}
	if l.print != nil {
		return l.printed(s, x)
	}
	list, err := l.tagger.Label(x, l.keep(s))
	if err != nil {
		return at(l.in, s, err)
	}
	if l.o.to != nil {
		l.made = append(l.made, l.document(s, list))
		return nil
	}
	return l.w.write(l.in, l.fit, s, list)
}

// printed labels s in the output format of another tool.
func (l *labeller) printed(s *input.Sentence, x model.Sentence) error {
	if l.fit.label.Column >= 0 {
		l.names = l.in.Labels(l.names, s, l.fit.label)
	}
	var keep []string
	if l.o.tool() != asWapiti { // Wapiti ignores fixed labels in posteriors
		keep = l.keep(s)
	}
	scores, err := l.scorer.Scores(x, keep)
	if err != nil {
		return at(l.in, s, err)
	}
	if l.gamma != 1 {
		scores.Scale(l.gamma) // the formats compute probabilities from the scores
	}
	if l.text, err = l.print(l.text[:0], scores, s, l.names); err != nil {
		return at(l.in, s, err)
	}
	_, err = l.w.w.Write(l.text)
	return err
}

// keep returns the fixed labels of s, or nil without Fixed.
func (l *labeller) keep(s *input.Sentence) []string {
	if !l.o.Fixed {
		return nil
	}
	l.names = l.in.Labels(l.names, s, l.fit.label)
	l.fixed = append(l.fixed[:0], l.names...)
	for t, name := range l.fixed {
		if name == "_" || name == "?" || name == "O" && l.fit.label.Key != "" { // no entry in MISC
			l.fixed[t] = ""
		}
	}
	return l.fixed
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
)

// data is what training reads.
type data struct {
	*picked
	source     *features.Templates  // nil for ready-made attributes
	lexicons   []lexicon.Lexicon    // of files, or of another model
	seen       *lexicon.LabelCounts // labels of words, nil if templates do not ask for them
	input      model.Input
	train, dev *crf.Dataset // dev is nil without development data
	templates  string       // which ones, "" for ready-made attributes
	warn       func(string)
	recode     *recoder // of labels, nil if they stay
	normal     string   // form of the fields

	reading annotation.Supervision // of the labels of the training files
	known   []annotation.Choice    // of the last sentence
	counted features.SeenLabels    // it, with the leave-one-out label counts of its words
	spelt   []string               // its words
	sure    []string               // its labels, "" for those that are open
}

// dataFlags say what training reads.
type dataFlags struct {
	columnFlags
	format     corpus.Format
	templates  *features.Templates // nil: picked
	lexicons   []lexicon.Lexicon
	dev        string // "": none
	scheme     string // of the labels inside, "": theirs
	pickScheme bool   // "" may also be another one, that suits the labels
	normal     string // form of the fields, "": as they are
	plain      bool   // columns are those of the files, and no others
	keep       bool   // sentences are kept, to be counted and compiled later
}

// readData reads the training files and the development file.
func (a *app) readData(ctx context.Context, files []string, o dataFlags, tell, warn func(string)) (*data, error) {
	d := &data{warn: warn}
	err := a.readTraining(ctx, d, files, o, tell, func(s *sentence, labels []string) error {
		return d.put(d.train, s, labels)
	})
	if err != nil {
		return nil, err
	}
	if o.dev == "" {
		return d, nil
	}
	in, err := a.open(ctx, o.dev, o.format)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := d.check(in); err != nil {
		return nil, err
	}
	d.dev = d.train.HeldOut()
	return d, d.each(in, nil, func(s *sentence, labels []string) error {
		return d.put(d.dev, s, labels)
	})
}

// readTraining picks what d reads by looking at the first file, and hands the sentences of all files to
// take, each valid until take returns.
func (a *app) readTraining(ctx context.Context, d *data, files []string, o dataFlags, tell func(string),
	take func(s *sentence, labels []string) error) error {
	var again spool
	in, err := again.open(ctx, a, 0, files[0], o.format)
	if err != nil {
		return err
	}
	defer in.close()
	first, err := d.begin(in, o)
	if err != nil {
		return err
	}
	tell(d.String())
	if d.chosen != "" {
		tell(d.chosen)
	}
	if d.seen == nil || o.keep {
		again.stop()
	} else {
		if err := a.eachOf(ctx, d, in, first, files, o.format, &again, d.count); err != nil {
			return err
		}
		again.rewind()
		first = nil
		if in, err = again.open(ctx, a, 0, files[0], o.format); err != nil {
			return err
		}
		defer in.close()
	}
	if !o.keep {
		if err := d.settle(); err != nil {
			return err
		}
	}
	return a.eachOf(ctx, d, in, first, files, o.format, &again, take)
}

// eachOf hands the sentences of all files to take: first, what is left of in, which is the first file, and the others.
func (a *app) eachOf(ctx context.Context, d *data, in *input, first []*sentence, files []string, format corpus.Format, again *spool,
	take func(s *sentence, labels []string) error) error {
	if err := d.each(in, first, take); err != nil {
		return err
	}
	for k, name := range files[1:] {
		in, err := again.open(ctx, a, k+1, name, format)
		if err != nil {
			return err
		}
		defer in.close()
		if err := d.check(in); err != nil {
			return err
		}
		if err := d.each(in, nil, take); err != nil {
			return err
		}
	}
	return nil
}

// begin looks at the first training file, and picks templates where the user did not.
func (d *data) begin(in *input, o dataFlags) ([]*sentence, error) {
	first, err := readSample(in)
	if err != nil {
		return nil, err
	}
	if d.picked, err = pick(in, first, o.columnFlags); err != nil {
		return nil, err
	}
	d.reading, d.normal = o.reading, o.normal
	scheme := o.scheme
	if scheme == "" && o.pickScheme && o.reading == annotation.Full {
		scheme = d.pickScheme()
	}
	if d.recode, err = newRecoder(scheme, d.picked, o.reading); err != nil {
		return nil, err
	}
	d.lexicons = o.lexicons
	if d.source, err = d.pickTemplates(o.templates, o.lexicons, in); err != nil {
		return nil, err
	}
	if !o.plain {
		d.expect()
	}
	return first, nil
}

// settle ties the templates to the columns, those that the labels of words make too, and begins the training data.
func (d *data) settle() error {
	lexicons := d.lexicons
	if d.seen != nil {
		classes, err := d.seen.Classes(seenName)
		if err != nil {
			return err
		}
		lexicons = append(slices.Clone(lexicons), classes)
	}
	var err error
	if d.input, d.templates, err = d.bind(d.source, lexicons); err != nil {
		return err
	}
	d.train, err = crf.NewDataset(d.input)
	return err
}

// put adds s to set.
func (d *data) put(set *crf.Dataset, s *sentence, labels []string) error {
	if d.reading != annotation.Full && set == d.train {
		return d.putKnown(s, labels)
	}
	seq := model.NormalForm(d.normal).Sequence(&s.rows)
	if set == d.dev {
		labels = d.recode.held(d.train, labels)
	} else {
		seq = d.without(seq, labels)
		labels = d.recode.train(labels)
	}
	if d.format == corpus.CRFsuite {
		return set.AddItems(s.items.Attributes, labels, s.items.Weight)
	}
	weight, err := s.rows.Weight()
	if err != nil {
		return err
	}
	return set.Add(seq, labels, weight)
}

// putKnown adds s, of whose labels the fields tell something, to the training data.
func (d *data) putKnown(s *sentence, fields []string) error {
	d.known = d.known[:0]
	for t, field := range fields {
		c, err := d.reading.Choice(field)
		if err != nil {
			return &tokenError{t, err}
		}
		d.known = append(d.known, c)
	}
	if d.format == corpus.CRFsuite {
		return d.train.AddItemChoices(s.items.Attributes, d.known, s.items.Weight)
	}
	weight, err := s.rows.Weight()
	if err != nil {
		return err
	}
	return d.train.AddChoices(d.without(model.NormalForm(d.normal).Sequence(&s.rows), fields), d.known, weight)
}

// A tokenError is what is wrong with a token.
type tokenError struct {
	token int
	error
}

func (e *tokenError) Unwrap() error { return e.error }

// each hands the sentences first, and then the rest of in, to take, and positions its errors.
func (d *data) each(in *input, first []*sentence, take func(s *sentence, labels []string) error) error {
	var labels []string
	n, rest := 0, new(sentence)
	for {
		s := rest
		if n < len(first) {
			s = first[n]
		} else if err := in.next(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		n++
		labels = in.labels(labels, s, d.label)
		if err := take(s, labels); err != nil {
			t := 0
			var label *model.LabelError
			var token *tokenError
			if errors.As(err, &label) {
				t = label.Token
			} else if errors.As(err, &token) {
				t = token.token
			}
			return in.at(s, t, err)
		}
	}
	in.warn(d.warn)
	return nil
}

// warn tells what was odd in the sentences that were read.
func (in *input) warn(tell func(string)) {
	if in.items != nil {
		tellOddities(in.name, in.items.Warnings(), tell)
	}
}

func tellOddities(name string, w attrfile.Warnings, tell func(string)) {
	for _, text := range oddities(w) {
		tell(name + ": " + text)
	}
}

// oddities puts the warnings of an attribute file into words.
func oddities(w attrfile.Warnings) []string {
	var list []string
	if w.CRLF > 0 || w.BOM > 0 {
		list = append(list, "line ends of CR LF or a byte order mark are skipped; CRFsuite takes them for parts of names")
	}
	if w.Blank > 0 {
		list = append(list, fmt.Sprintf("%d lines are empty but for a CR and end sentences; CRFsuite takes them for tokens", w.Blank))
	}
	if w.Unended {
		list = append(list, "the last line has no end; CRFsuite would never finish reading it")
	}
	if w.Values > 0 {
		list = append(list, fmt.Sprintf("%d values are not numbers as a whole and count as what they start with, or 0 (line %d is the first that is odd)", w.Values, w.Line))
	}
	if w.Colons > 0 {
		list = append(list, fmt.Sprintf("%d colons lack a backslash and cut names short (line %d is the first that is odd)", w.Colons, w.Line))
	}
	return list
}

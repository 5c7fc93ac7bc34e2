package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/structured"
)

// A labeller labels the sentences of one input after another.
type labeller struct {
	m      *crf.Model
	tagger *crf.Tagger
	o      *tagFlags

	in     *input
	fit    *fit
	labels []string
	given  []int
}

func newLabeller(m *crf.Model, o *tagFlags) *labeller {
	return &labeller{m: m, tagger: m.NewTagger(), o: o}
}

// A candidate is a labelling as it is written.
type candidate struct {
	labels      []string
	probs       []string // of each label, nil unless asked for
	probability float64  // of the whole, if there is a list
}

// file labels the sentences of in.
func (l *labeller) file(in *input, w *writer, out *bufio.Writer) error {
	var err error
	l.in = in
	if l.fit, err = fitInput(l.m, in, l.o.label, l.o.form); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	s := new(sentence)
	for {
		if err := in.next(s); errors.Is(err, io.EOF) {
			return w.rest(in, s)
		} else if err != nil {
			return err
		}
		list, err := l.candidates(s)
		if err != nil {
			return err
		}
		if err := w.write(in, l.fit, s, list, l.o.nbest > 0); err != nil {
			return err
		}
		if in.live {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// check reports a request that the input has no column for.
func (l *labeller) check() error {
	if l.o.fixed && l.fit.label < 0 {
		return l.in.atStart(errors.New("no column of labels that could be kept; name it with --label"))
	}
	if l.in.format != corpus.CoNLLU {
		return nil
	}
	if l.fit.label < 0 {
		return l.in.atStart(errors.New("no column for the labels; name one with --label"))
	}
	if _, err := l.in.layout.Column("misc"); err != nil && l.o.probs {
		return l.in.atStart(fmt.Errorf("probabilities go into the MISC column: %w", err))
	}
	return nil
}

// candidates labels s.
func (l *labeller) candidates(s *sentence) ([]candidate, error) {
	if err := l.fit.read(l.tagger, s); err != nil {
		return nil, l.in.at(s, 0, err)
	}
	if l.o.fixed {
		if err := l.fix(s); err != nil {
			return nil, err
		}
	}
	list, err := l.decode()
	if err != nil {
		return nil, l.in.at(s, 0, err)
	}
	if !l.o.probs {
		return list, nil
	}
	marginals, err := l.tagger.Marginals()
	if err != nil {
		return nil, l.in.at(s, 0, err)
	}
	for k := range list {
		list[k].probs = l.probs(list[k].labels, marginals)
	}
	return list, nil
}

func (l *labeller) decode() ([]candidate, error) {
	if l.o.nbest > 0 {
		best, err := l.tagger.NBest(l.o.nbest)
		var list []candidate
		for _, b := range best {
			list = append(list, candidate{labels: b.Labels, probability: b.Probability})
		}
		return list, err
	}
	path, _, err := l.tagger.Best()
	if err != nil {
		return nil, err
	}
	l.labels = l.labels[:0]
	for _, j := range path {
		l.labels = append(l.labels, l.m.Labels()[j])
	}
	return []candidate{{labels: l.labels}}, nil
}

// fix makes the tagger keep the labels that s brings along.
func (l *labeller) fix(s *sentence) error {
	l.given = l.given[:0]
	for t, name := range l.in.labels(nil, s, l.fit.label) {
		given := -1
		if name != "" && name != "_" && name != "?" {
			var ok bool
			if given, ok = l.m.Label(name); !ok {
				return l.in.at(s, t, fmt.Errorf("label %q is not one of the model's", name))
			}
		}
		l.given = append(l.given, given)
	}
	if err := l.tagger.Fix(l.given); err != nil {
		return l.in.at(s, 0, err)
	}
	return nil
}

func (l *labeller) probs(labels []string, marginals *structured.Lattice) []string {
	probs := make([]string, len(labels))
	for t, name := range labels {
		j, _ := l.m.Label(name) // it came from the model
		probs[t] = strconv.FormatFloat(marginals.NodeAt(t)[j], 'f', 6, 64)
	}
	return probs
}

package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/structured"
)

// A labeller labels sentences, one after another, in memory of its own.
type labeller struct {
	m      *crf.Model
	tagger *crf.Tagger
	o      *tagFlags
	w      *writer
	rows   corpus.Reader
	items  corpus.AttributeReader
	s      sentence

	in    *input
	fit   *fit
	best  [1]candidate
	names []string // of a column
	given []int
	text  []byte // of probabilities
}

func newLabeller(m *crf.Model, o *tagFlags) *labeller {
	l := &labeller{m: m, tagger: m.NewTagger(), o: o, w: newWriter()}
	l.tagger.Constrain(!o.free)
	return l
}

// A candidate is a labelling as it is written.
type candidate struct {
	labels      []string
	probs       []string // of each label, nil unless asked for
	probability float64  // of the whole, if there is a list
}

// block labels the sentences of b into b.out, up to the first error.
func (l *labeller) block(b *block) error {
	l.in, l.fit = b.in, b.fit
	l.w.reset(&b.out)
	if b.first != nil {
		return l.sentence(b.first)
	}
	if l.in.items != nil {
		l.items.Open(&b.text)
	} else {
		l.rows.Open(&b.text)
	}
	for {
		if err := l.next(); err == io.EOF {
			return l.w.rest(l.in, l.fit, &l.s, l.o.probs)
		} else if err != nil {
			return err
		}
		if err := l.sentence(&l.s); err != nil {
			return err
		}
	}
}

func (l *labeller) next() error {
	if l.in.items != nil {
		return l.items.Read(&l.s.items)
	}
	return l.rows.Read(&l.s.rows)
}

func (l *labeller) sentence(s *sentence) error {
	list, err := l.candidates(s)
	if err != nil {
		return err
	}
	return l.w.write(l.in, l.fit, s, list, l.o.nbest > 0)
}

// candidates labels s. What it returns is valid until the next call.
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
		list[k].probs = l.probs(list[k].probs, list[k].labels, marginals)
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
	var path []int
	var err error
	if l.o.posterior {
		path, _, err = l.tagger.Posterior()
	} else {
		path, _, err = l.tagger.Best()
	}
	if err != nil {
		return nil, err
	}
	names := l.m.Labels()
	labels := l.best[0].labels[:0]
	for _, j := range path {
		labels = append(labels, names[j])
	}
	l.best[0].labels = labels
	return l.best[:], nil
}

// fix makes the tagger keep the labels that s brings along.
func (l *labeller) fix(s *sentence) error {
	l.given = l.given[:0]
	l.names = l.in.labels(l.names, s, l.fit.label)
	for t, name := range l.names {
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

// probs appends the probability of each label to dst[:0], as text.
func (l *labeller) probs(dst, labels []string, marginals *structured.Lattice) []string {
	const digits = len("0.123456")
	l.text = l.text[:0]
	for t, name := range labels {
		j, _ := l.m.Label(name) // it came from the model
		p := min(max(marginals.NodeAt(t)[j], 0), 1)
		l.text = strconv.AppendFloat(l.text, p, 'f', digits-2, 64)
	}
	all := string(l.text)
	dst = dst[:0]
	for t := range labels {
		dst = append(dst, all[t*digits:(t+1)*digits])
	}
	return dst
}

// check reports a request that an input has no column for.
func (o *tagFlags) check(in *input, f *fit) error {
	if o.fixed && f.label < 0 {
		return in.atStart(errors.New("no column of labels that could be kept; name it with --label"))
	}
	if in.format != corpus.CoNLLU {
		return nil
	}
	if f.label < 0 {
		return in.atStart(errors.New("no column for the labels; name one with --label"))
	}
	if _, err := in.layout.Column("misc"); err != nil && o.probs {
		return in.atStart(fmt.Errorf("probabilities go into the MISC column: %w", err))
	}
	return nil
}

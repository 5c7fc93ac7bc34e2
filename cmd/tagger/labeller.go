package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/structured"
)

// A labeller labels sentences, one after another, in memory of its own.
type labeller struct {
	m      *crf.Model
	tagger *crf.Decoder
	pruned *prunedcrf.Decoder // of a model of pruned chains, in place of the one before; nil: of another
	scores scores             // of another tool's model; nil: the tagger's own
	semi   *semicrf.Decoder   // of a model of segments, in place of all these; nil: of another
	out    *outside           // of labels that are spelt otherwise inside; nil: they are not
	o      *tagFlags
	print  printer // for another tool's output; nil: ours
	w      *writer
	rows   corpus.Reader
	items  attrfile.Reader
	s      sentence

	in    *input
	fit   *fit
	best  [1]candidate
	names []string // of a column
	given []int
	text  []byte // of probabilities

	spans   []annotation.Span
	numbers []float64 // their probabilities
	choices [][]int   // of labels that are given
}

// A decoder finds labels and their probabilities, once a tagger has read a sentence.
type decoder interface {
	Best() (path []int, score float64, err error)
	Posterior() (path []int, right float64, err error)
	Marginals() (*structured.Lattice, error)
	SpanProbabilities(dst []float64, spans []annotation.Span) ([]float64, error)
}

func (l *labeller) decoder() decoder {
	if l.pruned != nil {
		return l.pruned
	}
	return l.tagger
}

func newLabeller(m *openedModel, o *tagFlags) *labeller {
	l := &labeller{m: m.Model, tagger: m.NewDecoder(), o: o, print: o.printer(m.Labels()), w: newWriter()}
	l.tagger.Constrain(!o.free)
	l.tagger.Prune(!o.undictated && !o.fixed) // what is given goes before what is usual
	l.out = newOutside(m.Model)
	if m.foreign != nil {
		l.scores = m.foreign()
	}
	if m.semi != nil {
		l.semi = m.semi.NewDecoder()
	}
	if m.pruned != nil {
		l.pruned = m.pruned.NewDecoder()
		l.pruned.Constrain(!o.free)
	}
	return l
}

// A candidate is a labelling as it is written.
type candidate struct {
	labels      []string
	probs       []string // of each label, nil unless asked for
	spans       []string // of the span that starts at each token, or noSpan; nil unless asked for
	probability float64  // of the whole, if there is a list
}

// noSpan stands where no span starts.
const noSpan = "_"

// block labels the sentences of b into b.out, up to the first error.
func (l *labeller) block(b *block) error {
	l.in, l.fit = b.in, b.fit
	l.w.reset(&b.out)
	b.odd = attrfile.Warnings{}
	if b.first != nil {
		b.odd = l.in.odd
		return l.sentence(b.first)
	}
	if l.in.items != nil {
		l.items.Open(&b.text)
		defer func() { b.odd = l.items.Warnings() }()
	} else {
		l.rows.Open(&b.text)
	}
	for {
		if err := l.next(); err == io.EOF && l.print != nil {
			return nil
		} else if err == io.EOF {
			return l.w.rest(l.in, l.fit, &l.s, l.o)
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
	if l.print != nil {
		return l.printed(s)
	}
	list, err := l.candidates(s)
	if err != nil {
		return err
	}
	return l.w.write(l.in, l.fit, s, list, l.o.nbest > 0)
}

// printed labels s for another tool's output.
func (l *labeller) printed(s *sentence) error {
	if err := l.read(s); err != nil {
		return err
	}
	if l.o.fixed && l.o.tool != interop.Wapiti { // whose posteriors do not heed what is fixed
		if err := l.fix(s); err != nil {
			return err
		}
	}
	var err error
	if l.text, err = l.print(l.text[:0], l, s); err != nil {
		return l.in.at(s, 0, err)
	}
	_, err = l.w.w.Write(l.text)
	return err
}

// read gives s to the tagger.
func (l *labeller) read(s *sentence) error {
	if l.pruned != nil {
		return l.pruned.Read(l.fit.sequence(s))
	}
	if l.scores == nil {
		if err := l.fit.read(l.tagger, s); err != nil {
			return l.in.at(s, 0, err)
		}
		return nil
	}
	own, err := l.scores(s)
	if err == nil {
		err = l.fit.read(l.tagger, new(sentence)) // no token: what it had is forgotten
	}
	if err != nil {
		return l.in.at(s, 0, err)
	}
	own.Copy(l.tagger.Scores())
	return nil
}

// candidates labels s. What it returns is valid until the next call.
func (l *labeller) candidates(s *sentence) ([]candidate, error) {
	if l.semi != nil {
		return l.segmented(s)
	}
	if err := l.read(s); err != nil {
		return nil, err
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
	for k := range list {
		if err := l.judge(&list[k]); err != nil {
			return nil, l.in.at(s, 0, err)
		}
	}
	if l.out != nil {
		l.out.give(list)
	}
	return list, nil
}

// judge adds the probabilities that were asked for.
func (l *labeller) judge(c *candidate) error {
	if l.o.probs {
		marginals, err := l.decoder().Marginals()
		if err != nil {
			return err
		}
		l.text = l.text[:0]
		for t, name := range c.labels {
			j, _ := l.m.Label(name) // it came from the model
			l.text = appendProbability(l.text, l.out.probability(marginals.NodeAt(t), j))
		}
		all := string(l.text)
		c.probs = c.probs[:0]
		for t := range c.labels {
			c.probs = append(c.probs, all[t*digits:(t+1)*digits])
		}
	}
	if !l.o.spanProbs {
		return nil
	}
	var err error
	l.spans = annotation.AppendSpans(l.spans[:0], c.labels)
	if l.numbers, err = l.decoder().SpanProbabilities(l.numbers[:0], l.spans); err != nil {
		return err
	}
	c.clearSpans()
	for k, span := range l.spans {
		c.spans[span.Start] = string(appendProbability(nil, l.numbers[k]))
	}
	return nil
}

// clearSpans says that no span starts anywhere.
func (c *candidate) clearSpans() {
	c.spans = slices.Grow(c.spans[:0], len(c.labels))[:len(c.labels)]
	for t := range c.spans {
		c.spans[t] = noSpan
	}
}

const digits = len("0.123456")

// appendProbability appends p, digits long.
func appendProbability(dst []byte, p float64) []byte {
	return strconv.AppendFloat(dst, min(max(p, 0), 1), 'f', digits-len("0."), 64)
}

func (l *labeller) decode() ([]candidate, error) {
	if l.o.nbest > 0 && l.pruned != nil {
		best, err := l.pruned.NBest(l.o.nbest)
		return l.named(best), err
	}
	if l.o.nbest > 0 {
		best, err := l.tagger.NBest(l.o.nbest)
		return l.named(best), err
	}
	var path []int
	var err error
	if l.o.posterior {
		path, _, err = l.decoder().Posterior()
	} else {
		path, _, err = l.decoder().Best()
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

// named returns paths as candidates.
func (l *labeller) named(paths []model.Path) (list []candidate) {
	for _, p := range paths {
		c := candidate{probability: p.Probability}
		for _, j := range p.Labels {
			c.labels = append(c.labels, l.m.Labels()[j])
		}
		list = append(list, c)
	}
	return list
}

// fix makes the tagger keep the labels that s brings along.
func (l *labeller) fix(s *sentence) error {
	l.given = l.given[:0]
	l.names = l.in.labels(l.names, s, l.fit.label)
	for t, name := range l.names {
		given := -1
		if name != "" && name != "_" && name != "?" {
			var ok bool
			if given, ok = l.out.name(l.m, name); !ok {
				return l.in.at(s, t, fmt.Errorf("label %q is not one of the model's", name))
			}
		}
		l.given = append(l.given, given)
	}
	var err error
	l.choices = l.out.inside(l.choices, l.given)
	if l.pruned != nil {
		err = l.pruned.Allow(l.choices)
	} else {
		err = l.tagger.Allow(l.choices)
	}
	if err != nil {
		return l.in.at(s, 0, err)
	}
	return nil
}

// check reports a request that an input has no column for.
func (o *tagFlags) check(in *input, f *fit) error {
	if o.fixed && f.label < 0 {
		return in.atStart(errors.New("no column of labels that could be kept; name it with --label"))
	}
	if o.spanProbs && in.items != nil {
		return in.atStart(errors.New("labels of attribute files have no place for the probabilities of spans"))
	}
	if o.tool != 0 {
		return o.checkPrinting(in, f)
	}
	if in.format != corpus.CoNLLU {
		return nil
	}
	if f.label < 0 {
		return in.atStart(errors.New("no column for the labels; name one with --label"))
	}
	if _, err := in.layout.Column("misc"); err != nil && (o.probs || o.spanProbs) {
		return in.atStart(fmt.Errorf("probabilities go into the MISC column: %w", err))
	}
	return nil
}

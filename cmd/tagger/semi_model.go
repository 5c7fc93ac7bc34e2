package main

import (
	"fmt"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// kindOf tells by its content what kind of model of ours a file holds; a foreign one is a chain.
func kindOf(path string) (string, error) {
	head, err := modelHead(path)
	switch {
	case semicrf.Detect(head):
		return semiKind, err
	case prunedcrf.Detect(head):
		return prunedKind, err
	}
	return chainKind, err
}

// openSemi reads a model of segments. Its crf.Model holds its labels, templates and notes, by which files are read.
func openSemi(path string) (*openedModel, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := new(openedModel)
	if m.semi, err = semicrf.Load(f); err == nil {
		in := m.semi.Input()
		m.Model, err = crf.New(crf.Content{
			Meta: m.semi.Meta, Labels: spanLabels(m.semi), Scheme: m.semi.Scheme(),
			Input: model.Input{Templates: in.Templates, Columns: in.Columns, Names: in.Names},
		})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// spanLabels are the labels that a model of segments spells.
func spanLabels(m *semicrf.Model) []string {
	prefixes := []string{"B-", "I-"}
	if m.Scheme() == structured.BIOES {
		prefixes = append(prefixes, "E-", "S-")
	}
	labels := []string{"O"}
	for _, typ := range m.Types() {
		for _, prefix := range prefixes {
			labels = append(labels, prefix+typ)
		}
	}
	return labels
}

// segmented labels s by segments. What it returns is valid until the next call.
func (l *labeller) segmented(s *sentence) ([]candidate, error) {
	if err := l.semi.Read(l.fit.sequence(s)); err != nil {
		return nil, l.in.at(s, 0, err)
	}
	if l.o.nbest > 0 {
		best, err := l.semi.NBest(l.o.nbest)
		list := make([]candidate, len(best))
		for k, b := range best {
			list[k].labels, list[k].probability = l.semi.AppendLabels(nil, b.Segments), b.Probability
			if err == nil {
				err = l.judgeSegments(&list[k], b.Segments)
			}
		}
		if err != nil {
			return nil, l.in.at(s, 0, err)
		}
		return list, nil
	}
	y, _, err := l.semi.Best()
	if err == nil {
		l.best[0].labels = l.semi.AppendLabels(l.best[0].labels[:0], y)
		err = l.judgeSegments(&l.best[0], y)
	}
	if err != nil {
		return nil, l.in.at(s, 0, err)
	}
	return l.best[:], nil
}

// judgeSegments adds the probabilities that were asked for.
func (l *labeller) judgeSegments(c *candidate, y []semimarkov.Segment) error {
	var err error
	if l.o.probs {
		if l.numbers, err = l.semi.Probabilities(l.numbers[:0], y); err != nil {
			return err
		}
		c.probs = c.probs[:0]
		for _, p := range l.numbers {
			c.probs = append(c.probs, string(appendProbability(nil, p)))
		}
	}
	if !l.o.spanProbs {
		return nil
	}
	found, err := l.semi.Spans(y)
	if err != nil {
		return err
	}
	c.clearSpans()
	for _, span := range found {
		c.spans[span.Start] = string(appendProbability(nil, span.Probability))
	}
	return nil
}

// describeSemi is what inspect tells of a model of segments.
func describeSemi(path string, top int) (*modelDescription, error) {
	m, err := openSemi(path)
	if err != nil {
		return nil, err
	}
	d := &modelDescription{
		File: path, Weights: crf.Float64.String(), Scheme: m.Scheme().String(), Templates: m.Input().Templates.Name(), Labels: m.Labels(),
		Attributes: m.semi.Attributes(), Features: m.semi.Features(), Notes: notesOf(m.Meta), Transitions: []labelPair{},
		ModelType: semiKind, MaxLength: m.semi.MaxLength(), SegmentAttributes: m.semi.SegmentAttributes(),
		types: append([]string{"O"}, m.semi.Types()...),
	}
	m.semi.Transitions(func(from, to string, w float64) {
		d.Transitions = append(d.Transitions, labelPair{from, to, w})
	})
	if top == 0 {
		return d, nil
	}
	d.Strongest = make(map[string][]strongAttribute)
	m.semi.Weights(func(w semicrf.Weight) {
		name := w.Type + ", " + w.Role.String()
		d.Strongest[name] = append(d.Strongest[name], strongAttribute{w.Attribute, w.Weight})
	})
	keepStrongest(d.Strongest, top)
	return d, nil
}

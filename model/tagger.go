package model

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// A Path is a sequence of label numbers.
type Path struct {
	Labels      []int
	Score       float64 // sum of the weights and biases
	Probability float64 // exp(Score / temperature) / Z
}

// A Decoder finds label numbers with its own scratch memory. Call Read or ReadItems first. A path
// is valid until the next path is found, everything else until the next call.
type Decoder interface {
	// Read and ReadItems set the sentence, of columns or of ready-made attributes. If it does not
	// fit the model, the error wraps ErrInput.
	Read(seq features.Sequence) error
	ReadItems(items [][]attrfile.Attribute) error
	// Allow restricts each token t to the labels allowed[t]. An empty list means no restriction.
	Allow(allowed [][]int) error
	// Best returns the path with the highest score.
	Best() (path []int, score float64, err error)
	// Posterior returns the path with the highest expected number of correct labels, and this
	// number.
	Posterior() (path []int, right float64, err error)
	// NBest returns up to n distinct paths, best first.
	NBest(n int) ([]Path, error)
	// Marginals returns the probability of each label at each token.
	Marginals() (*structured.Lattice, error)
	// SpanProbabilities appends the probability of each span.
	SpanProbabilities(dst []float64, spans []annotation.Span) ([]float64, error)
}

// A tagger converts the label numbers of a decoder to labels.
type tagger struct {
	d     Decoder
	o     TagOptions
	names []string

	number map[string]int
	items  bool // the model reads ready-made attributes
	form   NormalForm
	out    *output // nil means that labels are written as they are inside
	inside [][]int // inside labels of a fixed outside label

	columns normalised
	context *Contextualizer // nil if the model reads no documents
	allowed [][]int
	paths   [1]Path
	labels  []string // inside labels
	list    []Labelling
	spans   []annotation.Span
	shares  []float64

	least map[string]float64 // probability of spans by type; nil means that all are kept
	other int                // number of O, if least is not nil
	kept  [][]int            // label numbers of paths without improbable spans
}

// NewTagger returns a tagger of m that decodes with d. The tagger normalises fields and returns
// labels in the scheme of the training files. If d has a method Scores() *structured.Lattice, the
// tagger is a [Scorer]. If m is [Mapped], the tagger checks its file for changes every 64
// sentences.
func NewTagger(m Labeller, d Decoder, o TagOptions) (Tagger, error) {
	if err := o.Check(m); err != nil {
		return nil, err
	}
	t := &tagger{d: d, o: o, names: m.Labels(), number: make(map[string]int, len(m.Labels()))}
	for j, name := range t.names {
		t.number[name] = j
	}
	var err error
	if t.context, err = ContextOf(m); err != nil {
		return nil, err
	}
	if t.least = m.Metadata().Calibration.Threshold; len(t.least) > 0 {
		if err := CheckThresholds(m); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrModel, err)
		}
		t.other = t.number["O"]
	}
	t.items, t.form, t.out = m.Input().Templates == nil, m.Metadata().Normalize, newOutput(m, t.number)
	if o.Fixed {
		if err := t.out.check(); err != nil {
			return nil, err
		}
	}
	mapped, isMapped := m.(Mapped)
	s, scores := d.(scorable)
	switch {
	case isMapped && scores:
		return &guardedScorer{newGuarded(mapped, t), &scorer{t, s}}, nil
	case isMapped:
		return newGuarded(mapped, t), nil
	case scores:
		return &scorer{t, s}, nil
	}
	return t, nil
}

// read sets the sentence of the decoder, with its fixed labels.
func (t *tagger) read(s Sentence, fixed []string) error {
	var err error
	switch seq := s.Columns; {
	case t.items && seq != nil:
		return fmt.Errorf("%w: columns, but the model reads ready-made attributes", ErrInput)
	case t.items:
		err = t.d.ReadItems(s.Items)
	case seq == nil && s.Items != nil:
		return fmt.Errorf("%w: ready-made attributes, but the model reads columns", ErrInput)
	case seq == nil:
		err = t.d.Read(features.Rows(nil))
	case t.context != nil:
		if seq, err = t.context.In(t.form.Sequence(seq), s); err == nil {
			err = t.d.Read(seq)
		}
	case t.form != AsIs:
		t.columns = normalised{seq, t.form}
		err = t.d.Read(&t.columns)
		t.columns.Sequence = nil
	default:
		err = t.d.Read(seq)
	}
	if err != nil || fixed == nil {
		return err
	}
	return t.fix(fixed)
}

// fix restricts the decoder to fixed labels.
func (t *tagger) fix(fixed []string) error {
	if err := t.out.check(); err != nil {
		return err
	}
	if t.inside == nil {
		for j := range t.names {
			set := []int{j}
			if twin := t.out.twin(j); twin >= 0 {
				set = append(set, twin)
			}
			t.inside = append(t.inside, set)
		}
	}
	t.allowed = t.allowed[:0]
	for at, name := range fixed {
		if name == "" {
			t.allowed = append(t.allowed, nil)
			continue
		}
		j, ok := t.out.number(name, t.number)
		if !ok {
			return &TokenError{at, fmt.Sprintf("label %q is not one of the model's", name)}
		}
		t.allowed = append(t.allowed, t.inside[j])
	}
	return t.d.Allow(t.allowed)
}

// Label implements [Tagger].
func (t *tagger) Label(s Sentence, fixed []string) ([]Labelling, error) {
	if err := t.read(s, fixed); err != nil {
		return nil, err
	}
	paths, err := t.decode()
	if err != nil {
		return nil, err
	}
	if len(t.least) > 0 {
		for k := range paths {
			if err := t.drop(k, &paths[k], fixed); err != nil {
				return nil, err
			}
		}
	}
	t.list = slices.Grow(t.list[:0], len(paths))[:len(paths)]
	for k := range paths {
		t.name(&t.list[k], &paths[k])
	}
	if t.o.Probabilities {
		if err := t.judge(paths); err != nil {
			return nil, err
		}
	}
	if t.o.Spans {
		for k := range paths {
			if err := t.judgeSpans(&t.list[k], &paths[k]); err != nil {
				return nil, err
			}
		}
	}
	return t.list, nil
}

// drop replaces the improbable spans of the k-th path by O, unless they contain a fixed label.
func (t *tagger) drop(k int, p *Path, fixed []string) error {
	if err := t.weigh(p); err != nil {
		return err
	}
	if k == len(t.kept) {
		t.kept = append(t.kept, nil)
	}
	t.kept[k] = append(t.kept[k][:0], p.Labels...)
	p.Labels = t.kept[k]
	for n, span := range t.spans {
		if t.shares[n] >= t.least[span.Type] || fixed != nil && slices.ContainsFunc(fixed[span.Start:span.End], func(label string) bool { return label != "" }) {
			continue
		}
		for at := span.Start; at < span.End; at++ {
			p.Labels[at] = t.other
		}
	}
	return nil
}

// setContext sets the context of the sentences of a document.
func (t *tagger) setContext(sentences []Sentence) error {
	if t.context != nil {
		t.context.Set(sentences)
	}
	return nil
}

func (t *tagger) decode() ([]Path, error) {
	if t.o.NBest > 0 {
		return t.d.NBest(t.o.NBest)
	}
	p := &t.paths[0]
	var err error
	if t.o.Posterior {
		p.Labels, _, err = t.d.Posterior()
	} else {
		p.Labels, p.Score, err = t.d.Best()
	}
	return t.paths[:], err
}

// name sets the labels of l to the outside labels of p.
func (t *tagger) name(l *Labelling, p *Path) {
	*l = Labelling{Labels: l.Labels[:0], Score: p.Score, Probability: p.Probability, Probabilities: l.Probabilities[:0], Spans: l.Spans[:0]}
	if t.out == nil {
		l.Labels = t.append(l.Labels, p.Labels)
		return
	}
	l.Labels = t.out.write(l.Labels, p.Labels)
}

func (t *tagger) append(dst []string, path []int) []string {
	for _, j := range path {
		dst = append(dst, t.names[j])
	}
	return dst
}

// judge adds label probabilities. The probability of an outside label is the sum over its inside
// labels.
func (t *tagger) judge(paths []Path) error {
	marginals, err := t.d.Marginals()
	if err != nil {
		return err
	}
	for k, p := range paths {
		for at, j := range p.Labels {
			row := marginals.NodeAt(at)
			share := row[j]
			if twin := t.out.twin(j); twin >= 0 {
				share += row[twin]
			}
			t.list[k].Probabilities = append(t.list[k].Probabilities, share)
		}
	}
	return nil
}

// judgeSpans adds the spans of p with their probabilities.
func (t *tagger) judgeSpans(l *Labelling, p *Path) error {
	if err := t.weigh(p); err != nil {
		return err
	}
	for k, span := range t.spans {
		l.Spans = append(l.Spans, Span{span, t.shares[k]})
	}
	return nil
}

// weigh computes the spans of p and their probabilities.
func (t *tagger) weigh(p *Path) error {
	t.labels = t.append(t.labels[:0], p.Labels)
	t.spans = annotation.AppendSpans(t.spans[:0], t.labels)
	var err error
	t.shares, err = t.d.SpanProbabilities(t.shares[:0], t.spans)
	return err
}

// A scorable decoder scores sentences by a first-order lattice over all labels.
type scorable interface{ Scores() *structured.Lattice }

type scorer struct {
	*tagger
	s scorable
}

// Scores implements [Scorer].
func (t *scorer) Scores(s Sentence, fixed []string) (*structured.Lattice, error) {
	if err := t.read(s, fixed); err != nil {
		return nil, err
	}
	return t.s.Scores(), nil
}

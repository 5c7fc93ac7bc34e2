package semicrf

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
)

// tagger converts segmentations of a decoder to labels.
type tagger struct {
	d    *Decoder
	o    model.TagOptions
	form model.NormalForm
	out  annotation.Speller
	best [1]Segmentation
	list []model.Labelling

	least map[string]float64 // probability of spans by type
	kept  [][]semimarkov.Segment
}

// NewTagger returns a tagger for one goroutine. Segments are scored as wholes, so options that
// choose or fix single token labels are an error.
func (m *Model) NewTagger(o model.TagOptions) (model.Tagger, error) {
	if err := o.Check(m); err != nil {
		return nil, err
	}
	for _, refused := range []struct {
		asked          bool
		option, reason string
	}{
		{o.Fixed, "fixed", "only for models that label token by token; this model scores whole spans"},
		{o.Posterior, "posterior", "only for models that label token by token; this model scores whole spans"},
		{o.Unconstrained, "no-constraints", "this model scores whole spans, so its labels always encode well-formed spans"},
		{o.NoDictionary, "no-dictionary", "this model scores whole spans and has no tag dictionary"},
	} {
		if refused.asked {
			return nil, model.Refuse(refused.option, "{%s}: %s", refused.option, refused.reason)
		}
	}
	least := m.Meta.Calibration.Threshold
	if len(least) > 0 {
		if err := model.CheckThresholds(m); err != nil {
			return nil, fmt.Errorf("%w: %w", model.ErrModel, err)
		}
	}
	return &tagger{d: m.NewDecoder(), o: o, form: m.Meta.Normalize, out: annotation.Speller{Spelling: m.Meta.Spelling}, least: least}, nil
}

// Label implements [model.Tagger].
func (t *tagger) Label(s model.Sentence, fixed []string) ([]model.Labelling, error) {
	switch {
	case fixed != nil:
		return nil, fmt.Errorf("%w: fixed labels, but the model scores whole spans", model.ErrInput)
	case s.Columns == nil && s.Items != nil:
		return nil, fmt.Errorf("%w: ready-made attributes, but the model reads columns", model.ErrInput)
	case s.Columns == nil:
		s.Columns = features.Rows(nil)
	}
	if err := t.d.Read(t.form.Sequence(s.Columns)); err != nil {
		return nil, err
	}
	found, err := t.decode()
	if err != nil {
		return nil, err
	}
	for len(t.list) < len(found) {
		t.list = append(t.list, model.Labelling{})
	}
	for k, y := range found {
		l := &t.list[k]
		if len(t.least) > 0 {
			if y.Segments, err = t.drop(k, y.Segments); err != nil {
				return nil, err
			}
		}
		l.Labels = t.d.AppendLabels(l.Labels[:0], y.Segments)
		l.Labels = t.out.Write(l.Labels[:0], l.Labels)
		l.Score, l.Probability = y.Score, y.Probability
		if err := t.judge(l, y.Segments); err != nil {
			return nil, err
		}
	}
	return t.list[:len(found)], nil
}

// drop returns the k-th segmentation without improbable spans.
func (t *tagger) drop(k int, y []semimarkov.Segment) ([]semimarkov.Segment, error) {
	found, err := t.d.Spans(y)
	if err != nil {
		return nil, err
	}
	if k == len(t.kept) {
		t.kept = append(t.kept, nil)
	}
	kept := t.kept[k][:0]
	for _, g := range y {
		if g.Label != spans.Outside {
			span := found[0]
			found = found[1:]
			if span.Probability < t.least[span.Type] {
				for at := g.Start; at < g.End; at++ {
					kept = append(kept, semimarkov.Segment{Start: at, End: at + 1, Label: spans.Outside})
				}
				continue
			}
		}
		kept = append(kept, g)
	}
	t.kept[k] = kept
	return kept, nil
}

func (t *tagger) decode() ([]Segmentation, error) {
	if t.o.NBest > 0 {
		return t.d.NBest(t.o.NBest)
	}
	var err error
	t.best[0].Segments, t.best[0].Score, err = t.d.Best()
	return t.best[:], err
}

func (t *tagger) judge(l *model.Labelling, y []semimarkov.Segment) error {
	var err error
	if t.o.Probabilities {
		if l.Probabilities, err = t.d.Probabilities(l.Probabilities[:0], y); err != nil {
			return err
		}
	}
	if t.o.Spans {
		found, err := t.d.Spans(y)
		if err != nil {
			return err
		}
		l.Spans = append(l.Spans[:0], found...)
	}
	return nil
}

package explain

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// ErrModel means that a kind of model cannot be explained.
var ErrModel = errors.New("this kind of model cannot be explained")

// An Explainer explains one sentence after another. It has its own scratch memory. Use one per
// goroutine.
type Explainer struct {
	m        model.Labeller
	decoders map[model.TagOptions]Decoder
	form     model.NormalForm
	items    bool    // the model reads ready-made attributes
	gamma    float64 // inverse temperature of the probabilities
	context  *model.Contextualizer

	states []State
	scheme string
	labels []string       // distinct labels of State.Shown
	number map[string]int // of labels
	of     []int          // the label of each state
	with   [][]int        // for each label, its states
	not    [][]int        // for each label, the states of all other labels

	// Of the current sentence.
	d      Decoder
	o      Options
	chosen []int
	shares []float64 // of labels
	parts  parts
}

// New returns an explainer for a model. If its kind cannot be explained, the error wraps
// [ErrModel].
func New(m model.Labeller) (*Explainer, error) {
	if _, ok := m.(Model); !ok {
		return nil, fmt.Errorf("%w: %s", ErrModel, m.Kind())
	}
	e := &Explainer{m: m, decoders: make(map[model.TagOptions]Decoder), form: m.Metadata().Normalize,
		items: m.Input().Templates == nil, number: make(map[string]int), gamma: m.Metadata().Calibration.Gamma()}
	err := model.Guard(m, func() (err error) {
		if e.context, err = model.ContextOf(m); err != nil {
			return err
		}
		return e.open(model.TagOptions{})
	})
	if err != nil {
		return nil, err
	}
	e.states, e.scheme = e.d.States()
	for s, state := range e.states {
		label, ok := e.number[state.Shown]
		if !ok {
			label = len(e.labels)
			e.number[state.Shown] = label
			e.labels, e.with = append(e.labels, state.Shown), append(e.with, nil)
		}
		e.of, e.with[label] = append(e.of, label), append(e.with[label], s)
	}
	e.not = make([][]int, len(e.labels))
	return e, nil
}

// open sets the decoder.
func (e *Explainer) open(o model.TagOptions) (err error) {
	d, ok := e.decoders[o]
	if !ok {
		if d, err = e.m.(Model).NewDecoderOfTerms(o); err != nil {
			return err
		}
		e.decoders[o] = d
	}
	e.d = d
	return nil
}

// Explain explains the labelling of a sentence. The words are for display. If s does not fit the
// model, the error wraps model.ErrInput. An option that is out of range, or that the model does not
// support, is a *model.OptionError. So is a token that the sentence does not have, and a label that
// the model does not have.
func (e *Explainer) Explain(words []string, s model.Sentence, o Options) (x *Explanation, err error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if _, ok := e.number[o.Against]; !ok && o.Against != "" {
		return nil, model.Refuse("against", "{against} %s: want a label of the model, such as %s", o.Against,
			strings.Join(e.labels[:min(len(e.labels), 5)], ", "))
	}
	e.o = o
	e.o.Least = cmp.Or(o.Least, defaultLeast)
	err = model.Guard(e.m, func() error {
		if err := e.open(model.TagOptions{Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary}); err != nil {
			return err
		}
		x, err = e.explain(words, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// read sets the sentence of the decoder.
func (e *Explainer) read(s model.Sentence) error {
	switch seq := s.Columns; {
	case e.items && seq != nil:
		return fmt.Errorf("%w: columns, but the model reads ready-made attributes", model.ErrInput)
	case e.items:
		return e.d.ReadItems(s.Items)
	case seq == nil && s.Items != nil:
		return fmt.Errorf("%w: ready-made attributes, but the model reads columns", model.ErrInput)
	case seq == nil:
		return e.d.Read(features.Rows(nil))
	default:
		seq, err := e.context.In(e.form.Sequence(seq), s)
		if err != nil {
			return err
		}
		return e.d.Read(seq)
	}
}

func (e *Explainer) explain(words []string, s model.Sentence) (*Explanation, error) {
	if err := e.read(s); err != nil {
		return nil, err
	}
	path, score, err := e.d.Best()
	if err != nil {
		return nil, err
	}
	switch n := len(path); {
	case n != len(words):
		return nil, fmt.Errorf("%w: %d words for a sentence of %d tokens", model.ErrInput, len(words), n)
	case e.o.Gold != nil && n != len(e.o.Gold):
		return nil, fmt.Errorf("%w: %d gold labels for a sentence of %d tokens", model.ErrInput, len(e.o.Gold), n)
	case e.o.Token > n:
		return nil, model.Refuse("token", "{token} %d: the sentence has %d tokens", e.o.Token, n)
	}
	e.chosen = append(e.chosen[:0], path...)
	x := &Explanation{Kind: e.m.Kind(), Scheme: e.scheme, Score: score}
	x.SetText(words)
	best, err := e.d.NBest(max(e.o.NBest, 1))
	if err != nil {
		return nil, err
	}
	// The chosen path has the score of the best one but for rounding.
	x.Probability = clamp(best[0].Probability * math.Exp((score-best[0].Score)*e.gamma))
	for _, p := range best[:min(e.o.NBest, len(best))] {
		x.NBest = append(x.NBest, Labelling{Labels: e.shown(p.Labels), Score: p.Score, Probability: clamp(p.Probability)})
	}
	e.sort(x)
	for t := range x.Tokens {
		x.Tokens[t].Label = e.states[e.chosen[t]].Shown
		if e.o.Gold != nil {
			x.Tokens[t].Gold = e.o.Gold[t]
		}
	}
	if x.RunnerUp, err = e.runnerUp(x); err != nil {
		return nil, err
	}
	for t := range x.Tokens {
		if e.o.Token == 0 || e.o.Token == t+1 {
			if err := e.contrast(x, t); err != nil {
				return nil, err
			}
		}
	}
	return x, e.candidates(x)
}

// sort moves the chosen labelling to the front of the n best, where one of equal score may be.
func (e *Explainer) sort(x *Explanation) {
	labels := e.shown(e.chosen)
	for k := range x.NBest {
		if slices.Equal(x.NBest[k].Labels, labels) {
			chosen := x.NBest[k]
			copy(x.NBest[1:k+1], x.NBest[:k])
			x.NBest[0] = chosen
			return
		}
	}
}

// clamp returns a probability that rounding may have moved above 1.
func clamp(p float64) float64 { return min(p, 1) }

// SetText sets the text and the positions of the tokens for words without a text.
func (x *Explanation) SetText(words []string) {
	x.Text, x.Tokens = strings.Join(words, " "), make([]Token, len(words))
	at := 0
	for t, word := range words {
		end := at + utf8.RuneCountInString(word)
		x.Tokens[t].Text, x.Tokens[t].Start, x.Tokens[t].End = word, at, end
		at = end + 1
	}
}

// shown returns the labels of a path.
func (e *Explainer) shown(path []int) []string {
	labels := make([]string, len(path))
	for t, s := range path {
		labels[t] = e.states[s].Shown
	}
	return labels
}

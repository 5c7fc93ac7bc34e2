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
	"github.com/trellis-nlp/trellis/structured"
)

// ErrModel means that a kind of model cannot be explained.
var ErrModel = errors.New("this kind of model cannot be explained")

// Options select what an explanation has. The zero value compares each token with its runner-up.
type Options struct {
	NBest int // number of best labellings to list; 0 means none
	// Against names the label to compare with instead of the runner-up. "" means the runner-up.
	Against string
	// Token limits contrasts to one token, from 1. 0 means all tokens.
	Token int
	// Gold holds the correct labels for display, or is nil. "" means unknown.
	Gold []string
	// Errors limits contrasts to tokens whose label is not that of Gold, and compares with Gold.
	Errors bool
	// Least is the probability from which a label is a candidate; 0 means 0.01. The labels of the
	// chosen labelling, of contrasts and of NBest are candidates in any case.
	Least float64
	// Brief leaves out Attributes and Transitions of tokens.
	Brief         bool
	Unconstrained bool // ignore the constraints of the label scheme
	NoDictionary  bool // ignore the tag dictionary
}

// defaultLeast is the default of Options.Least.
const defaultLeast = 0.01

// Check returns a *model.OptionError for an option that is out of range.
func (o Options) Check() error {
	switch {
	case o.NBest < 0:
		return model.Refuse("nbest", "{nbest} %d: want a number that is not negative", o.NBest)
	case o.Token < 0:
		return model.Refuse("token", "{token} %d: want a number from 1, or 0 for all tokens", o.Token)
	case !(o.Least >= 0 && o.Least <= 1):
		return model.Refuse("least", "{least} %v: want a probability", o.Least)
	case o.Errors && (o.Against != "" || o.Token > 0):
		return model.Refuse("errors", "{errors} compares wrong labels with the correct ones; it cannot be combined with {against} and {token}")
	}
	return nil
}

// An Explainer explains one sentence after another. It has its own scratch memory. Use one per
// goroutine.
type Explainer struct {
	m        model.Labeller
	decoders map[model.TagOptions]Decoder
	form     model.NormalForm
	items    bool // the model reads ready-made attributes

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
		items: m.Input().Templates == nil, number: make(map[string]int)}
	err := model.Guard(m, func() error { return e.open(model.TagOptions{}) })
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
		return e.d.Read(e.form.Sequence(seq))
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
	x.Probability = clamp(best[0].Probability * math.Exp(score-best[0].Score))
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

// others returns the states of all labels but one.
func (e *Explainer) others(label int) []int {
	if e.not[label] == nil {
		e.not[label] = []int{}
		for s, l := range e.of {
			if l != label {
				e.not[label] = append(e.not[label], s)
			}
		}
	}
	return e.not[label]
}

// contrast compares the chosen labelling with the best one that has another label at token t.
func (e *Explainer) contrast(x *Explanation, t int) error {
	token := &x.Tokens[t]
	label := e.of[e.chosen[t]]
	against := e.o.Against
	if e.o.Errors {
		if against = token.Gold; against == "" || against == e.labels[label] {
			return nil
		}
	}
	among, other := e.others(label), -1
	if against != "" && against != e.labels[label] {
		var ok bool
		if other, ok = e.number[against]; !ok {
			token.Note = "the model has no label " + against
			return nil
		}
		among = e.with[other]
	}
	path, score, err := e.d.BestWith(t, among)
	if errors.Is(err, structured.ErrNoPath) {
		token.Note = e.note(t, label, other)
		return nil
	}
	if err != nil {
		return err
	}
	c := &Contrast{Label: e.states[path[t]].Shown, Score: score}
	c.From, c.Labels = e.differing(path)
	e.parts.reset()
	e.d.Terms(e.chosen, path, e.parts.chosen)
	e.d.Terms(path, e.chosen, e.parts.other)
	c.Parts, c.Difference = e.parts.list()
	c.Decisive = decisive(c.Parts, c.Difference)
	c.Probability = clamp(x.Probability * math.Exp(-c.Difference))
	token.Contrast = c
	return nil
}

// note says why no labelling has the label other at token t, or another than label if other is -1.
func (e *Explainer) note(t, label, other int) string {
	only := e.d.Only(t)
	fits := func(s int) bool { return e.of[s] == other || other < 0 && e.of[s] != label }
	switch {
	case only != nil && !slices.ContainsFunc(only, fits):
		return "the tag dictionary or pruning allows only " + strings.Join(e.only(t), ", ")
	case len(e.labels) == 1:
		return "the model has no other label"
	case other < 0:
		return "the label scheme allows no other label here"
	}
	return fmt.Sprintf("the label scheme does not allow %s here", e.labels[other])
}

// differing returns the labels of a path from the first to the last token at which they differ from
// the chosen ones.
func (e *Explainer) differing(path []int) (from int, labels []string) {
	from, to := len(path), 0
	for t, s := range path {
		if s != e.chosen[t] {
			from, to = min(from, t), t+1
		}
	}
	return from, e.shown(path[from:to])
}

// decisive returns the smallest set of parts whose differences sum to more than the difference of
// all. Parts are sorted by magnitude.
func decisive(parts []Part, difference float64) []int {
	list := []int{}
	for k := 0; k < len(parts) && difference > 0; k++ {
		if parts[k].Difference > 0 {
			difference -= parts[k].Difference
			list = append(list, k)
		}
	}
	return list
}

// runnerUp returns the best labelling that differs from the chosen one, or nil if there is none.
func (e *Explainer) runnerUp(x *Explanation) (*Labelling, error) {
	var best *Labelling
	for t, state := range e.chosen {
		path, score, err := e.d.BestWith(t, e.others(e.of[state]))
		switch {
		case errors.Is(err, structured.ErrNoPath):
		case err != nil:
			return nil, err
		case best == nil || score > best.Score:
			best = &Labelling{e.shown(path), score, clamp(x.Probability * math.Exp(score-x.Score))}
		}
	}
	return best, nil
}

// Labelling returns the other labelling of a contrast.
func (x *Explanation) Labelling(c *Contrast) *Labelling {
	l := &Labelling{Labels: make([]string, len(x.Tokens)), Score: c.Score, Probability: c.Probability}
	for t := range x.Tokens {
		l.Labels[t] = x.Tokens[t].Label
	}
	copy(l.Labels[c.From:], c.Labels)
	return l
}

// candidates adds the probabilities of labels, the attributes and the transitions.
func (e *Explainer) candidates(x *Explanation) error {
	p, err := e.d.Marginals()
	if err != nil {
		return err
	}
	wanted := make([]map[string]bool, len(x.Tokens)) // labels that are candidates in any case
	for t := range x.Tokens {
		wanted[t] = map[string]bool{x.Tokens[t].Label: true}
	}
	for t := range x.Tokens {
		if c := x.Tokens[t].Contrast; c != nil {
			for k, label := range c.Labels {
				wanted[c.From+k][label] = true
			}
		}
	}
	for _, l := range x.NBest {
		for t, label := range l.Labels {
			wanted[t][label] = true
		}
	}
	var before, now []int // states of the candidates
	for t := range x.Tokens {
		token := &x.Tokens[t]
		row := p.NodeAt(t)
		e.shares = append(e.shares[:0], make([]float64, len(e.labels))...)
		for s, v := range row {
			e.shares[e.of[s]] += v
		}
		token.Probability = clamp(e.shares[e.of[e.chosen[t]]])
		token.Only = e.only(t)
		now = now[:0]
		for l, v := range e.shares {
			if v >= e.o.Least || wanted[t][e.labels[l]] {
				token.Candidates = append(token.Candidates, e.candidate(l, clamp(v)))
				now = append(now, e.with[l]...)
			}
		}
		slices.SortStableFunc(token.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Probability, a.Probability) })
		if !e.o.Brief {
			e.d.Attributes(t, func(a Attribute) { token.Attributes = append(token.Attributes, a) })
			if t > 0 {
				e.transitions(token, t, before, now)
			}
		}
		before = append(before[:0], now...)
	}
	return nil
}

func (e *Explainer) candidate(label int, probability float64) Candidate {
	c := Candidate{Label: e.labels[label], Probability: probability}
	for _, s := range e.with[label] {
		c.Inside = append(c.Inside, e.states[s].Name)
		c.Subtags = e.states[s].Subtags
	}
	if len(c.Inside) == 1 && c.Inside[0] == c.Label {
		c.Inside = nil
	}
	return c
}

// only returns the labels that the tag dictionary or pruning leaves to token t.
func (e *Explainer) only(t int) (labels []string) {
	for _, s := range e.d.Only(t) {
		if label := e.states[s].Shown; !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

func (e *Explainer) transitions(token *Token, t int, from, to []int) {
	for _, i := range from {
		for _, j := range to {
			if w, ok := e.d.Follows(t, i, j); ok {
				token.Transitions = append(token.Transitions, Transition{e.states[i].Name, e.states[j].Name, w})
			}
		}
	}
}

package explain

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

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
	c.cut(e.o.Top)
	c.Probability = clamp(x.Probability * math.Exp(-c.Difference*e.gamma))
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

// cut leaves out parts that are neither among the strongest nor needed for the decisive ones.
func (c *Contrast) cut(top int) {
	if top == 0 {
		return
	}
	if n := len(c.Decisive); n > 0 {
		top = max(top, c.Decisive[n-1]+1)
	}
	if len(c.Parts) <= top {
		return
	}
	c.Others = &Others{Count: len(c.Parts) - top}
	for k := range c.Parts[top:] {
		c.Others.Difference += c.Parts[top+k].Difference
	}
	c.Parts = c.Parts[:top]
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
			best = &Labelling{e.shown(path), score, clamp(x.Probability * math.Exp((score-x.Score)*e.gamma))}
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

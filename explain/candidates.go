package explain

import (
	"cmp"
	"slices"
)

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

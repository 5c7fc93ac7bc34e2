package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/explain"
)

// An ExplanationWriter writes explanations one after another. It is for one goroutine.
type ExplanationWriter interface {
	// Write writes an explanation. It keeps no part of it.
	Write(x *explain.Explanation) error
	// Close completes the output. It does not close the underlying io.Writer.
	Close() error
}

// defaultTop is the default number of parts or attributes in a list.
const defaultTop = 5

// NewExplanationJSON returns a writer of JSON Lines: one object a line, with all data.
// docs/reference/json.md describes the objects.
func NewExplanationJSON(w io.Writer) ExplanationWriter {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return explanationJSON{e}
}

type explanationJSON struct{ e *json.Encoder }

func (j explanationJSON) Write(x *explain.Explanation) error { return j.e.Encode(x) }
func (j explanationJSON) Close() error                       { return nil }

// ErrExplanation is the error of an explanation whose fields do not fit together.
var ErrExplanation = errors.New("inconsistent explanation")

// checkExplanation returns an error if labellings do not fit the tokens, or parts do not exist.
func checkExplanation(x *explain.Explanation) error {
	n := len(x.Tokens)
	for t := range x.Tokens {
		c := x.Tokens[t].Contrast
		if c == nil {
			continue
		}
		if c.From < 0 || c.From > n || len(c.Labels) > n-c.From {
			return fmt.Errorf("%w: token %d: the other labelling has %d labels from token %d on, but the sentence has %d tokens", ErrExplanation, t+1, len(c.Labels), c.From+1, n)
		}
		for _, p := range c.Parts {
			if p.Token < 0 || p.Token >= n {
				return fmt.Errorf("%w: token %d: a part belongs to token %d, but the sentence has %d tokens", ErrExplanation, t+1, p.Token+1, n)
			}
		}
	}
	for k, l := range x.NBest {
		if len(l.Labels) != n {
			return fmt.Errorf("%w: labelling %d has %d labels for %d tokens", ErrExplanation, k+1, len(l.Labels), n)
		}
	}
	if x.RunnerUp != nil && len(x.RunnerUp.Labels) != n {
		return fmt.Errorf("%w: the runner-up has %d labels for %d tokens", ErrExplanation, len(x.RunnerUp.Labels), n)
	}
	return nil
}

// partName names what a part is the weight of.
func partName(x *explain.Explanation, p *explain.Part) string {
	name := p.Name
	switch p.Kind {
	case explain.TransitionPart:
		if name == "" {
			name = "transition"
		}
	case explain.SegmentPart:
		name = fmt.Sprintf("segment of %d: %s", p.End-p.Token, name)
	case explain.NormalizationPart, explain.BiasPart:
		name = string(p.Kind)
	}
	if p.Subtag != "" {
		name += " for " + p.Subtag
	}
	if p.Value != 0 {
		name += fmt.Sprintf(" (%g)", p.Value)
	}
	return name
}

// shareLabels joins the labels of a share.
func shareLabels(s *explain.Share) string {
	joined := ""
	for k, label := range s.Labels {
		if k > 0 {
			joined += " "
		}
		joined += label
	}
	return joined
}

// others counts and sums the parts that a list of the first top parts leaves out.
func others(c *explain.Contrast, top int) (count int, sum float64) {
	count = len(c.Parts) - top
	for k := range c.Parts[top:] {
		sum += c.Parts[top+k].Difference
	}
	if c.Others != nil {
		count, sum = count+c.Others.Count, sum+c.Others.Difference
	}
	return count, sum
}

// chance formats a probability.
func chance(p float64) string { return fmt.Sprintf("%.1f%%", 100*clamp(p)) }

// signed formats a score difference.
func signed(v float64) string {
	if math.Abs(v) < 1e4 {
		return fmt.Sprintf("%+.2f", v)
	}
	return fmt.Sprintf("%+.3g", v)
}

// wins says without how many parts the other labelling wins.
func wins(c *explain.Contrast) string {
	switch n := len(c.Decisive); {
	case n == 0:
		return ""
	case n == 1:
		return "without the strongest part, " + c.Label + " wins"
	default:
		return fmt.Sprintf("without the %d strongest parts for it, %s wins", n, c.Label)
	}
}

// differing lists the tokens at which labels differ from the chosen ones.
func differing(x *explain.Explanation, labels []string) (list []int) {
	for t, label := range labels {
		if label != x.Tokens[t].Label {
			list = append(list, t)
		}
	}
	return list
}

// asked reports whether an explanation has something about a token.
func asked(t *explain.Token) bool { return t.Contrast != nil || t.Note != "" }

// leave returns the number of parts to list: top, or all if only one more would be left out.
func leave(top, n int) int {
	if n <= top+1 {
		return n
	}
	return top
}

// sortedByWeight returns the contributions of the attributes of a token to labels inside the model
// and their subtags, the strongest first.
func sortedByWeight(t *explain.Token, c *explain.Candidate) []contribution {
	inside := c.Inside
	if inside == nil {
		inside = []string{c.Label}
	}
	var list []contribution
	for _, a := range t.Attributes {
		for _, label := range inside {
			if w := a.Weights[label]; w != 0 {
				list = append(list, contribution{a.Name, label, a.Value, a.Value * w})
			}
		}
		for _, tag := range c.Subtags {
			if w := a.Subtags[tag]; w != 0 {
				list = append(list, contribution{a.Name, tag, a.Value, a.Value * w})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b contribution) int {
		switch x, y := math.Abs(a.Weight), math.Abs(b.Weight); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return list
}

// A contribution is what an attribute adds to the score of a label.
type contribution struct {
	Name, Label   string
	Value, Weight float64
}

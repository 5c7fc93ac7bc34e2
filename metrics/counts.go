package metrics

import "fmt"

// Counts are the counts that the measures are computed from. Counts of several sentences can be
// added.
type Counts struct {
	Tokens, Right      int // tokens, and those with the right label
	Sentences, Perfect int // sentences, and those without an error
	Gold, Predicted    int // items: spans, or tokens with plain labels
	Correct            int // items in both
}

// Add adds the counts of o.
func (c *Counts) Add(o Counts) { c.add(o, 1) }

// add adds the counts of o n times.
func (c *Counts) add(o Counts, n int) {
	c.Tokens += n * o.Tokens
	c.Right += n * o.Right
	c.Sentences += n * o.Sentences
	c.Perfect += n * o.Perfect
	c.Gold += n * o.Gold
	c.Predicted += n * o.Predicted
	c.Correct += n * o.Correct
}

// Measure is a quality measure of predicted labels, a fraction in 0..1.
type Measure int

// The measures and their definitions; 0/0 is 0.
const (
	F1               Measure = iota // 2 Correct / (Gold + Predicted)
	Precision                       // Correct / Predicted
	Recall                          // Correct / Gold
	Accuracy                        // Right / Tokens
	SentenceAccuracy                // Perfect / Sentences
	measures
)

// String returns the JSON name of m.
func (m Measure) String() string {
	return [...]string{"f1", "precision", "recall", "accuracy", "sentence_accuracy"}[m]
}

// MarshalText implements [encoding.TextMarshaler].
func (m Measure) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *Measure) UnmarshalText(text []byte) error {
	for k := range measures {
		if k.String() == string(text) {
			*m = k
			return nil
		}
	}
	return fmt.Errorf("%w: %.40q", ErrMeasure, text)
}

// title returns the name of m in tables.
func (m Measure) title() string {
	return [...]string{"F1", "precision", "recall", "accuracy", "whole sentences"}[m]
}

// Of computes m.
func (m Measure) Of(c Counts) float64 {
	switch m {
	case F1:
		return ratio(2*c.Correct, c.Gold+c.Predicted)
	case Precision:
		return ratio(c.Correct, c.Predicted)
	case Recall:
		return ratio(c.Correct, c.Gold)
	case Accuracy:
		return ratio(c.Right, c.Tokens)
	}
	return ratio(c.Perfect, c.Sentences)
}

// reported returns the measures to report. With plain labels, precision, recall and F1 equal the
// accuracy and are left out.
func reported(plain bool) []Measure {
	if plain {
		return []Measure{Accuracy, SentenceAccuracy}
	}
	return []Measure{F1, Precision, Recall, Accuracy, SentenceAccuracy}
}

package metrics

// Counts are what the figures over some sentences come from. Those of several sentences add up.
type Counts struct {
	Tokens, Right      int // tokens, and those with the right label
	Sentences, Perfect int // sentences, and those without an error
	Gold, Predicted    int // items: spans, or tokens where labels are plain
	Correct            int // items that are both
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

// Measure is a figure that tells how good labels are, a fraction in 0..1.
type Measure int

// The measures, and how to compute them; a fraction of nothing is 0.
const (
	F1               Measure = iota // 2 Correct / (Gold + Predicted)
	Precision                       // Correct / Predicted
	Recall                          // Correct / Gold
	Accuracy                        // Right / Tokens
	SentenceAccuracy                // Perfect / Sentences
	measures
)

// String returns the name of m in JSON.
func (m Measure) String() string {
	return [...]string{"f1", "precision", "recall", "accuracy", "sentence_accuracy"}[m]
}

// MarshalText implements [encoding.TextMarshaler].
func (m Measure) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// title is the name of m in tables.
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

// reported are the measures that say something of their own: for plain labels precision, recall and F1
// are the accuracy.
func reported(plain bool) []Measure {
	if plain {
		return []Measure{Accuracy, SentenceAccuracy}
	}
	return []Measure{F1, Precision, Recall, Accuracy, SentenceAccuracy}
}

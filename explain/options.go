package explain

import "github.com/trellis-nlp/trellis/model"

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
	// Top is the number of parts of each contrast to list, the strongest. Decisive parts, and parts
	// that are stronger than a decisive one, are listed in any case. 0 means all parts.
	Top int
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
	case o.Top < 0:
		return model.Refuse("top", "{top} %d: want a number that is not negative", o.Top)
	case !(o.Least >= 0 && o.Least <= 1):
		return model.Refuse("least", "{least} %v: want a probability", o.Least)
	case o.Errors && (o.Against != "" || o.Token > 0):
		return model.Refuse("errors", "{errors} compares wrong labels with the correct ones; it cannot be combined with {against} and {token}")
	}
	return nil
}

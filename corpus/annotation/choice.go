package annotation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrLabel says that a field does not spell what is known of a label.
var ErrLabel = errors.New("unfit label")

// Supervision says how the label column is to be read.
type Supervision int

const (
	// Full supervision names one label a token; all characters are its own.
	Full Supervision = iota
	// Partial supervision leaves labels open: ?, _ or nothing for any, A|B for one of the two.
	Partial
	// Soft supervision is Partial, and may say how probable each label is: A:0.7|B:0.3.
	Soft
)

var supervisionNames = [...]string{Full: "full", Partial: "partial", Soft: "soft"}

// String returns the name that ParseSupervision reads.
func (s Supervision) String() string {
	if s < 0 || int(s) >= len(supervisionNames) {
		return fmt.Sprintf("Supervision(%d)", int(s))
	}
	return supervisionNames[s]
}

// ParseSupervision reads full, partial or soft.
func ParseSupervision(name string) (Supervision, error) {
	if k := slices.Index(supervisionNames[:], name); k >= 0 {
		return Supervision(k), nil
	}
	return 0, fmt.Errorf("unknown supervision %q: expected %s", name, strings.Join(supervisionNames[:], ", "))
}

// A Choice is what is known of the label of a token: that it is one of Labels, or nothing where there is none.
// Shares, unless nil, are their probabilities, positive and of sum 1.
type Choice struct {
	Labels []string
	Shares []float64
}

// Certain reports whether only one label is left.
func (c Choice) Certain() bool { return len(c.Labels) == 1 }

// shareSlack is how far written shares, which are rounded, may be from a sum of 1.
const shareSlack = 0.02

// Choice reads a field of the label column. Shares are divided by their sum; labels of share 0 are left out.
func (s Supervision) Choice(field string) (Choice, error) {
	switch {
	case s == Full:
		return Choice{Labels: []string{field}}, nil
	case field == "" || field == "_" || field == "?":
		return Choice{}, nil
	}
	var c Choice
	sum, shared := 0.0, 0
	for part := range strings.SplitSeq(field, "|") {
		label, share := part, 1.0
		if k := strings.LastIndexByte(part, ':'); s == Soft && k >= 0 {
			if v, err := strconv.ParseFloat(part[k+1:], 64); err == nil {
				label, share = part[:k], v
				shared++
			}
		}
		switch {
		case label == "" || label == "?":
			return Choice{}, fmt.Errorf("%w %q: a name is missing", ErrLabel, field)
		case slices.Contains(c.Labels, label):
			return Choice{}, fmt.Errorf("%w %q: %s twice", ErrLabel, field, label)
		case !(share >= 0 && share <= 1+shareSlack):
			return Choice{}, fmt.Errorf("%w %q: share %v of %s: want 0 to 1", ErrLabel, field, share, label)
		}
		sum += share
		c.Labels, c.Shares = append(c.Labels, label), append(c.Shares, share)
	}
	switch {
	case shared == 0:
		c.Shares = nil
		return c, nil
	case shared < len(c.Labels):
		return Choice{}, fmt.Errorf("%w %q: either all labels have a share, or none", ErrLabel, field)
	case !(math.Abs(sum-1) <= shareSlack):
		return Choice{}, fmt.Errorf("%w %q: shares of sum %v: want 1", ErrLabel, field, sum)
	}
	n := 0
	for k, share := range c.Shares {
		if share > 0 {
			c.Labels[n], c.Shares[n] = c.Labels[k], share/sum
			n++
		}
	}
	c.Labels, c.Shares = c.Labels[:n], c.Shares[:n]
	return c, nil
}

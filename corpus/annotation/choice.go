package annotation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/internal/enum"
)

// ErrLabel means that a label field does not follow its [Supervision].
var ErrLabel = errors.New("invalid label")

// Supervision is the way to read the label column.
type Supervision int

const (
	// Full supervision has one label per token. All characters belong to the label.
	Full Supervision = iota
	// Partial supervision allows partially labelled tokens: A|B for one of two labels, and ?, _ or
	// nothing for any label.
	Partial
	// Soft supervision is Partial with optional probabilities: A:0.7|B:0.3.
	Soft
)

var supervisionNames = enum.Names[Supervision]{Full: "full", Partial: "partial", Soft: "soft"}

// String returns the name, as read by ParseSupervision.
func (s Supervision) String() string { return supervisionNames.String(s) }

// ParseSupervision returns the supervision with this name: full, partial or soft.
func ParseSupervision(name string) (Supervision, error) {
	return supervisionNames.Parse("supervision", name)
}

// A Choice holds the candidate labels of a token. Empty Labels allow any label. Shares, unless nil,
// are the probabilities of Labels: positive, with sum 1.
type Choice struct {
	Labels []string
	Shares []float64
}

// Certain reports whether there is exactly one candidate label.
func (c Choice) Certain() bool { return len(c.Labels) == 1 }

// shareSlack is the tolerance for the sum of rounded shares.
const shareSlack = 0.02

// Choice reads a label field. It normalises shares to sum 1 and omits labels with share 0.
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
		if k := strings.LastIndexByte(part, ':'); k >= 0 {
			if v, err := strconv.ParseFloat(part[k+1:], 64); err == nil {
				if s == Partial && 0 < v && v < 1 {
					return Choice{}, fmt.Errorf("%w %q: %s is a probability, which only soft supervision reads", ErrLabel, field, part[k+1:])
				}
				if s == Soft {
					label, share = part[:k], v
					shared++
				}
			}
		}
		switch {
		case label == "" || label == "?":
			return Choice{}, fmt.Errorf("%w %q: a label name is missing", ErrLabel, field)
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
		return Choice{}, fmt.Errorf("%w %q: either all labels or none must have a share", ErrLabel, field)
	case !(math.Abs(sum-1) <= shareSlack):
		return Choice{}, fmt.Errorf("%w %q: shares have sum %v, want 1", ErrLabel, field, sum)
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

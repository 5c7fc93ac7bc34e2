package spans

import (
	"errors"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// Outside is the segment label of tokens outside spans.
const Outside = 0

// ErrSpan means that a span cannot become a segment.
var ErrSpan = errors.New("invalid span")

// Codec numbers span types and encodes them as token labels. It is immutable and safe for
// concurrent use.
type Codec struct {
	scheme structured.Scheme
	types  []string
	number map[string]int
	spelt  [][4]string // per type: the labels with B, I, E and S
}

const letters = "BIES"

// NewCodec returns a codec for distinct span types and labels in a span scheme.
func NewCodec(scheme structured.Scheme, types []string) (*Codec, error) {
	if scheme == structured.Plain {
		return nil, fmt.Errorf("%w: plain labels have no spans", ErrSpan)
	}
	c := &Codec{scheme: scheme, types: slices.Clone(types), number: make(map[string]int)}
	for k, typ := range types {
		if _, twice := c.number[typ]; twice {
			return nil, fmt.Errorf("%w: duplicate type %q", ErrSpan, typ)
		}
		c.number[typ] = k + 1
		var spelt [4]string
		for i := range spelt {
			spelt[i] = letters[i : i+1]
			if typ != "" {
				spelt[i] += "-" + typ
			}
		}
		c.spelt = append(c.spelt, spelt)
	}
	return c, nil
}

// Len returns the number of segment labels: one per type, plus Outside.
func (c *Codec) Len() int { return len(c.types) + 1 }

// Types returns the types: label j > 0 has type j-1. The caller must not change them.
func (c *Codec) Types() []string { return c.types }

// Label returns the label of a type, or -1 if the codec does not have the type.
func (c *Codec) Label(typ string) int {
	if label, ok := c.number[typ]; ok {
		return label
	}
	return -1
}

// Scheme returns the scheme of the labels.
func (c *Codec) Scheme() structured.Scheme { return c.scheme }

// Segments appends the segmentation of a sentence of n tokens with the given spans, from left to
// right. Unknown types, overlapping spans, and spans that extend beyond the sentence are an error
// that wraps ErrSpan.
func (c *Codec) Segments(dst []semimarkov.Segment, spans []annotation.Span, n int) ([]semimarkov.Segment, error) {
	at := 0
	outside := func(end int) {
		for ; at < end; at++ {
			dst = append(dst, semimarkov.Segment{Start: at, End: at + 1, Label: Outside})
		}
	}
	for _, s := range spans {
		label, ok := c.number[s.Type]
		if !ok {
			return dst, fmt.Errorf("%w: unknown type %q of the span at token %d", ErrSpan, s.Type, s.Start)
		}
		if s.Start < at || s.End <= s.Start || s.End > n {
			return dst, fmt.Errorf("%w: span %d..%d: want a span within %d..%d", ErrSpan, s.Start, s.End, at, n)
		}
		outside(s.Start)
		dst = append(dst, semimarkov.Segment{Start: s.Start, End: s.End, Label: label})
		at = s.End
	}
	outside(n)
	return dst, nil
}

// Spans appends the spans of a segmentation. Its labels must be below Len.
func (c *Codec) Spans(dst []annotation.Span, y []semimarkov.Segment) []annotation.Span {
	for _, g := range y {
		if g.Label != Outside {
			dst = append(dst, annotation.Span{Start: g.Start, End: g.End, Type: c.types[g.Label-1]})
		}
	}
	return dst
}

// Labels appends the label of each token of a segmentation. Its segment labels must be below Len.
func (c *Codec) Labels(dst []string, y []semimarkov.Segment) []string {
	for k, g := range y {
		for t := g.Start; t < g.End; t++ {
			if g.Label == Outside {
				dst = append(dst, "O")
				continue
			}
			touches := k > 0 && y[k-1].Label == g.Label
			touched := k+1 < len(y) && y[k+1].Label == g.Label
			dst = append(dst, c.spelt[g.Label-1][c.letter(t == g.Start, t == g.End-1, touches, touched)])
		}
	}
	return dst
}

// letter returns the index in letters for a token that is the first or last of its span. touches
// means that the previous span has the same type, touched that the next one has.
func (c *Codec) letter(first, last, touches, touched bool) int {
	const b, i, e, s = 0, 1, 2, 3
	switch {
	case c.scheme == structured.BIOES && first && last:
		return s
	case c.scheme == structured.BIOES && last:
		return e
	case c.scheme == structured.IOE1 || c.scheme == structured.IOE2:
		if last && (c.scheme == structured.IOE2 || touched) {
			return e
		}
	case first && (c.scheme != structured.IOB1 || touches):
		return b
	}
	return i
}

package spans

import (
	"errors"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// Outside is the label of the tokens in no span.
const Outside = 0

// ErrSpan says that a span cannot be made a segment.
var ErrSpan = errors.New("unfit span")

// A Codec numbers types of spans and spells them. It is immutable and safe for concurrent use.
type Codec struct {
	scheme structured.Scheme
	types  []string
	number map[string]int
	spelt  [][4]string // of each type: with B, I, E and S
}

const letters = "BIES"

// NewCodec returns the codec of types, which differ, for labels in a scheme that spells spans.
func NewCodec(scheme structured.Scheme, types []string) (*Codec, error) {
	if scheme == structured.Plain {
		return nil, fmt.Errorf("%w: plain labels spell none", ErrSpan)
	}
	c := &Codec{scheme: scheme, types: slices.Clone(types), number: make(map[string]int)}
	for k, typ := range types {
		if _, twice := c.number[typ]; twice {
			return nil, fmt.Errorf("%w: type %q stands twice", ErrSpan, typ)
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

// Len returns the number of labels of segments: one a type, and Outside.
func (c *Codec) Len() int { return len(c.types) + 1 }

// Types returns the types: that of label j > 0 is number j-1. It must not be changed.
func (c *Codec) Types() []string { return c.types }

// Label returns the label of a type, -1 where the codec lacks it.
func (c *Codec) Label(typ string) int {
	if label, ok := c.number[typ]; ok {
		return label
	}
	return -1
}

// Scheme returns the scheme of the labels.
func (c *Codec) Scheme() structured.Scheme { return c.scheme }

// Segments appends the segmentation of a sentence of n tokens with these spans, which stand from left to
// right. A type that the codec lacks, or spans that overlap or reach beyond the sentence, are an error that
// wraps ErrSpan.
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
			return dst, fmt.Errorf("%w: type %q of the one at token %d is unknown", ErrSpan, s.Type, s.Start)
		}
		if s.Start < at || s.End <= s.Start || s.End > n {
			return dst, fmt.Errorf("%w: %d..%d of %d tokens, %d of which are taken", ErrSpan, s.Start, s.End, n, at)
		}
		outside(s.Start)
		dst = append(dst, semimarkov.Segment{Start: s.Start, End: s.End, Label: label})
		at = s.End
	}
	outside(n)
	return dst, nil
}

// Spans appends the spans of a segmentation, whose labels are below Len.
func (c *Codec) Spans(dst []annotation.Span, y []semimarkov.Segment) []annotation.Span {
	for _, g := range y {
		if g.Label != Outside {
			dst = append(dst, annotation.Span{Start: g.Start, End: g.End, Type: c.types[g.Label-1]})
		}
	}
	return dst
}

// Labels appends the label of each token of a segmentation, whose labels are below Len.
func (c *Codec) Labels(dst []string, y []semimarkov.Segment) []string {
	for k, g := range y {
		for t := g.Start; t < g.End; t++ {
			if g.Label == Outside {
				dst = append(dst, "O")
				continue
			}
			touches := k > 0 && y[k-1].Label == g.Label
			dst = append(dst, c.spelt[g.Label-1][c.letter(t == g.Start, t == g.End-1, touches)])
		}
	}
	return dst
}

// letter returns the index in letters of what the scheme writes at a token that is the first or last of
// its span, behind a span of the same type or not.
func (c *Codec) letter(first, last, touches bool) int {
	const b, i, e, s = 0, 1, 2, 3
	switch {
	case c.scheme == structured.BIOES && first && last:
		return s
	case c.scheme == structured.BIOES && last:
		return e
	case first && (c.scheme != structured.IOB1 || touches):
		return b
	}
	return i
}

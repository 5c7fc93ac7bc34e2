package annotation

import "github.com/trellis-nlp/trellis/structured"

// IllFormed counts the labels of one sentence that scheme would spell differently for the spans
// that [AppendSpans] returns. Examples are an I- that starts a span in BIO, a B- that touches no
// other span in IOB1, an S- that is not alone, or a B- in IO. Labels of another scheme also count.
// The result is 0 for a well-formed sentence. Plain labels are always well-formed.
func IllFormed(labels []string, scheme structured.Scheme) int {
	n := 0
	if scheme == structured.Plain {
		return n
	}
	for t, label := range labels {
		if !fits(label, placeAt(labels, t).prefix(scheme)) {
			n++
		}
	}
	return n
}

// A Converter rewrites span labels from one scheme to another. It reads labels that are ill-formed
// in From like [AppendSpans], so the result is well-formed in To. From = To repairs labels. In IO,
// adjacent spans of the same type merge. If From or To is [structured.Plain], labels do not change.
//
// A Converter caches the labels that it creates, so it allocates only for new ones. It is not safe
// for concurrent use.
type Converter struct {
	From, To structured.Scheme

	made map[string]string // prefix and type -> label
	key  []byte            // key of made, reused
}

// Convert appends the labels of one sentence in the scheme To. repaired is the number of labels
// that were ill-formed in From.
func (c *Converter) Convert(dst, labels []string) (converted []string, repaired int) {
	if c.From == structured.Plain || c.To == structured.Plain {
		return append(dst, labels...), 0
	}
	for t, label := range labels {
		p := placeAt(labels, t)
		if !fits(label, p.prefix(c.From)) {
			repaired++
		}
		dst = append(dst, c.label(label, p.prefix(c.To), p.typ))
	}
	return dst, repaired
}

// label returns prefix + "-" + typ, or old if it is the same.
func (c *Converter) label(old string, prefix byte, typ string) string {
	if prefix == 'O' {
		return "O"
	}
	if fits(old, prefix) {
		return old
	}
	c.key = append(append(c.key[:0], prefix), typ...)
	label, ok := c.made[string(c.key)]
	if !ok {
		label = string(prefix)
		if typ != "" {
			label += "-" + typ
		}
		if c.made == nil {
			c.made = make(map[string]string)
		}
		c.made[string(c.key)] = label
	}
	return label
}

// place is the position of a token in the spans of its sentence, independent of the scheme.
type place struct {
	outside      bool
	typ          string
	starts, ends bool
	touches      bool // the previous token is in a span of the same type, this one or another
	touched      bool // so is the next token
}

func placeAt(labels []string, t int) place {
	var p, n byte = 'O', 'O'
	var pt, nt string
	if t > 0 {
		p, pt = splitSpan(labels[t-1])
	}
	if t+1 < len(labels) {
		n, nt = splitSpan(labels[t+1])
	}
	c, ct := splitSpan(labels[t])
	return place{
		outside: c == 'O',
		typ:     ct,
		starts:  !continues(p, pt, c, ct),
		ends:    !continues(c, ct, n, nt),
		touches: p != 'O' && pt == ct,
		touched: n != 'O' && nt == ct,
	}
}

// prefix returns the letter of scheme for this place.
func (p place) prefix(scheme structured.Scheme) byte {
	switch {
	case p.outside:
		return 'O'
	case scheme == structured.IO:
		return 'I'
	case scheme == structured.IOE1 || scheme == structured.IOE2:
		if p.ends && (scheme == structured.IOE2 || p.touched) {
			return 'E'
		}
		return 'I'
	case scheme == structured.BIOES && p.ends && p.starts:
		return 'S'
	case scheme == structured.BIOES && p.ends:
		return 'E'
	case p.starts && (scheme != structured.IOB1 || p.touches):
		return 'B'
	}
	return 'I'
}

// fits reports whether label has this prefix.
func fits(label string, prefix byte) bool {
	if prefix == 'O' {
		return label == "O"
	}
	letter, _ := structured.SplitLabel(label)
	return letter == prefix
}

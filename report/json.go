package report

import (
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A Unit is what positions in a text count.
type Unit int

const (
	Runes Unit = iota // Unicode code points, as in Python
	Bytes             // bytes of UTF-8, as in Go and Rust
	UTF16             // UTF-16 code units, as in JavaScript, Java and C#
)

var unitNames = enum.Names[Unit]{Runes: "runes", Bytes: "bytes", UTF16: "utf16"}

// ParseUnit returns the unit of a name: runes, bytes or utf16.
func ParseUnit(name string) (Unit, error) { return unitNames.Parse("unit", name) }

// String returns the name of the unit.
func (u Unit) String() string { return unitNames.String(u) }

// Of returns a position in the unit.
func (u Unit) Of(p text.Position) int {
	switch u {
	case Bytes:
		return p.Byte
	case UTF16:
		return p.UTF16
	}
	return p.Rune
}

// length returns the length of a text in the unit.
func (u Unit) length(s string) int {
	switch u {
	case Bytes:
		return len(s)
	case Runes:
		return utf8.RuneCountInString(s)
	}
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// JSONOptions are the options of JSON output.
type JSONOptions struct {
	// Unit is what positions count.
	Unit Unit
	// Files writes the name of the file of each document.
	Files bool
	// Documents writes an object for each document. The default is one for each sentence.
	Documents bool
}

// NewJSON returns a Writer of JSON Lines: one object a line. docs/reference/json.md describes the
// objects. Entities may overlap.
func NewJSON(w io.Writer, o JSONOptions) Writer { return &jsonWriter{w: w, options: o} }

type jsonWriter struct {
	w       io.Writer
	options JSONOptions
	buffer  []byte
}

func (j *jsonWriter) Write(d *model.Document) error {
	var err error
	if j.buffer, err = j.options.Append(j.buffer[:0], d); err != nil {
		return err
	}
	_, err = j.w.Write(j.buffer)
	return err
}

func (j *jsonWriter) Close() error { return nil }

// Append appends the lines of a document to dst.
func (o JSONOptions) Append(dst []byte, d *model.Document) ([]byte, error) {
	if err := check(d, true); err != nil {
		return dst, err
	}
	if o.Documents {
		return o.document(dst, d), nil
	}
	for k := range d.Sentences {
		s := &d.Sentences[k]
		dst = o.source(append(dst, '{'), d)
		dst = append(dst, `"text":`...)
		dst = appendString(dst, d.Text[s.Start.Byte:s.End.Byte])
		dst = o.span(dst, ',', s.Range, -o.Unit.Of(d.Start))
		dst = append(dst, `,"tokens":[`...)
		base := o.Unit.Of(s.Start)
		dst = o.tokens(dst, s, base)
		dst = append(dst, `],"entities":[`...)
		dst = o.entities(dst, s.Entities, base)
		dst = append(dst, ']')
		if s.NBest != nil {
			dst = append(dst, `,"nbest":[`...)
			dst = o.alternatives(dst, s, base)
			dst = append(dst, ']')
		}
		dst = append(dst, "}\n"...)
	}
	return dst, nil
}

func (o JSONOptions) document(dst []byte, d *model.Document) []byte {
	dst = o.source(append(dst, '{'), d)
	dst = append(dst, `"text":`...)
	dst = appendString(dst, d.Text)
	start := o.Unit.Of(d.Start)
	dst = append(dst, `,"start":`...)
	dst = strconv.AppendInt(dst, int64(start), 10)
	dst = append(dst, `,"end":`...)
	dst = strconv.AppendInt(dst, int64(start+o.Unit.length(d.Text)), 10)
	dst = append(dst, `,"sentences":[`...)
	for k := range d.Sentences {
		dst = comma(dst)
		dst = o.span(dst, '{', d.Sentences[k].Range, 0)
		dst = append(dst, '}')
	}
	dst = append(dst, `],"tokens":[`...)
	for k := range d.Sentences {
		dst = o.tokens(dst, &d.Sentences[k], 0)
	}
	dst = append(dst, `],"entities":[`...)
	for k := range d.Sentences {
		dst = o.entities(dst, d.Sentences[k].Entities, 0)
	}
	dst = append(dst, ']')
	if slices.ContainsFunc(d.Sentences, func(s model.DocumentSentence) bool { return s.NBest != nil }) {
		dst = append(dst, `,"nbest":[`...)
		for k := range d.Sentences {
			dst = append(comma(dst), '[')
			dst = o.alternatives(dst, &d.Sentences[k], 0)
			dst = append(dst, ']')
		}
		dst = append(dst, ']')
	}
	return append(dst, "}\n"...)
}

// alternatives appends the n best labellings of a sentence.
func (o JSONOptions) alternatives(dst []byte, s *model.DocumentSentence, base int) []byte {
	for k := range s.NBest {
		a := &s.NBest[k]
		dst = append(comma(dst), `{"probability":`...)
		dst = appendProbability(dst, a.Probability)
		dst = append(dst, `,"labels":[`...)
		for _, label := range a.Labels {
			dst = appendString(comma(dst), label)
		}
		dst = append(dst, `],"entities":[`...)
		dst = o.entities(dst, a.Entities, base)
		dst = append(dst, "]}"...)
	}
	return dst
}

// source appends file and ID of a document.
func (o JSONOptions) source(dst []byte, d *model.Document) []byte {
	if o.Files && d.File != "" {
		dst = append(dst, `"file":`...)
		dst = append(appendString(dst, d.File), ',')
	}
	if d.ID != "" {
		dst = append(dst, `"id":`...)
		dst = append(appendString(dst, d.ID), ',')
	}
	return dst
}

func (o JSONOptions) tokens(dst []byte, s *model.DocumentSentence, base int) []byte {
	for k := range s.Tokens {
		t := &s.Tokens[k]
		dst = comma(dst)
		dst = append(dst, `{"text":`...)
		dst = appendString(dst, t.Text)
		dst = o.span(dst, ',', t.Range, base)
		dst = append(dst, `,"label":`...)
		dst = appendString(dst, s.Labels[k])
		if s.Probabilities != nil {
			dst = append(dst, `,"probability":`...)
			dst = appendProbability(dst, s.Probabilities[k])
		}
		dst = append(dst, '}')
	}
	return dst
}

func (o JSONOptions) entities(dst []byte, list []model.Entity, base int) []byte {
	for k := range list {
		e := &list[k]
		dst = comma(dst)
		dst = o.span(dst, '{', e.Range, base)
		dst = append(dst, `,"text":`...)
		dst = appendString(dst, e.Text)
		dst = append(dst, `,"label":`...)
		dst = appendString(dst, e.Label)
		if e.Probability != 0 {
			dst = append(dst, `,"probability":`...)
			dst = appendProbability(dst, e.Probability)
		}
		dst = append(dst, '}')
	}
	return dst
}

// comma appends a comma unless dst ends with the start of a list.
func comma(dst []byte) []byte {
	if dst[len(dst)-1] == '[' {
		return dst
	}
	return append(dst, ',')
}

// span appends the start and end of a range, counted from base.
func (o JSONOptions) span(dst []byte, before byte, r text.Range, base int) []byte {
	dst = append(dst, before)
	dst = append(dst, `"start":`...)
	dst = strconv.AppendInt(dst, int64(o.Unit.Of(r.Start)-base), 10)
	dst = append(dst, `,"end":`...)
	return strconv.AppendInt(dst, int64(o.Unit.Of(r.End)-base), 10)
}

// appendProbability appends a probability with up to six decimals.
func appendProbability(dst []byte, p float64) []byte {
	const scale = 1_000_000
	n := uint(math.Round(clamp(p) * scale))
	if n == 0 || n == scale {
		return append(dst, '0'+byte(n/scale))
	}
	digits := [...]byte{'0', '.', 0, 0, 0, 0, 0, 0}
	for k := len(digits) - 1; k > 1; k-- {
		digits[k] = '0' + byte(n%10)
		n /= 10
	}
	end := len(digits)
	for digits[end-1] == '0' {
		end--
	}
	return append(dst, digits[:end]...)
}

// plain holds the ASCII characters that stand for themselves in a JSON string.
var plain = func() (t [utf8.RuneSelf]bool) {
	for b := byte(' '); b < utf8.RuneSelf; b++ {
		t[b] = b != '"' && b != '\\'
	}
	return t
}()

// appendString appends a JSON string as encoding/json writes it without HTML escapes.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for k := 0; k < len(s); {
		b := s[k]
		if b < utf8.RuneSelf {
			if plain[b] {
				k++
				continue
			}
			dst = append(dst, s[start:k]...)
			switch b {
			case '"', '\\':
				dst = append(dst, '\\', b)
			case '\b':
				dst = append(dst, `\b`...)
			case '\f':
				dst = append(dst, `\f`...)
			case '\n':
				dst = append(dst, `\n`...)
			case '\r':
				dst = append(dst, `\r`...)
			case '\t':
				dst = append(dst, `\t`...)
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
			}
			k++
			start = k
			continue
		}
		r, size := utf8.DecodeRuneInString(s[k:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:k]...)
			dst = append(dst, `\ufffd`...)
			start = k + size
		case r == '\u2028' || r == '\u2029': // line ends in JavaScript
			dst = append(dst, s[start:k]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hex[r&15])
			start = k + size
		}
		k += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

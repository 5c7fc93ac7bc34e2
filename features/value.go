package features

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// A Value is an attribute with a value.
type Value struct {
	Name  []byte
	Value float64
}

// valued is a template with %v. It names the numbers that a token has in a column.
type valued struct {
	before, after string
	column        int
	piece         piece // without literal and view
}

func (l *line) value() bool {
	return slices.ContainsFunc(l.items, func(i item) bool { return i.macro.op == opValue })
}

// newValued builds a template from pieces. The view of one piece is a column.
func newValued(pieces template) valued {
	v := valued{before: pieces[0].literal, column: pieces[0].view, piece: piece{offset: pieces[0].offset, absolute: pieces[0].absolute}}
	if len(pieces) > 1 {
		v.after = pieces[1].literal
	}
	return v
}

// HasValues reports whether [Extractor.Values] can return anything.
func (p *Program) HasValues() bool { return len(p.values) > 0 }

// numbers holds what templates with %v read from a sentence.
type numbers struct {
	program *Program
	n       int         // tokens
	field   []float64   // templates x tokens: the number in a field, or NaN
	vectors [][]float32 // templates x tokens: nil if the word has no vector

	text []byte // attribute names
	list []Value
}

// reset reads a sentence. x holds its computed columns.
func (s *numbers) reset(p *Program, x *extended, seq Sequence) {
	s.program, s.n = p, seq.Len()
	s.field, s.vectors = s.field[:0], s.vectors[:0]
	for i := range p.values {
		c := p.values[i].column
		isVector := x != nil && c >= x.first && slices.Contains(x.vectors, c-x.first)
		for t := range s.n {
			number, vector := math.NaN(), []float32(nil)
			if isVector {
				vector = x.found[c-x.first][t]
			} else {
				number = parseNumber(seq.Field(t, c))
			}
			s.field, s.vectors = append(s.field, number), append(s.vectors, vector)
		}
	}
}

// parseNumber returns the number in a field, or NaN. It rejects most other fields without creating
// an error.
func parseNumber(s string) float64 {
	i := 0
	for _, may := range []string{"+-", "."} {
		if i < len(s) && strings.IndexByte(may, s[i]) >= 0 {
			i++
		}
	}
	if i == len(s) || !isDigit(s[i]) {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// at returns the number or vector that template i reads at token t.
func (s *numbers) at(i, t int) (field float64, vector []float32, ok bool) {
	token := s.program.values[i].piece.token(t, s.n)
	if token < 0 || token >= s.n {
		return 0, nil, false
	}
	at := i*s.n + token
	if vector = s.vectors[at]; vector != nil {
		return 0, vector, true
	}
	field = s.field[at]
	return field, nil, !math.IsNaN(field)
}

// Values returns the attributes of token t that have values of their own, in template order. A
// numeric field yields one attribute with the number as value. A vector yields one attribute per
// dimension, with the dimension (from 0) in place of the macro. The result is valid until the next
// call of Values. Values panics if t is not in 0..Len-1.
func (e *Extractor) Values(t int) []Value {
	if t < 0 || t >= e.n {
		panic("features: token out of range")
	}
	text := e.numbers.text[:0]
	list := e.numbers.list[:0]
	for i := range e.program.values {
		v := &e.program.values[i]
		field, vector, ok := e.numbers.at(i, t)
		if !ok {
			continue
		}
		if vector == nil {
			start := len(text)
			text = append(append(text, v.before...), v.after...)
			list = append(list, Value{text[start:len(text):len(text)], field})
			continue
		}
		for k, x := range vector {
			start := len(text)
			text = append(strconv.AppendInt(append(text, v.before...), int64(k), 10), v.after...)
			list = append(list, Value{text[start:len(text):len(text)], float64(x)})
		}
	}
	e.numbers.text, e.numbers.list = text, list
	return list
}

// valuedPrints holds the fingerprints that templates with %v can yield.
type valuedPrints struct {
	single     []uint64   // per template, for a field
	dimensions [][]uint64 // per template, for a vector
	prints     []uint64
	values     []float64
}

// Values returns fingerprints and values of the attributes of [Extractor.Values], in the same
// order. The result is valid until the next call of Values. Values panics if t is not in 0..Len-1.
func (f *Fingerprinter) Values(t int) (prints []uint64, values []float64) {
	t = f.inside(t)
	v := &f.valued
	v.prints, v.values = v.prints[:0], v.values[:0]
	for i := range f.layout.program.values {
		field, vector, ok := f.numbers.at(i, t)
		if !ok {
			continue
		}
		if vector == nil {
			v.prints, v.values = append(v.prints, v.single[i]), append(v.values, field)
			continue
		}
		for k := len(v.dimensions[i]); k < len(vector); k++ {
			v.dimensions[i] = append(v.dimensions[i], f.layout.program.values[i].print(f.layout.hasher, strconv.Itoa(k)))
		}
		v.prints = append(v.prints, v.dimensions[i][:len(vector)]...)
		for _, x := range vector {
			v.values = append(v.values, float64(x))
		}
	}
	return v.prints, v.values
}

func (f *Fingerprinter) prepareValues() {
	p := f.layout.program
	f.valued.dimensions = make([][]uint64, len(p.values))
	for i := range p.values {
		f.valued.single = append(f.valued.single, p.values[i].print(f.layout.hasher, ""))
	}
}

// print returns the fingerprint of the attribute of a dimension.
func (v *valued) print(h *fingerprint.Hasher, dimension string) uint64 {
	return h.OfString(v.before + dimension + v.after)
}

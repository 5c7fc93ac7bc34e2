package features

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Program is a set of templates bound to the columns of an input. It is immutable and safe for
// concurrent use. Each goroutine needs its own [Extractor].
type Program struct {
	views    []view
	outside  []outside // one per view
	unigrams []template
	bigrams  []template // without bare templates
	values   []valued
	derived  derived // computed columns
	input    []int   // columns of the input that the templates read: see Columns
	bound    []boundLine
}

// template is a bound line: a sequence of pieces.
type template []piece

// piece is a literal, followed by the value of a view at a token. If a template ends in a literal,
// its last piece has no view (-1).
type piece struct {
	literal  string
	view     int
	offset   int // from the current token, or absolute from the first or last (see token)
	absolute bool
}

// token returns the token index of the piece at token t of n. It may be outside 0..n-1.
func (p *piece) token(t, n int) int {
	switch {
	case !p.absolute:
		return t + p.offset
	case p.offset < 0:
		return n + p.offset
	}
	return p.offset - 1
}

// outside holds the values of a view before the first and after the last token. Index 0 is distance
// 1, and the last value is for all larger distances. The slices are nil if the view does not apply.
type outside struct {
	before, after [][]byte
}

// Bind resolves the columns of the templates. Column numbers must be below columns, the number of
// input columns. Do not count a label in the last column. names maps column names to numbers. A
// missing column is an error that wraps [ErrColumn] and has the position of the template. If the
// line is optional and the column has a name, Bind omits the line instead.
//
// The computed columns in more follow those of the input. They require a column named form.
func (t *Templates) Bind(columns int, names map[string]int, more ...Column) (*Program, error) {
	b := binder{columns: columns, names: names, views: make(map[viewKey]int)}
	if len(more) > 0 {
		if err := b.derive(more); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	before, after := outsideNames(t.dialect)
	for i := range t.lines {
		l := &t.lines[i]
		pieces, at, err := b.bind(l)
		if err != nil {
			return nil, &ParseError{File: t.name, Line: l.number, Column: at, Err: err}
		}
		if pieces == nil {
			continue
		}
		if !l.bigram || !l.bare() {
			b.program.bound = append(b.program.bound, b.program.boundTo(l))
		}
		if l.value() {
			b.program.values = append(b.program.values, newValued(pieces))
			continue
		}
		if l.unigram {
			b.program.unigrams = append(b.program.unigrams, pieces)
		}
		if l.bigram && !l.bare() {
			b.program.bigrams = append(b.program.bigrams, pieces)
		}
	}
	p := &b.program
	var row []int
	for i := range p.views {
		p.outside = append(p.outside, outside{
			before: p.views[i].outside(before, &row),
			after:  p.views[i].outside(after, &row),
		})
	}
	p.derived.use(p.columns())
	p.derived.useVectors(p.values)
	p.input = p.readColumns()
	return p, nil
}

// boundTo describes the next template.
func (p *Program) boundTo(l *line) boundLine {
	if l.unigram && !l.value() {
		return boundLine{line: l.number, unigram: len(p.unigrams)}
	}
	return boundLine{line: l.number, unigram: -1}
}

func (b *binder) derive(more []Column) error {
	names := maps.Clone(b.names)
	form, ok := names["form"]
	if !ok {
		return fmt.Errorf("%w: column %s is computed from a column named form, but no column has that name", ErrColumn, more[0].Name())
	}
	b.program.derived = derived{columns: more, first: b.columns, form: form}
	for _, c := range more {
		if _, taken := names[c.Name()]; taken {
			return fmt.Errorf("%w: two columns would be named %s", ErrColumn, c.Name())
		}
		names[c.Name()] = b.columns
		b.columns++
	}
	b.names = names
	return nil
}

// binder collects the views of a program.
type binder struct {
	columns int
	names   map[string]int
	views   map[viewKey]int // index in program.views
	program Program
}

// viewKey is a view as a map key, with the source of its expression.
type viewKey struct {
	view
	pattern string
}

// bind binds a line. It returns nil for an optional line that names an unbound column. at is the
// position of an error in the line.
func (b *binder) bind(l *line) (pieces template, at int, err error) {
	pending := piece{view: -1}
	for i := range l.items {
		m := &l.items[i].macro
		if m.op == 0 {
			pending.literal = l.items[i].literal
			continue
		}
		column, ok, err := b.column(m, l.optional)
		if err != nil {
			return nil, l.items[i].column, err
		}
		if !ok {
			return nil, 0, nil
		}
		if m.op == opValue {
			pending.view = column
		} else {
			pending.view = b.view(view{op: m.op, column: column, length: m.length, flag: m.flag, re: m.re})
		}
		pending.offset, pending.absolute = m.offset, m.absolute
		pieces = append(pieces, pending)
		pending = piece{view: -1}
	}
	if pending.literal != "" {
		pieces = append(pieces, pending)
	}
	return pieces, 0, nil
}

// column returns the number of the column of a macro. It returns false if the line is to be
// omitted.
func (b *binder) column(m *macro, optional bool) (int, bool, error) {
	column, ref := m.column, strconv.Itoa(m.column)
	if m.name != "" {
		ref = m.name
		var bound bool
		if column, bound = b.names[m.name]; !bound {
			if optional {
				return 0, false, nil
			}
			return 0, false, fmt.Errorf("%w: %s (no column of that name)", ErrColumn, ref)
		}
	}
	if column < 0 || column >= b.columns {
		if m.name != "" {
			ref = fmt.Sprintf("%s = %d", m.name, column)
		}
		return 0, false, fmt.Errorf("%w: %s (the input has %d, counted from 0)", ErrColumn, ref, b.columns)
	}
	return column, true, nil
}

// view returns the index of a view. It adds the view if it is new.
func (b *binder) view(v view) int {
	key := viewKey{view: v}
	if v.re != nil {
		key.pattern = v.re.source
		key.re = nil
	}
	i, known := b.views[key]
	if !known {
		i = len(b.program.views)
		b.views[key] = i
		b.program.views = append(b.program.views, v)
	}
	return i
}

// HasBigrams reports whether [Extractor.Bigrams] can return anything, that is, whether label pairs
// have attributes.
func (p *Program) HasBigrams() bool { return len(p.bigrams) > 0 }

// Columns returns the columns of the input that the templates read, in ascending order. The word
// column is included if templates read a column computed from words.
func (p *Program) Columns() []int { return slices.Clone(p.input) }

func (p *Program) readColumns() []int {
	columns := p.columns()
	for i := range p.values {
		columns = append(columns, p.values[i].column)
	}
	if d := &p.derived; len(d.columns) > 0 {
		for i, c := range columns {
			if c >= d.first {
				columns[i] = d.form
			}
		}
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// columns returns all columns whose fields views read, in ascending order.
func (p *Program) columns() []int {
	var columns []int
	for i := range p.views {
		columns = append(columns, p.views[i].column)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// outsideNames returns the names of tokens before and after the sentence, by distance.
func outsideNames(d Dialect) (before, after []string) {
	if d == DialectCRFPP {
		for i := 1; i <= maxCRFPPOffset; i++ {
			before = append(before, fmt.Sprintf("_B-%d", i))
			after = append(after, fmt.Sprintf("_B+%d", i))
		}
		return before, after
	}
	return []string{"_x-1", "_x-2", "_x-3", "_x-4", "_x-#"}, []string{"_x+1", "_x+2", "_x+3", "_x+4", "_x+#"}
}

func (v *view) outside(names []string, row *[]int) [][]byte {
	var values [][]byte
	for _, name := range names {
		value, ok := v.appendOutside(nil, name, row)
		if !ok {
			return nil
		}
		values = append(values, value)
	}
	return values
}

package features

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// layout describes how to compute fingerprints from rows of numbers, one row per token. A row holds
// the contributions of words to attributes, already joined with the preceding literals. For a word
// that starts an attribute, this is the fingerprint of literal and word. For a later word it is a
// piece (two numbers) of literal and word.
//
// So an attribute with one word is a single load, and each further word takes one product. Margins
// of rows before the first and after the last token represent the positions outside the sentence.
type layout struct {
	program       *Program
	hasher        *fingerprint.Hasher
	width         int // length of a row
	columns       []printColumn
	margin        int
	before, after []uint64 // margin x width
	unigrams      []printed
	joint         []printed // unigrams that are neither local nor of windows
	windows       []printWindow
	bigrams       []printed
}

// printed is a template: parts, followed by a literal.
type printed struct {
	parts []part
	end   fingerprint.Piece // empty if the row includes it
	form
	index int // of the template in the program
	at    int // whole, pair: offset of the first number from the start of the row of the current token
	next  int // pair: offset of the two numbers of the second part
}

// form is the way to compute the fingerprint of an attribute.
type form int

const (
	parted form = iota // join the parts one by one
	whole              // read one number of a nearby row
	pair               // join a number and a piece of nearby rows
)

// part is a literal, followed by the value of a view at a token in a row.
type part struct {
	kind
	literal fingerprint.Piece // literal that the row does not include, or empty
	item    int               // item of the view
	at      int               // offset from the start of the row of the current token if near, else of the token's own row
	near    bool              // the token is within the margin
	piece   piece
}

// kind is the meaning of the numbers of an item.
type kind int

const (
	bare    kind = iota // the piece of the value
	further             // the piece of a literal and the value
	first               // the fingerprint of a literal, the value and, if nothing else follows, the final literal
)

// printColumn describes the part of a row for one column.
type printColumn struct {
	column    int
	at, width int // position in a row
	own       int // only local templates use the numbers after these
	sources   []printSource
	low       int         // smallest offset of its local templates
	local     [][]printed // by offset from low: unigrams that read one field of the column, relative to the row of the field
}

// printSource is a column, or a column computed from it.
type printSource struct {
	column int                      // column of the views
	read   func(word string) string // nil for the column itself
	needs  needs
	views  []*printView
}

// printView describes the part of a row for one view.
type printView struct {
	view  *view
	width int
	items []printItem
}

// printItem is one or two numbers of a row. The first is absent if the view does not apply.
type printItem struct {
	kind
	start, end fingerprint.Piece
	shared     bool // used by templates that are not local
	at         int  // position in a row
}

func (x *printItem) size() int {
	if x.kind == first {
		return 1
	}
	return 2
}

// maxWidth limits the numbers of a view in a row, for files with very many templates. Further uses
// share the bare piece.
const maxWidth = 16

func newLayout(p *Program, h *fingerprint.Hasher) *layout {
	l := &layout{program: p, hasher: h}
	views := make([]*printView, len(p.views))
	for i := range views {
		views[i] = &printView{view: &p.views[i]}
	}
	l.unigrams = l.compile(p.unigrams, views)
	l.bigrams = l.compile(p.bigrams, views)
	l.gather(views)
	l.margin = p.margin()
	l.part(views)
	l.place()
	l.link(l.unigrams, views, 0)
	l.link(l.joint, views, 0)
	l.link(l.bigrams, views, 0)
	for i := range l.columns {
		c := &l.columns[i]
		for k, local := range c.local {
			l.link(local, views, c.low+k)
		}
	}
	for i := range l.windows {
		l.windows[i].link(l, views)
	}
	l.before = make([]uint64, l.margin*l.width)
	l.after = make([]uint64, l.margin*l.width)
	for i, v := range views {
		for distance := range l.margin {
			v.putOutside(h, l.before[(l.margin-1-distance)*l.width:], p.outside[i].before, distance)
			v.putOutside(h, l.after[distance*l.width:], p.outside[i].after, distance)
		}
	}
	return l
}

// margin returns how far outside the sentence templates read, up to the distance where values
// differ.
func (p *Program) margin() int {
	distances := 1
	for i := range p.outside {
		distances = max(distances, len(p.outside[i].before))
	}
	margin := 0
	for _, pieces := range slices.Concat(p.unigrams, p.bigrams) {
		for i := range pieces {
			switch piece := &pieces[i]; {
			case piece.view < 0:
			case piece.absolute:
				margin = distances
			default:
				margin = max(margin, min(distances, max(piece.offset, -piece.offset)))
			}
		}
	}
	return margin
}

// home returns the word column for a column that is computed from single words, else the column
// itself.
func (p *Program) home(column int) int {
	if p.derived.words(column) != nil {
		return p.derived.form
	}
	return column
}

// together returns the computed columns without those that a layout reads word by word.
func (p *Program) together() derived {
	d := p.derived
	d.read = slices.DeleteFunc(slices.Clone(d.read), func(c int) bool {
		column := c + d.first
		return p.home(column) != column && !slices.ContainsFunc(p.values, func(v valued) bool { return v.column == column })
	})
	return d
}

// gather assigns the views to columns.
func (l *layout) gather(views []*printView) {
	for _, v := range views {
		column := l.program.home(v.view.column)
		i, known := slices.BinarySearchFunc(l.columns, column, func(c printColumn, column int) int { return cmp.Compare(c.column, column) })
		if !known {
			l.columns = slices.Insert(l.columns, i, printColumn{column: column})
		}
		s := l.columns[i].source(v.view.column, &l.program.derived)
		s.views = append(s.views, v)
		s.needs.add(v.view)
	}
}

// source returns the source for the views of a column.
func (c *printColumn) source(column int, d *derived) *printSource {
	for k := range c.sources {
		if c.sources[k].column == column {
			return &c.sources[k]
		}
	}
	s := printSource{column: column}
	if w := d.words(column); w != nil {
		s.read = w.WordReader()
	}
	c.sources = append(c.sources, s)
	return &c.sources[len(c.sources)-1]
}

// compile compiles the templates and adds items to the views.
func (l *layout) compile(templates []template, views []*printView) []printed {
	empty := l.hasher.Piece(nil)
	var compiled []printed
	for index, pieces := range templates {
		x := printed{end: empty, index: index}
		if n := len(pieces) - 1; pieces[n].view < 0 {
			x.end = l.hasher.PieceString(pieces[n].literal)
			pieces = pieces[:n]
		}
		for i, p := range pieces {
			v, item := views[p.view], printItem{kind: further, start: l.hasher.PieceString(p.literal), end: empty}
			if i == 0 {
				item.kind = first
			}
			if len(pieces) == 1 {
				item.end = x.end
			}
			at, ok := v.add(item)
			if ok {
				if len(pieces) == 1 {
					x.end = empty
				}
				x.parts = append(x.parts, part{kind: item.kind, literal: empty, item: at, piece: p})
				continue
			}
			at, _ = v.add(printItem{kind: bare, start: empty, end: empty})
			x.parts = append(x.parts, part{kind: bare, literal: item.start, item: at, piece: p})
		}
		compiled = append(compiled, x)
	}
	return compiled
}

// add returns the number of an item of the view. It returns false if there is no room for the item.
func (v *printView) add(item printItem) (int, bool) {
	for i := range v.items {
		if item == v.items[i] {
			return i, true
		}
	}
	if item.kind != bare && v.width+item.size() > maxWidth {
		return 0, false
	}
	v.items = append(v.items, item)
	v.width += item.size()
	return len(v.items) - 1, true
}

// place assigns positions in the row. Shared items come first in each column.
func (l *layout) place() {
	for i := range l.columns {
		c := &l.columns[i]
		c.at = l.width
		for _, shared := range []bool{true, false} {
			for _, s := range c.sources {
				for _, v := range s.views {
					l.put(v, shared)
				}
			}
			if shared {
				c.own = l.width - c.at
			}
		}
		c.width = l.width - c.at
	}
}

// put assigns positions to the items of a view.
func (l *layout) put(v *printView, shared bool) {
	for k := range v.items {
		if item := &v.items[k]; item.shared == shared {
			item.at = l.width
			l.width += item.size()
		}
	}
}

// near reports whether a part refers to a token within the margin.
func (l *layout) near(p *part) bool {
	return !p.piece.absolute && -l.margin <= p.piece.offset && p.piece.offset <= l.margin
}

// link sets the positions of parts, relative to the row of the token at an offset.
func (l *layout) link(templates []printed, views []*printView, offset int) {
	for i := range templates {
		x := &templates[i]
		x.parts = slices.Clone(x.parts)
		for j := range x.parts {
			p := &x.parts[j]
			p.at = views[p.piece.view].items[p.item].at
			if p.near = l.near(p); p.near {
				p.at += (p.piece.offset - offset) * l.width
			}
		}
		x.find()
	}
}

// find sets the form of a linked template.
func (x *printed) find() {
	n := len(x.parts)
	if n == 0 || n > 2 || x.end.Power != 1 || x.parts[0].kind != first || !x.parts[0].near {
		return
	}
	x.at = x.parts[0].at
	switch last := x.parts[n-1]; {
	case n == 1:
		x.form = whole
	case last.kind == further && last.near:
		x.form, x.next = pair, last.at
	}
}

// put writes the numbers of a view to a row. p is the value, if the view applies.
func (v *printView) put(row []uint64, p fingerprint.Piece, applies bool) {
	if !applies {
		for i := range v.items {
			row[v.items[i].at] = absent
		}
		return
	}
	for i := range v.items {
		item := &v.items[i]
		switch {
		case item.kind != first:
			joined := fingerprint.Join(item.start, p)
			row[item.at], row[item.at+1] = joined.Sum, joined.Power
		case item.end.Power == 1:
			row[item.at] = fingerprint.Append(item.start.Sum, p)
		default:
			row[item.at] = fingerprint.Append(fingerprint.Append(item.start.Sum, p), item.end)
		}
	}
}

func (v *printView) putOutside(h *fingerprint.Hasher, row []uint64, values [][]byte, distance int) {
	if values == nil {
		v.put(row, fingerprint.Piece{}, false)
		return
	}
	v.put(row, h.Piece(values[distance]), true)
}

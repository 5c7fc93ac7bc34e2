package features

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// layout says how the fingerprints of a program are put together from rows of numbers, one row a token. A row holds
// what words add to attributes, with the literals that stand before them already joined: for a word that begins an
// attribute the fingerprint up to and with the word, for one that goes on the piece (two numbers) of literal and
// word. So an attribute of one word is read off, and each further word takes one product. Margins of rows before the
// first token and after the last stand for the positions outside.
type layout struct {
	program       *Program
	hasher        *fingerprint.Hasher
	width         int // of a row
	columns       []printColumn
	margin        int
	before, after []uint64 // margin x width
	unigrams      []printed
	joint         []printed // those unigrams that are not local
	bigrams       []printed
}

// printed is a template: parts, then a literal.
type printed struct {
	parts []part
	end   fingerprint.Piece // empty if the row has joined it
	form
	at   int // whole, pair: where the first number is, from the start of the row of the current token
	next int // pair: and where the two of the second part are
}

// form is how the fingerprint of an attribute is made.
type form int

const (
	parted form = iota // of its parts, one after the other
	whole              // a number of a row near by is it
	pair               // of a number and a piece of rows near by
)

// part is a literal and the value of a view at a token, in a row.
type part struct {
	kind
	literal fingerprint.Piece // that the row has not joined; empty if it has
	item    int               // of the view
	at      int               // near: from the start of the row of the current token; else of the token's own row
	near    bool              // the token is within the margin
	piece   piece
}

// kind is what two numbers or one of a row are.
type kind int

const (
	bare    kind = iota // the piece of the value
	further             // the piece of a literal and the value
	first               // the fingerprint of a literal, the value and, if that is all, the literal at the end
)

// printColumn is what rows hold of one column.
type printColumn struct {
	column    int
	at, width int // in a row
	own       int // numbers behind these are for local templates alone
	sources   []printSource
	low       int         // the least offset of its local templates
	local     [][]printed // by offset, from the least one: unigrams that look at one field of the column, as from its own row
}

// printSource is the field of a column, or what follows from it.
type printSource struct {
	column int                      // of the views
	read   func(word string) string // nil for the field itself
	needs  needs
	views  []*printView
}

// printView is what rows hold of a view.
type printView struct {
	view  *view
	width int
	items []printItem
}

// printItem is one or two numbers of a row, of which the first is absent where the view does not apply.
type printItem struct {
	kind
	start, end fingerprint.Piece
	shared     bool // by templates that are not local
	at         int  // in a row
}

// size is how many numbers it is.
func (x *printItem) size() int {
	if x.kind == first {
		return 1
	}
	return 2
}

// maxWidth bounds what a row holds of a view, for files of very many templates: uses beyond it share the bare piece.
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

// margin returns how far outside the sentence templates look, no further than values differ.
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

// home returns the column of the words if a column follows from one word each, else the column.
func (p *Program) home(column int) int {
	if p.derived.words(column) != nil {
		return p.derived.form
	}
	return column
}

// together returns the columns that follow from words, but for those that a layout reads a word at a time.
func (p *Program) together() derived {
	d := p.derived
	d.read = slices.DeleteFunc(slices.Clone(d.read), func(c int) bool {
		column := c + d.first
		return p.home(column) != column && !slices.ContainsFunc(p.values, func(v valued) bool { return v.column == column })
	})
	return d
}

// gather tells the columns what views they have.
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

// source returns that of the views of a column.
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

// compile tells the views what rows are to hold of them.
func (l *layout) compile(templates []template, views []*printView) []printed {
	empty := l.hasher.Piece(nil)
	var compiled []printed
	for _, pieces := range templates {
		x := printed{end: empty}
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

// add returns the number of an item of the view; false if there is no room for it.
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

// place lays the rows out: of each column first what is shared.
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

// put gives a view's items places in a row.
func (l *layout) put(v *printView, shared bool) {
	for k := range v.items {
		if item := &v.items[k]; item.shared == shared {
			item.at = l.width
			l.width += item.size()
		}
	}
}

// near reports whether a part is of a token whose row is always there.
func (l *layout) near(p *part) bool {
	return !p.piece.absolute && -l.margin <= p.piece.offset && p.piece.offset <= l.margin
}

// link finds the parts of templates in rows that are laid out, from the row of the token at an offset.
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

// find tells the form of a template whose parts are found.
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

// put writes what a row holds of the view, whose value is p if it applies.
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

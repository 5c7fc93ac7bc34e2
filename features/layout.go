package features

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// layout says how the fingerprints of a program are put together from rows of numbers, one row a token. A row holds,
// for each view, either the fingerprints of the attributes that are made of it and literals, or its piece (two
// numbers), of which attributes are made token by token. Before the rows of the first token and after those of
// the last there are margin rows for the positions outside, so that nearly all of them are found without asking.
type layout struct {
	hasher        *fingerprint.Hasher
	width         int // of a row
	columns       []printColumn
	margin        int
	before, after []uint64 // margin x width
	unigrams      []printed
	bigrams       []printed
}

// printed is a template: parts, then a literal.
type printed struct {
	parts []part
	end   fingerprint.Piece
	whole bool // there is one part, and the row holds the fingerprint of the whole attribute
}

// part is a literal, then the value of a view at a token.
type part struct {
	literal fingerprint.Piece
	at      int // in the row
	piece   piece
}

// printColumn is what rows hold of one column.
type printColumn struct {
	column    int
	at, width int // in a row
	needs     needs
	views     []*printView
}

// printView is what rows hold of a view.
type printView struct {
	view  *view
	at    int  // in a row
	whole bool // rows hold attrs, else the piece: the sum, and the power or, where the view does not apply, 0
	attrs []wholeAttr
}

// wholeAttr is an attribute that is the value of a view between two literals.
type wholeAttr struct {
	start uint64 // the fingerprint of the literal before it
	end   fingerprint.Piece
}

// maxWhole is the largest number of attributes of one view that a row holds; two take the space of a piece.
const maxWhole = 2

func newLayout(p *Program, h *fingerprint.Hasher) *layout {
	l := &layout{hasher: h}
	views := l.place(p)
	l.unigrams = l.compile(p.unigrams, views)
	l.bigrams = l.compile(p.bigrams, views)
	for i := range p.outside {
		l.margin = max(l.margin, len(p.outside[i].before), 1)
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

// place gives each view its numbers in a row, and returns the views in the order of the program.
func (l *layout) place(p *Program) []*printView {
	alone, joined := make([]int, len(p.views)), make([]bool, len(p.views))
	for _, pieces := range slices.Concat(p.unigrams, p.bigrams) {
		used := pieces.views()
		for _, v := range used {
			if len(used) == 1 {
				alone[v]++
			} else {
				joined[v] = true
			}
		}
	}
	views := make([]*printView, len(p.views))
	for _, column := range p.Columns() {
		c := printColumn{column: column, at: l.width}
		for i := range p.views {
			if p.views[i].column != column {
				continue
			}
			c.needs.add(&p.views[i])
			views[i] = &printView{view: &p.views[i], at: l.width, whole: !joined[i] && alone[i] <= maxWhole}
			c.views = append(c.views, views[i])
			if views[i].whole {
				l.width += alone[i]
			} else {
				l.width += 2
			}
		}
		c.width = l.width - c.at
		l.columns = append(l.columns, c)
	}
	return views
}

// compile tells the views which attributes rows are to hold.
func (l *layout) compile(templates []template, views []*printView) []printed {
	var compiled []printed
	for _, pieces := range templates {
		x := printed{end: l.hasher.Piece(nil)}
		for _, p := range pieces {
			literal := l.hasher.PieceString(p.literal)
			if p.view < 0 {
				x.end = literal
				break
			}
			x.parts = append(x.parts, part{literal: literal, at: views[p.view].at, piece: p})
		}
		if len(x.parts) == 1 && views[x.parts[0].piece.view].whole {
			v := views[x.parts[0].piece.view]
			x.whole = true
			x.parts[0].at += len(v.attrs)
			v.attrs = append(v.attrs, wholeAttr{start: x.parts[0].literal.Sum, end: x.end})
		}
		compiled = append(compiled, x)
	}
	return compiled
}

// views returns the views of a template, one for each time that it is used.
func (t template) views() []int {
	var views []int
	for i := range t {
		if t[i].view >= 0 {
			views = append(views, t[i].view)
		}
	}
	return views
}

// put writes what a row holds of the view, whose value is p if it applies.
func (v *printView) put(row []uint64, p fingerprint.Piece, applies bool) {
	switch {
	case v.whole && applies:
		for i := range v.attrs {
			a := &v.attrs[i]
			row[v.at+i] = fingerprint.Append(fingerprint.Append(a.start, p), a.end)
		}
	case v.whole:
		for i := range v.attrs {
			row[v.at+i] = absent
		}
	case applies:
		row[v.at], row[v.at+1] = p.Sum, p.Power
	default:
		row[v.at], row[v.at+1] = absent, 0
	}
}

func (v *printView) putOutside(h *fingerprint.Hasher, row []uint64, values [][]byte, distance int) {
	if values == nil {
		v.put(row, fingerprint.Piece{}, false)
		return
	}
	v.put(row, h.Piece(values[distance]), true)
}

package features

import "slices"

// minLocal is the minimum number of templates that read the same field for them to be local.
// Caching the sums of fewer templates does not pay off.
const minLocal = 2

// minRemembered is the minimum number of such templates per column. Looking up the attributes of
// fewer templates is as fast as caching them.
const minRemembered = 8

// part splits the unigrams into local and joint ones.
func (l *layout) part(views []*printView) {
	type place struct{ column, offset int }
	// field returns the field that a template reads, if it is a single field within the margin.
	field := func(x *printed) (at place, one bool) {
		for j := range x.parts {
			p := &x.parts[j]
			here := place{l.program.home(views[p.piece.view].view.column), p.piece.offset}
			if !l.near(p) || j > 0 && here != at {
				return at, false
			}
			at = here
		}
		return at, len(x.parts) > 0
	}
	count, local := make(map[place]int), make(map[place][]printed)
	for i := range l.unigrams {
		if at, one := field(&l.unigrams[i]); one {
			count[at]++
		}
	}
	remembered := make(map[int]int) // number of templates by column
	for at, n := range count {
		if n >= minLocal {
			remembered[at.column] += n
		}
	}
	for i := range l.unigrams {
		x := l.unigrams[i]
		at, one := field(&x)
		if !one || count[at] < minLocal || remembered[at.column] < minRemembered {
			l.joint = append(l.joint, x)
			continue
		}
		local[at] = append(local[at], x)
	}
	shared := slices.Concat(l.joint, l.bigrams)
	l.windowed(views)
	for _, x := range shared {
		for j := range x.parts {
			p := &x.parts[j]
			views[p.piece.view].items[p.item].shared = true
		}
	}
	for i := range l.columns {
		c := &l.columns[i]
		for offset := -l.margin; offset <= l.margin; offset++ {
			templates := local[place{c.column, offset}]
			if templates == nil {
				continue
			}
			if len(c.local) == 0 {
				c.low = offset
			}
			for len(c.local) < offset-c.low {
				c.local = append(c.local, nil)
			}
			c.local = append(c.local, templates)
		}
	}
}

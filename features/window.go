package features

import (
	"math/bits"
	"slices"
)

const (
	// windowTokens is the number of adjacent tokens of a window.
	windowTokens = 3
	// minWindow is the minimum number of templates that join values. Looking up the attributes of
	// fewer templates is as fast as caching them.
	minWindow = 3
	// windowSlots is the number of slots that windows have.
	windowSlots = cachedWords
)

// printWindow describes templates that read one view at tokens that are at most windowTokens-1
// apart, such as single, pairs and triples of parts of speech. They depend on the values at the
// last token and the two before it. If the view has few values, such windows repeat, as words do.
type printWindow struct {
	view  int
	at    int         // position in a row of a number that identifies the value
	low   int         // smallest offset of the last token
	local [][]printed // by offset from low: templates, relative to the row of the last token
}

// windowed moves the templates that windows serve from joint to windows.
func (l *layout) windowed(views []*printView) {
	for v := range views {
		if !l.repeats(views, v) {
			continue
		}
		var served, rest []printed
		joining := 0
		for _, x := range l.joint {
			switch low, high, only := l.reads(&x, v); {
			case !only || high-low >= windowTokens:
				rest = append(rest, x)
				continue
			case low < high:
				joining++
			}
			served = append(served, x)
		}
		if joining >= minWindow {
			l.joint = rest
			l.windows = append(l.windows, l.window(v, served))
		}
	}
}

// reads returns the smallest and the greatest offset of the parts of a template. It returns false
// if the template reads other views than v, or fields beyond the margin.
func (l *layout) reads(x *printed, v int) (low, high int, only bool) {
	for j := range x.parts {
		p := &x.parts[j]
		if !l.near(p) || p.piece.view != v {
			return 0, 0, false
		}
		if j == 0 {
			low, high = p.piece.offset, p.piece.offset
		}
		low, high = min(low, p.piece.offset), max(high, p.piece.offset)
	}
	return low, high, len(x.parts) > 0
}

// repeats reports whether a view presumably has few values: templates read no part of the fields of
// its input column, as they do for words.
func (l *layout) repeats(views []*printView, v int) bool {
	column := views[v].view.column
	return l.program.home(column) == column && !slices.ContainsFunc(views, func(other *printView) bool {
		return l.program.home(other.view.column) == column && other.view.op != opToken
	})
}

// window assigns templates to the offsets of the last token of a window. Wide templates come first,
// because narrow ones fit into their windows.
func (l *layout) window(v int, templates []printed) printWindow {
	at := make(map[int][]printed)
	for width := windowTokens; width > 0; width-- {
		for _, x := range templates {
			low, high, _ := l.reads(&x, v)
			if high-low+1 != width {
				continue
			}
			last := min(low, l.margin-windowTokens+1) + windowTokens - 1 // within the margins
			for a := high; a < low+windowTokens; a++ {
				if at[a] != nil {
					last = a
					break
				}
			}
			at[last] = append(at[last], x)
		}
	}
	w := printWindow{view: v, low: l.margin}
	for last := range at {
		w.low = min(w.low, last)
	}
	for last := w.low; last <= l.margin; last++ {
		if at[last] != nil {
			w.local = append(w.local, make([][]printed, last-w.low-len(w.local))...)
			w.local = append(w.local, at[last])
		}
	}
	return w
}

// link sets the positions of the templates, and of a number that identifies the value of the view.
func (w *printWindow) link(l *layout, views []*printView) {
	for k, local := range w.local {
		l.link(local, views, w.low+k)
	}
	for _, item := range views[w.view].items {
		if item.shared {
			w.at = item.at
		}
	}
}

// cachedWindow identifies the window that ends at token t. Different windows have the same serial
// number as rarely as different strings have the same fingerprint.
func (f *Fingerprinter) cachedWindow(t int, w *printWindow) CachedWord {
	from := (t-windowTokens+1+f.layout.margin)*f.layout.width + w.at
	hash := uint64(0x9e3779b97f4a7c15)
	for range windowTokens {
		hi, lo := bits.Mul64(hash^f.rows[from], 0xbf58476d1ce4e5b9)
		hash = hi ^ lo ^ hash>>32
		from += f.layout.width
	}
	hash *= 0x94d049bb133111eb
	return CachedWord{Slot: int(hash >> 48 % windowSlots), Serial: hash | 1}
}

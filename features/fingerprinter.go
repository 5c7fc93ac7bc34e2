package features

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// absent marks a row entry whose view does not apply. Fingerprints never have the highest bit.
const absent = 1 << 63

// Fingerprinter computes the attributes of a [Program] as 64-bit fingerprints, without building
// strings. The fingerprint of the string s_0 ... s_{n-1} is
//
//	sum_i (s_i + 1) B^(n-1-i)  mod 2^61 - 1
//
// (Karp and Rabin 1987). The fingerprint of a concatenation follows from the fingerprints of the
// parts. So the contribution of a word to all attributes is computed once per token, and a word
// cache keeps it for repeated words.
//
// A template is local if it reads a single field, at one column and one offset, and several other
// templates read the same field. The offset is no larger than the distance up to which values
// outside the sentence differ. A field of [Words] counts as part of the field of the word.
//
// The attributes of local templates depend only on the word in the field. A caller that sums
// something over attributes can therefore cache the sums for repeated words: [Fingerprinter.Local]
// returns the attributes, [Fingerprinter.CachedWord] identifies a repeated word, and
// [Fingerprinter.NonLocal] returns the other attributes.
//
// Templates that join nearby values of one view with few values, such as parts of speech, are local
// too, to a window of three tokens. Such windows repeat like words.
//
// A Fingerprinter reuses its scratch memory. It does not allocate once it has seen its longest
// sentence. It is not safe for concurrent use.
type Fingerprinter struct {
	layout   *layout
	more     *extended
	caches   []wordCache // one per column
	serial   uint64      // last serial number
	word     word
	n        int          // tokens
	words    []placed     // tokens, of one column
	rows     []uint64     // (margin + tokens + margin) x width
	known    []remembered // tokens x columns
	sentence uint64       // number of the sentence

	unigrams, bigrams []uint64
	numbers           numbers
	valued            valuedPrints
}

// CachedWord identifies a word in the word cache of a [Fingerprinter].
type CachedWord struct {
	Slot   int    // from 0, constant while the word is cached; negative for words too long for the cache
	Serial uint64 // from 1, unique for the word in its column, across all slots
}

// placed is a word with its slot in a word cache. The slot is negative if the word is too long.
type placed struct {
	spelled
	slot int
}

// remembered is a word in the cache. If leans is set, the row lacks the numbers in wordCache.apart.
type remembered struct {
	CachedWord
	leans bool
}

// NewFingerprinter returns a fingerprinter without a sentence. base selects B from 16 values,
// numbered from 0. NewFingerprinter panics for other numbers. Fingerprints with different bases are
// unrelated.
func (p *Program) NewFingerprinter(base int) *Fingerprinter {
	l := newLayout(p, fingerprint.NewHasher(base))
	f := &Fingerprinter{layout: l, more: newExtended(p.together()), serial: uint64(2 * l.margin)}
	for i := range l.columns {
		f.caches = append(f.caches, newWordCache(l.columns[i].width, l.columns[i].own, len(l.columns)))
	}
	f.prepareValues()
	return f
}

// Reset computes what the templates need from a sentence. The Fingerprinter does not keep the
// sequence or its strings.
func (f *Fingerprinter) Reset(seq Sequence) {
	l := f.layout
	seq = f.more.of(seq)
	f.numbers.reset(l.program, f.more, seq)
	f.n = seq.Len()
	size := (f.n + 2*l.margin) * l.width
	f.rows = slices.Grow(f.rows[:0], size)[:size]
	f.known = slices.Grow(f.known[:0], f.n*len(l.columns))[:f.n*len(l.columns)]
	copy(f.rows, l.before)
	f.sentence++
	f.words = slices.Grow(f.words[:0], f.n)[:f.n]
	for i := range l.columns {
		f.read(i, seq)
	}
	copy(f.rows[(l.margin+f.n)*l.width:], l.after)
}

// read fills the rows for column i.
func (f *Fingerprinter) read(i int, seq Sequence) {
	c, m := &f.layout.columns[i], &f.caches[i]
	for t := range f.words {
		w := &f.words[t]
		w.spelled = spell(seq.Field(t, c.column))
		w.slot = m.slot(&w.spelled)
	}
	whole := 0 // the rows before this one are complete
	for t := range f.words {
		w, known, row := &f.words[t], f.knownAt(t, i), f.row(t)
		*known = remembered{CachedWord: CachedWord{Slot: w.slot}}
		var e entry
		if w.slot >= 0 {
			e = m.at(w.slot, &w.spelled)
			if known.Serial = *e.serial(); known.Serial != 0 {
				copy(row[c.at:][:c.own], e.numbers())
				known.leans = m.rest > 0
				*e.sentence() = f.sentence
				continue
			}
		}
		for k := range c.sources {
			f.put(row, &c.sources[k], seq.Field(t, c.column))
		}
		f.serial++
		known.Serial = f.serial
		if e == nil {
			continue
		}
		if *e.sentence() == f.sentence { // the evicted word occurs in this sentence
			for ; whole < t; whole++ {
				f.complete(whole, i)
			}
		}
		*e.serial(), *e.sentence() = f.serial, 0
		copy(e.numbers(), row[c.at:][:c.own])
		copy(m.restAt(w.slot), row[c.at+c.own:])
	}
}

// put fills a row for a source.
func (f *Fingerprinter) put(row []uint64, s *printSource, field string) {
	if s.read != nil {
		field = s.read(field)
	}
	f.word.reset(f.layout.hasher, field, s.needs)
	for _, v := range s.views {
		p, applies := f.word.piece(v.view)
		v.put(row, p, applies)
	}
}

func (f *Fingerprinter) row(t int) []uint64 {
	return f.rows[(t+f.layout.margin)*f.layout.width:][:f.layout.width]
}

// knownAt returns the cached word at token t in column i.
func (f *Fingerprinter) knownAt(t, i int) *remembered { return &f.known[t*len(f.layout.columns)+i] }

// complete copies the missing numbers of column i from the word cache to a row. The word must still
// be cached.
func (f *Fingerprinter) complete(t, i int) {
	if t < 0 || t >= f.n {
		return
	}
	if known := f.knownAt(t, i); known.leans {
		known.leans = false
		c := &f.layout.columns[i]
		copy(f.row(t)[c.at+c.own:], f.caches[i].restAt(known.Slot))
	}
}

// Len returns the number of tokens of the sentence.
func (f *Fingerprinter) Len() int { return f.n }

// Unigrams returns the fingerprints of the attributes of [Extractor.Unigrams], in the same order.
// The result is valid until the next call of Unigrams. Unigrams panics if t is not in 0..Len-1.
func (f *Fingerprinter) Unigrams(t int) []uint64 {
	margin := f.layout.margin
	for near := f.inside(t) - margin; near <= t+margin; near++ {
		for i := range f.layout.columns {
			f.complete(near, i)
		}
	}
	f.unigrams = f.expand(f.unigrams[:0], f.layout.unigrams, t)
	return f.unigrams
}

// NonLocal returns the fingerprints of Unigrams(t) without those of local templates, in the same
// order. The result is valid until the next call of Unigrams, NonLocal or Local. NonLocal panics if
// t is not in 0..Len-1.
func (f *Fingerprinter) NonLocal(t int) []uint64 {
	f.unigrams = f.expand(f.unigrams[:0], f.layout.joint, f.inside(t))
	return f.unigrams
}

// Columns returns the number of columns that templates read, including windows. A window counts as
// a column whose fields are the values of a view at three adjacent tokens, named by the last of
// them.
func (f *Fingerprinter) Columns() int { return len(f.layout.columns) + len(f.layout.windows) }

// IsWindow reports whether column i is a window.
func (f *Fingerprinter) IsWindow(i int) bool { return i >= len(f.layout.columns) }

// window returns the window of a column for which IsWindow holds.
func (f *Fingerprinter) window(i int) *printWindow { return &f.layout.windows[i-len(f.layout.columns)] }

// Margin returns m such that local templates read the fields of tokens -m..Len-1+m.
func (f *Fingerprinter) Margin() int { return f.layout.margin }

// Offsets returns the range low..high-1 of the offsets at which local templates read column i.
func (f *Fingerprinter) Offsets(i int) (low, high int) {
	if f.IsWindow(i) {
		w := f.window(i)
		return w.low, w.low + len(w.local)
	}
	c := &f.layout.columns[i]
	return c.low, c.low + len(c.local)
}

// Local returns the fingerprints that the field of token t, in -Margin..Len-1+Margin, in column i
// contributes to token t - offset through local templates. The result is valid until the next call
// of Unigrams, NonLocal or Local.
func (f *Fingerprinter) Local(t, i, offset int) []uint64 {
	if f.IsWindow(i) {
		w := f.window(i)
		f.unigrams = f.expand(f.unigrams[:0], w.local[offset-w.low], t)
		return f.unigrams
	}
	f.complete(t, i)
	c := &f.layout.columns[i]
	f.unigrams = f.expand(f.unigrams[:0], c.local[offset-c.low], t)
	return f.unigrams
}

// CachedWord identifies the word at token t, in -Margin..Len-1+Margin, in column i. In one column,
// equal serial numbers imply equal results of Local.
func (f *Fingerprinter) CachedWord(t, i int) CachedWord {
	if f.IsWindow(i) {
		return f.cachedWindow(t, f.window(i))
	}
	switch margin := f.layout.margin; {
	case t < 0:
		return CachedWord{margin + t, uint64(margin + t + 1)}
	case t >= f.n:
		return CachedWord{margin + t - f.n, uint64(margin + t - f.n + 1)}
	}
	return f.knownAt(t, i).CachedWord
}

// Slots returns an upper bound: every Slot of a [CachedWord] is below it.
func (f *Fingerprinter) Slots() int {
	slots := 2 * f.layout.margin
	if len(f.layout.windows) > 0 {
		slots = windowSlots
	}
	for i := range f.caches {
		slots = max(slots, f.caches[i].slots())
	}
	return slots
}

// inside returns t. It panics if t is not a token.
func (f *Fingerprinter) inside(t int) int {
	if t < 0 || t >= f.n {
		panic("features: token out of range")
	}
	return t
}

// Bigrams returns the fingerprints of the attributes of [Extractor.Bigrams], in the same order. The
// result is valid until the next call of Bigrams. Bigrams panics if t is not in 0..Len-1.
func (f *Fingerprinter) Bigrams(t int) []uint64 {
	var templates []printed
	if f.inside(t) > 0 {
		templates = f.layout.bigrams
	}
	f.bigrams = f.expand(f.bigrams[:0], templates, t)
	return f.bigrams
}

// expand appends the fingerprints of templates at token t, which may be in a margin.
func (f *Fingerprinter) expand(dst []uint64, templates []printed, t int) []uint64 {
	dst = slices.Grow(dst, len(templates))[:len(templates)]
	rows, here := f.rows, (t+f.layout.margin)*f.layout.width
	n := 0
	for i := range templates {
		var print uint64
		switch x := &templates[i]; x.form {
		case whole:
			print = rows[here+x.at]
		case pair:
			first, power := rows[here+x.at], rows[here+x.next+1]
			second := rows[here+x.next]
			print = fingerprint.Append(first, fingerprint.Piece{Sum: second, Power: power}) | (first|second)&absent
		default:
			print = f.join(x, t, here)
		}
		dst[n] = print // the next fingerprint overwrites an absent one
		n += int(print>>63 ^ 1)
	}
	return dst[:n]
}

// join returns the fingerprint of a template, or absent.
func (f *Fingerprinter) join(x *printed, t, here int) uint64 {
	var sum uint64
	for i := range x.parts {
		p := &x.parts[i]
		at := f.at(p, t, here)
		value := f.rows[at]
		if value == absent {
			return absent
		}
		if p.kind == first {
			sum = value
			continue
		}
		if p.kind == bare {
			sum = fingerprint.Append(sum, p.literal)
		}
		sum = fingerprint.Append(sum, fingerprint.Piece{Sum: value, Power: f.rows[at+1]})
	}
	if x.end.Power != 1 {
		sum = fingerprint.Append(sum, x.end)
	}
	return sum
}

// at returns the index in rows of the value of a part. here is the start of the row of token t.
func (f *Fingerprinter) at(p *part, t, here int) int {
	if p.near {
		return here + p.at
	}
	margin := f.layout.margin
	token := min(max(p.piece.token(t, f.n), -margin), f.n-1+margin)
	return (token+margin)*f.layout.width + p.at
}

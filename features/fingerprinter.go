package features

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// absent stands in a row where a view does not apply: its highest bit is set in no fingerprint.
const absent = 1 << 63

// Fingerprinter yields the attributes of a [Program] as 64-bit fingerprints, without building a string: of the
// string s_0 ... s_{n-1} it is
//
//	sum_i (s_i + 1) B^(n-1-i)  mod 2^61 - 1
//
// (Karp and Rabin 1987), of which that of a concatenation follows from those of the parts. What a word adds to
// attributes is computed once a token, and remembered for words that come again.
//
// It holds scratch memory: a fingerprinter that is kept allocates nothing once it has seen its longest sentence. It
// is not safe for concurrent use.
type Fingerprinter struct {
	layout *layout
	memos  []memo // of each column
	word   word
	n      int      // tokens
	rows   []uint64 // (margin + tokens + margin) x width

	unigrams, bigrams []uint64
}

// NewFingerprinter returns a fingerprinter that has no sentence yet. Base chooses B among 16, from 0; it panics for
// others. Fingerprints of different bases have nothing to do with each other.
func (p *Program) NewFingerprinter(base int) *Fingerprinter {
	l := newLayout(p, fingerprint.NewHasher(base))
	f := &Fingerprinter{layout: l}
	for i := range l.columns {
		f.memos = append(f.memos, newMemo(l.columns[i].width, len(l.columns)))
	}
	return f
}

// Reset computes what the templates need to know about the tokens of a sentence. Neither the sequence nor its strings
// are used after it returns.
func (f *Fingerprinter) Reset(seq Sequence) {
	l := f.layout
	f.n = seq.Len()
	size := (f.n + 2*l.margin) * l.width
	f.rows = slices.Grow(f.rows[:0], size)[:size]
	inside := f.rows[copy(f.rows, l.before):]
	for t := range f.n {
		row := inside[t*l.width:][:l.width]
		for i := range l.columns {
			c := &l.columns[i]
			s := seq.Field(t, c.column)
			memory, known := f.memos[i].find(s)
			if known {
				copy(row[c.at:], memory)
				continue
			}
			f.word.reset(l.hasher, s, c.needs)
			for _, v := range c.views {
				p, applies := f.word.piece(v.view)
				v.put(row, p, applies)
			}
			copy(memory, row[c.at:])
		}
	}
	copy(inside[f.n*l.width:], l.after)
}

// Len returns the number of tokens of the sentence.
func (f *Fingerprinter) Len() int { return f.n }

// Unigrams returns the fingerprints of the attributes that [Extractor.Unigrams] gives, in the same order. The result is
// valid until the next call of Unigrams. It panics if t is not in 0..Len-1.
func (f *Fingerprinter) Unigrams(t int) []uint64 {
	f.unigrams = f.expand(f.unigrams, f.layout.unigrams, t)
	return f.unigrams
}

// Bigrams returns the fingerprints of the attributes that [Extractor.Bigrams] gives, in the same order. The result is
// valid until the next call of Bigrams. It panics if t is not in 0..Len-1.
func (f *Fingerprinter) Bigrams(t int) []uint64 {
	if t == 0 {
		f.bigrams = f.expand(f.bigrams, nil, t)
	} else {
		f.bigrams = f.expand(f.bigrams, f.layout.bigrams, t)
	}
	return f.bigrams
}

func (f *Fingerprinter) expand(dst []uint64, templates []printed, t int) []uint64 {
	if t < 0 || t >= f.n {
		panic("features: token out of range")
	}
	dst = slices.Grow(dst[:0], len(templates))[:len(templates)]
	here := (t + f.layout.margin) * f.layout.width
	n := 0
	for i := range templates {
		var print uint64
		if x := &templates[i]; x.whole {
			print = f.rows[here+x.at]
		} else {
			print = f.join(x, t, here)
		}
		dst[n] = print // one that is absent is overwritten by the next
		n += int(print>>63 ^ 1)
	}
	return dst[:n]
}

// join returns the fingerprint that a template yields, or absent.
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

// at returns where in rows the value of a part is. Here is where the row of token t begins.
func (f *Fingerprinter) at(p *part, t, here int) int {
	if p.near {
		return here + p.at
	}
	margin := f.layout.margin
	token := min(max(p.piece.token(t, f.n), -margin), f.n-1+margin)
	return (token+margin)*f.layout.width + p.at
}

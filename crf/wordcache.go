package crf

import (
	"unsafe"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/simd"
)

// wordCache adds the weights of local templates (see [features.Fingerprinter]) for the words of one
// column. A word at token t contributes to the scores of tokens t-high+1..t-low: one sum of weights
// for each of these tokens and each label. The cache keeps the sums. For a repeated word, one
// addition replaces the lookups.
//
// Cached and new sums are computed in the same way and added as a whole. So no bit of a score
// depends on what a tagger read before.
type wordCache struct {
	printer *features.Fingerprinter
	column  int // of the printer
	low     int // offsets low..low+rows-1
	rows    int
	labels  int
	serials []uint64  // serial number of the word in each place; 0 if empty
	sums    []float32 // places x rows x labels; the row of the first token, which has the greatest offset, comes first
	double  []float64 // used instead of sums for float64 weights
	lines   []uint32  // indices of a word's sums that touch each cache line: see linesOf
	flights [inFlight]flight

	trying       bool // a cache of windows
	tried, found int  // windows, up to the end of the trial
}

// inFlight is the number of tokens in progress at a time. While one waits for memory, the others
// proceed.
const inFlight = 4

// flight is a word between ask and add.
type flight struct {
	features.CachedWord
	known bool      // its sums were cached at the time of ask
	sums  []float64 // rows x labels
	short []float32 // sums, rounded to float32
	asked []lookups // lookups of each row
}

// wordCacheBytes limits the cached sums of a tagger. A cache holds at least one word, whatever its
// size.
const wordCacheBytes = 8 << 20

// trial is the number of windows after which a cache of windows stops caching, unless at least half
// of them were cached. The input may have more values than the templates suggest.
const trial = 4096

// newWordCaches returns one cache for each column that local templates read.
func newWordCaches(f *features.Fingerprinter, labels int, double bool) []wordCache {
	var list []wordCache
	for column := range f.Columns() {
		if low, high := f.Offsets(column); low < high {
			list = append(list, wordCache{printer: f, column: column, low: low, rows: high - low, labels: labels, trying: f.IsWindow(column)})
		}
	}
	for i := range list {
		r := &list[i]
		size := 4
		if double {
			size = 8
		}
		places := 1
		for places < f.Slots() && 2*places*r.width()*size*len(list) <= wordCacheBytes {
			places *= 2
		}
		r.serials = make([]uint64, places)
		r.lines = linesOf(r.width(), 4)
		if double {
			r.double = make([]float64, places*r.width())
		} else {
			r.sums = make([]float32, places*r.width())
		}
		for k := range r.flights {
			r.flights[k].sums = make([]float64, r.width())
			r.flights[k].short = make([]float32, r.width())
			r.flights[k].asked = make([]lookups, r.rows)
		}
	}
	return list
}

// width returns the number of sums of a word.
func (r *wordCache) width() int { return r.rows * r.labels }

// at returns the position of the sums of a word, and whether they are cached.
func (r *wordCache) at(m features.CachedWord) (from int, there bool) {
	place := m.Slot & (len(r.serials) - 1)
	return place * r.width(), r.serials[place] == m.Serial
}

// seen reports whether any token reads the word at token t.
func (r *wordCache) seen(t, tokens int) bool { return r.low <= t && t < tokens+r.low+r.rows-1 }

// ask starts the lookup of the word at token t, which may be in the margins.
func (r *wordCache) ask(s *store[uint16], t, k int) {
	f := &r.flights[k]
	f.CachedWord, f.known = r.printer.CachedWord(t, r.column), false
	if r.trying && !r.pays() {
		f.Slot = -1
	}
	if f.Slot >= 0 {
		var from int
		if from, f.known = r.at(f.CachedWord); f.known {
			r.found++
			r.prefetch(from)
			return
		}
	}
	r.lookUp(s, t, f)
}

// pays reports whether windows repeat often enough.
func (r *wordCache) pays() bool {
	if r.tried < trial {
		r.tried++
		return true
	}
	return 2*r.found >= trial
}

// prefetch loads the sums at from into the CPU cache.
func (r *wordCache) prefetch(from int) {
	if r.double == nil {
		simd.Prefetch((*byte)(unsafe.Pointer(&r.sums[from])), 4, r.lines)
	}
}

// lookUp starts the lookup of the attributes of the word at token t.
func (r *wordCache) lookUp(s *store[uint16], t int, f *flight) {
	for row := range f.asked {
		f.asked[row].ask(&s.table, r.printer.Local(t, r.column, r.low+r.rows-1-row))
	}
}

// find looks up the attributes of the word in flight k, unless its sums are cached.
func (r *wordCache) find(s *store[uint16], k int) {
	if f := &r.flights[k]; !f.known {
		clear(f.sums)
		for row := range f.asked {
			f.asked[row].find(f.sums[row*r.labels:][:r.labels], s)
		}
	}
}

// add adds the sums of the word in flight k, at token t, to the scores of tokens tokens.
func (r *wordCache) add(node []float64, s *store[uint16], t, tokens, k int) {
	f := &r.flights[k]
	from, there := 0, false
	if f.Slot >= 0 {
		from, there = r.at(f.CachedWord)
	}
	if f.known && !there { // another word has taken its place
		f.known = false
		r.lookUp(s, t, f)
		r.find(s, k)
	}
	if !f.known {
		for row := range f.asked {
			f.asked[row].sum(f.sums[row*r.labels:][:r.labels], s)
		}
		simd.Round(f.short, f.sums)
		if f.Slot >= 0 {
			r.serials[from/r.width()] = f.Serial
			if r.double != nil {
				copy(r.double[from:], f.sums)
			} else {
				copy(r.sums[from:], f.short)
			}
		}
	}
	first := t - (r.low + r.rows - 1)
	lo, hi := max(first, 0), min(first+r.rows, tokens)
	node = node[lo*r.labels : hi*r.labels]
	skip := (lo - first) * r.labels
	switch {
	case r.double != nil && f.known:
		simd.AddRows(node, r.double, []uint32{uint32(from + skip)})
	case r.double != nil:
		simd.AddRows(node, f.sums, []uint32{uint32(skip)})
	case f.known:
		simd.AddRows32(node, r.sums, []uint32{uint32(from + skip)})
	default:
		simd.AddRows32(node, f.short, []uint32{uint32(skip)})
	}
}

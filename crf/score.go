package crf

import (
	"math"
	"unsafe"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/internal/simd"
)

// lookups is the scratch memory for scoring the attributes of one token, in three steps. ask sets
// the attributes, find looks them up, sum adds their weights. Each step prefetches the memory that
// the next one reads. The caller works on other tokens in between, so that the memory arrives in
// time.
type lookups struct {
	keys   []uint64
	values []float64 // attribute values; empty while all are 1
	lines  []uint32  // lines of the table, and of the cache to prefetch
	found  []uint64  // values of the slots
	sorted []uint64  // found, sorted by where the weights are: one list of 2n per way
	runs   []run
	rows   []uint32
	from   []uint32 // starts of runs
}

// reset prepares for n attributes of value 1.
func (k *lookups) reset(n int) {
	if n > cap(k.keys) {
		k.keys, k.lines, k.found = make([]uint64, 2*n), make([]uint32, 2*n), make([]uint64, 2*n)
		k.sorted = make([]uint64, ways*2*n)
	}
	k.keys, k.lines, k.found, k.values = k.keys[:n], k.lines[:n], k.found[:n], k.values[:0]
}

// run is the range from..to-1 of features of a store.
type run struct{ from, to uint32 }

// ask sets the attributes to those with these fingerprints, with value 1.
func (k *lookups) ask(t *table, prints []uint64) {
	k.reset(len(prints))
	keys, lines := k.keys[:len(prints)], k.lines[:len(prints)]
	for i, p := range prints {
		key := keyOf(p)
		keys[i], lines[i] = key, t.line(key)
	}
	t.prefetch(k.lines)
}

// askItem is like ask, but its attributes have names and values.
func (k *lookups) askItem(t *table, h *fingerprint.Hasher, item []attrfile.Attribute) {
	k.reset(len(item))
	plain := true
	for i := range item {
		key := keyOf(h.OfString(item[i].Name))
		k.keys[i] = key
		k.lines[i] = t.line(key)
		plain = plain && item[i].Value == 1
	}
	for i := 0; i < len(item) && !plain; i++ {
		k.values = append(k.values, item[i].Value)
	}
	t.prefetch(k.lines)
}

// find looks up the attributes. It adds the weights stored in slots to row, which has length L. If
// attributes have values, it adds all weights.
func (k *lookups) find(row []float64, s *store[uint16]) {
	k.runs, k.rows = k.runs[:0], k.rows[:0]
	if len(k.values) > 0 {
		scoreValues(row, s, k)
		return
	}
	simd.Lookup(k.found, s.words, k.lines, k.keys)
	for i, value := range k.found {
		if value == simd.Beyond {
			hit := s.findFrom(k.lines[i]+1, k.keys[i])
			k.found[i] = uint64(hit.Ref) | uint64(hit.N)<<32
		}
	}
	singles, rows, runs := k.sort(s)
	for _, value := range singles {
		row[value>>48] += float64(math.Float32frombits(uint32(value)))
	}
	for _, value := range rows {
		k.rows = append(k.rows, uint32(value))
	}
	for _, value := range runs {
		k.runs = append(k.runs, run{uint32(value), uint32(value) + uint32(value>>32)})
	}
	s.prefetch(k)
}

// sort splits the found values by where the weights are (slot, row or run) and keeps their order.
// It has no branch, because the processor cannot predict the way of the next value.
func (k *lookups) sort(s *store[uint16]) (singles, rows, runs []uint64) {
	n := len(k.found)
	list, wayOf := k.sorted[:ways*n], s.wayOf
	end := [ways]int{nowhere: 0, inSlot: n, inRow: 2 * n, inRun: 3 * n} // end of the list of each way
	for _, value := range k.found {
		way := wayOf[value>>32&0xffff] % ways
		list[end[way]] = value
		end[way]++
	}
	return list[n:end[inSlot]], list[2*n : end[inRow]], list[3*n : end[inRun]]
}

// sum adds the remaining weights to row: runs, then rows.
func (k *lookups) sum(row []float64, s *store[uint16]) {
	if s.double {
		addRuns(row, s.outcomes, s.values.f64, k.runs)
		simd.AddRows(row, s.rows.f64, k.rows)
		return
	}
	addRuns(row, s.outcomes, s.values.f32, k.runs)
	simd.AddRows32(row, s.rows.f32, k.rows)
}

// scoreValues adds the weights of attributes to row when some values differ from 1.
func scoreValues(row []float64, s *store[uint16], k *lookups) {
	for i, key := range k.keys {
		hit, value := s.find(key), k.values[i]
		switch count, isRow, inside := s.place(hit.N); {
		case inside:
			row[hit.N>>16] += float64(value * float64(math.Float32frombits(hit.Ref)))
		case isRow:
			for j := range row { // products are rounded, not fused: the same bits on every machine
				row[j] += float64(value * s.rows.at(hit.Ref+uint32(j)))
			}
		default:
			for q := hit.Ref; q < hit.Ref+uint32(count); q++ {
				row[s.outcomes[q]] += float64(value * s.values.at(q))
			}
		}
	}
}

// scoreEdges adds the weights of the bigram attributes in k.keys to edge, an L x L matrix.
func scoreEdges(edge []float64, s *store[uint32], k *lookups) {
	k.runs = k.runs[:0]
	for _, key := range k.keys {
		if hit := s.find(key); hit.N > 0 {
			k.runs = append(k.runs, run{hit.Ref, hit.Ref + hit.N})
		}
	}
	if s.double {
		addRuns(edge, s.outcomes, s.values.f64, k.runs)
	} else {
		addRuns(edge, s.outcomes, s.values.f32, k.runs)
	}
}

// prefetch loads the rows and runs of k into the cache.
func (s *store[O]) prefetch(k *lookups) {
	size := 4
	if s.double {
		size = 8
	}
	if len(k.rows) > 0 {
		for _, j := range s.ahead {
			simd.Prefetch(s.rows.base(s.double, j), size, k.rows)
		}
	}
	if len(k.runs) > 0 {
		k.from = k.from[:0]
		for _, r := range k.runs {
			k.from = append(k.from, r.from)
		}
		simd.Prefetch(s.values.base(s.double, 0), size, k.from)
		simd.Prefetch((*byte)(unsafe.Pointer(&s.outcomes[0])), int(unsafe.Sizeof(s.outcomes[0])), k.from)
	}
}

// linesOf selects, from n consecutive numbers of size bytes, indices that touch every cache line of
// the numbers, for any alignment.
func linesOf(n, size int) (list []uint32) {
	for at := 0; at < n-1; at += simd.Line / size {
		list = append(list, uint32(at))
	}
	return append(list, uint32(n-1))
}

func addRuns[O constraints.Unsigned, F constraints.Float](dst []float64, outcomes []O, weights []F, runs []run) {
	for _, r := range runs {
		w := weights[r.from:r.to]
		for q, o := range outcomes[r.from:r.to] {
			dst[o] += float64(w[q])
		}
	}
}

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
	lines  []uint32  // lines of the table
	found  []uint64  // memory of the lists: values of slots, by where the weights are
	lists  [ways]simd.List
	store  *store[uint16] // of the lists
}

// reset prepares for n attributes of value 1.
func (k *lookups) reset(n int) {
	if n > cap(k.keys) || k.found == nil {
		k.keys, k.lines, k.found, k.store = make([]uint64, 2*n), make([]uint32, 2*n), make([]uint64, ways*(2*n+1)), nil
	}
	k.keys, k.lines, k.values = k.keys[:n], k.lines[:n], k.values[:0]
}

// ask sets the attributes to those with these fingerprints, with value 1.
func (k *lookups) ask(t *table, prints []uint64) {
	k.reset(len(prints))
	simd.Ask(k.keys, k.lines, prints, keyFactor, t.words, t.lines)
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

// begin empties the lists.
func (k *lookups) begin(s *store[uint16]) {
	if k.store != s {
		k.store, k.lists = s, s.lists
		for way := range k.lists {
			k.lists[way].To = (*byte)(unsafe.Pointer(&k.found[way*(cap(k.keys)+1)]))
		}
	}
	for way := range k.lists {
		k.lists[way].Used = 0
	}
}

// list returns the values of the features in one of the ways.
func list[V uint32 | uint64](k *lookups, way int) []V {
	x := &k.lists[way]
	return unsafe.Slice((*V)(unsafe.Pointer(x.To)), x.Used/uint64(unsafe.Sizeof(V(0))))
}

// find looks up the attributes. It adds the weights stored in slots to row, which has length L. If
// attributes have values, it adds all weights.
func (k *lookups) find(row []float64, s *store[uint16]) {
	k.begin(s)
	if len(k.values) > 0 {
		scoreValues(row, s, k)
		return
	}
	simd.Find(s.words, k.lines, k.keys, s.wayOf, &k.lists)
	for _, value := range list[uint64](k, inSlot) {
		row[value>>48] += float64(math.Float32frombits(uint32(value)))
	}
	if rows := list[uint32](k, inRow); len(s.ahead) > 0 && len(rows) > 0 {
		size := 4
		if s.double {
			size = 8
		}
		for _, j := range s.ahead {
			simd.Prefetch(s.rows.base(s.double, j), size, rows)
		}
	}
}

// sum adds the remaining weights to row: runs, then rows.
func (k *lookups) sum(row []float64, s *store[uint16]) {
	runs, rows := list[uint64](k, inRun), list[uint32](k, inRow)
	if s.double {
		addRuns(row, s.outcomes, s.values.f64, runs)
		simd.AddRows(row, s.rows.f64, rows)
		return
	}
	simd.AddRuns(row, s.outcomes, s.values.f32, runs)
	simd.AddRows32(row, s.rows.f32, rows)
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
	for _, key := range k.keys {
		hit := s.find(key)
		run := [1]uint64{uint64(hit.Ref) | uint64(hit.N)<<32}
		if s.double {
			addRuns(edge, s.outcomes, s.values.f64, run[:])
		} else {
			addRuns(edge, s.outcomes, s.values.f32, run[:])
		}
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

// addRuns is [simd.AddRuns] for other types.
func addRuns[O constraints.Unsigned, F constraints.Float](dst []float64, outcomes []O, weights []F, runs []uint64) {
	for _, r := range runs {
		from, to := uint32(r), uint32(r)+uint32(r>>32)
		w := weights[from:to]
		for q, o := range outcomes[from:to] {
			dst[o] += float64(w[q])
		}
	}
}

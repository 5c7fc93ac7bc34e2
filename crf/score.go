package crf

import (
	"math"
	"unsafe"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/internal/simd"
)

// lookups is the scratch memory of scoring the attributes of a token: ask says which they are, find looks them up, sum
// adds their weights. Each step asks the cache for what the next one needs, which comes while other tokens are worked
// on.
type lookups struct {
	keys   []uint64
	values []float64 // of each attribute; empty while all are 1
	lines  []uint32  // of the cache: what to ask for
	found  []uint64  // values of slots
	sorted []uint64  // the same by where the weights are: lists with room for all
	runs   []run
	rows   []uint32
	from   []uint32 // of runs
}

// reset makes room for n attributes of value 1.
func (k *lookups) reset(n int) {
	if n > cap(k.keys) {
		k.keys, k.lines, k.found = make([]uint64, 2*n), make([]uint32, 2*n), make([]uint64, 2*n)
		k.sorted = make([]uint64, ways*2*n)
	}
	k.keys, k.lines, k.found, k.values = k.keys[:n], k.lines[:n], k.found[:n], k.values[:0]
}

// A run is the features from..to-1 of a store.
type run struct{ from, to uint32 }

// ask makes the attributes with these fingerprints, of value 1, the token's.
func (k *lookups) ask(t *table, prints []uint64) {
	k.reset(len(prints))
	keys, lines := k.keys[:len(prints)], k.lines[:len(prints)]
	for i, p := range prints {
		key := keyOf(p)
		keys[i], lines[i] = key, t.line(key)
	}
	t.prefetch(k.lines)
}

// askItem is ask for attributes that come with names and values.
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

// find looks the attributes up. The weights that slots hold are added to row, L numbers; where there are values, all
// are.
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

// sort parts what was found by where the weights are, in its order: in the slot, in a row or in a run. The
// processor cannot predict which way the next one goes, so there is no branch.
func (k *lookups) sort(s *store[uint16]) (singles, rows, runs []uint64) {
	n := len(k.found)
	list, wayOf := k.sorted[:ways*n], s.wayOf
	end := [ways]int{nowhere: 0, inSlot: n, inRow: 2 * n, inRun: 3 * n} // of what goes each way
	for _, value := range k.found {
		way := wayOf[value>>32&0xffff] % ways
		list[end[way]] = value
		end[way]++
	}
	return list[n:end[inSlot]], list[2*n : end[inRow]], list[3*n : end[inRun]]
}

// sum adds the other weights to row: runs, then rows.
func (k *lookups) sum(row []float64, s *store[uint16]) {
	if s.double {
		addRuns(row, s.outcomes, s.values.f64, k.runs)
		simd.AddRows(row, s.rows.f64, k.rows)
		return
	}
	addRuns(row, s.outcomes, s.values.f32, k.runs)
	simd.AddRows32(row, s.rows.f32, k.rows)
}

// scoreValues adds the weights of attributes of which some have values other than 1 to row.
func scoreValues(row []float64, s *store[uint16], k *lookups) {
	for i, key := range k.keys {
		hit, value := s.find(key), k.values[i]
		switch count, isRow, inside := s.place(hit.N); {
		case inside:
			row[hit.N>>16] += float64(value * float64(math.Float32frombits(hit.Ref)))
		case isRow:
			for j := range row { // the products are rounded, not fused: the same bits on every machine
				row[j] += float64(value * s.rows.at(hit.Ref+uint32(j)))
			}
		default:
			for q := hit.Ref; q < hit.Ref+uint32(count); q++ {
				row[s.outcomes[q]] += float64(value * s.values.at(q))
			}
		}
	}
}

// scoreEdges adds the weights of the bigram attributes with k.keys to edge, L x L.
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

// prefetch asks the cache for the rows and runs of k.
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

// linesOf returns which of n numbers of a size, one after another in memory, lie together in all lines of the cache
// that any of them lies in, wherever lines begin.
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

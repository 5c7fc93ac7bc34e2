package crf

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// lookups is the scratch memory of scoring the attributes of a token.
type lookups struct {
	keys   []uint64
	values []float64 // of each attribute; empty while all are 1
	homes  []uint64
	runs   []run
	rows   []uint32
}

// A run is the features from..to-1 of a store.
type run struct{ from, to uint32 }

func (k *lookups) reset() { k.keys, k.values = k.keys[:0], k.values[:0] }

// add gives the token an attribute.
func (k *lookups) add(key uint64, value float64) {
	if value != 1 && len(k.values) == 0 {
		for range k.keys {
			k.values = append(k.values, 1)
		}
	}
	if k.keys = append(k.keys, key); value != 1 || len(k.values) > 0 {
		k.values = append(k.values, value)
	}
}

// score adds the weights of the features of the attributes in k to row, L numbers. It asks memory for what one step needs of all
// attributes before the next step, so that the waits overlap: slots, then runs, then rows.
func score(row []float64, s *store[uint16], k *lookups) {
	if len(k.values) > 0 {
		scoreValues(row, s, k)
		return
	}
	k.homes = k.homes[:0]
	for _, key := range k.keys {
		k.homes = append(k.homes, s.home(key))
	}
	k.runs, k.rows = k.runs[:0], k.rows[:0]
	for i, key := range k.keys {
		hit := s.search(k.homes[i], key)
		if hit.N == 0 {
			continue
		}
		switch count, isRow, inside := s.place(hit.N); {
		case inside:
			row[hit.N>>16] += float64(math.Float32frombits(hit.Ref))
		case isRow:
			k.rows = append(k.rows, hit.Ref)
		default:
			k.runs = append(k.runs, run{hit.Ref, hit.Ref + uint32(count)})
		}
	}
	if s.double {
		addRuns(row, s.outcomes, s.values.f64, k.runs)
		simd.AddRows(row, s.rows.f64, k.rows)
		return
	}
	addRuns(row, s.outcomes, s.values.f32, k.runs)
	simd.AddRows32(row, s.rows.f32, k.rows)
}

// scoreValues is score for attributes of which some have values other than 1.
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

func addRuns[O uint16 | uint32, F float32 | float64](dst []float64, outcomes []O, weights []F, runs []run) {
	for _, r := range runs {
		w := weights[r.from:r.to]
		for q, o := range outcomes[r.from:r.to] {
			dst[o] += float64(w[q])
		}
	}
}

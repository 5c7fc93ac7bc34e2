package viterbi

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// someLabels draws lists of allowed labels for n positions, including empty lists.
func someLabels(r *rand.Rand, n, l int) [][]uint16 {
	among := make([][]uint16, n)
	for t := range among {
		if r.IntN(3) == 0 {
			continue
		}
		for _, j := range r.Perm(l)[:1+r.IntN(min(l, 3))] {
			among[t] = append(among[t], uint16(j))
		}
		slices.Sort(among[t])
	}
	return among
}

// DecodeAmong must agree with DecodeConstrained to the last bit, ties included.
func TestDecodeAmong(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	var w, twin Workspace
	var allowed structured.Lattice
	for name, kind := range kinds {
		for _, shape := range shapes {
			for range 60 {
				n, l := r.IntN(6), 1+r.IntN(20)
				s, among := random(r, n, l, shape, kind), someLabels(r, n, l)
				sets := make([][]int, n)
				for k := range among {
					for _, j := range among[k] {
						sets[k] = append(sets[k], int(j))
					}
				}
				require.NoError(t, structured.Allow(&allowed, l, sets))
				want, got := make([]int, n), make([]int, n)
				wantScore, wantErr := twin.DecodeConstrained(want, s, &allowed)
				for k := range among {
					for j := range l { // must not be read
						if len(among[k]) > 0 && !slices.Contains(among[k], uint16(j)) {
							s.NodeAt(k)[j] = math.NaN()
						}
					}
				}
				score, err := w.DecodeAmong(got, s, among)
				require.Equal(t, wantErr, err, name)
				require.Equal(t, want, got, name)
				require.Equal(t, wantScore, score, name)
			}
		}
	}
}

func TestDecodeAmongRefuses(t *testing.T) {
	s := structured.NewLattice(2, 3, structured.SharedEdges)
	path := make([]int, 2)
	var w Workspace
	for _, bad := range [][][]uint16{nil, {{0}}, {{0}, {1}, {2}}, {{0}, {1, 3}}, {{7, 1}, {0}}, {{0}, {65535, 2}}, {{0}, {2, 1}}, {{1, 1}, {0}}} {
		_, err := w.DecodeAmong(path, s, bad)
		assert.ErrorIs(t, err, structured.ErrShape)
	}
	_, err := w.DecodeAmong(path[:1], s, [][]uint16{{0}, {1}})
	assert.ErrorIs(t, err, structured.ErrShape)
	s.NodeAt(1)[2] = math.NaN()
	for _, among := range [][][]uint16{{nil, nil}, {{0}, {1, 2}}} {
		_, err = w.DecodeAmong(path, s, among)
		var value *structured.ValueError
		require.ErrorAs(t, err, &value)
		assert.Equal(t, [2]int{1, 2}, [2]int{value.T, value.Label})
	}
	_, err = w.DecodeAmong(path, s, [][]uint16{nil, {1}})
	assert.NoError(t, err)
	s.Node = s.Node[1:]
	_, err = w.DecodeAmong(path, s, [][]uint16{nil, {1}})
	assert.ErrorIs(t, err, structured.ErrShape)
}

package viterbi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// stretch multiplies the finite nodes of s, so that some labels are far ahead of the others.
func stretch(s *structured.Lattice, by float64) {
	for k, v := range s.Node {
		if v >= -math.MaxFloat64 {
			s.Node[k] = v * by
		}
	}
}

// DecodeBounded must agree with DecodeAmong to the last bit, ties and forbidden edges included.
func TestDecodeBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	var w, twin Workspace
	dropped := 0
	for name, kind := range kinds {
		for range 400 {
			n, l := r.IntN(8), 1+r.IntN(20)
			s, among := random(r, n, l, structured.SharedEdges, kind), someLabels(r, n, l)
			if r.IntN(2) == 0 {
				clear(among)
			}
			stretch(s, []float64{1, 3, 30, 1e6}[r.IntN(4)])
			want, got := make([]int, n), make([]int, n)
			wantScore, wantErr := twin.DecodeAmong(want, s, among)
			score, err := w.DecodeBounded(got, s, among, NewBounds(s.Edge, l))
			require.Equal(t, wantErr, err, name)
			require.Equal(t, want, got, name)
			require.Equal(t, wantScore, score, name)
			if err == nil && n > 0 {
				require.Equal(t, twin.delta[:n*l], w.delta[:n*l], "%s: every prefix", name)
			}
			for k := 1; k < n && err == nil; k++ {
				if len(among[k-1]) == 0 && len(w.kept[k]) > 0 {
					dropped += l - len(w.kept[k])
				}
			}
		}
	}
	require.Greater(t, dropped, 1000)
}

// No label that Bounds drops may reach the best score at a next label, whatever its edges.
func TestBoundsKeepEveryPredecessor(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 46))
	for range 2000 {
		l := 1 + r.IntN(12)
		edge, delta := make([]float64, l*l), make([]float64, l)
		size := math.Pow(10, float64(r.IntN(20)-5))
		for k := range edge {
			if edge[k] = size * float64(r.IntN(9)-4); r.IntN(6) == 0 {
				edge[k] = math.Inf(-1)
			}
		}
		for k := range delta {
			if delta[k] = size * float64(r.IntN(41)-20) / 2; r.IntN(6) == 0 {
				delta[k] = math.Inf(-1)
			} else if r.IntN(2) == 0 {
				delta[k] = math.Nextafter(delta[k], float64(r.IntN(2))*math.MaxFloat64)
			}
		}
		kept := NewBounds(edge, l).keep(nil, delta)
		require.True(t, slices.IsSorted(kept))
		for j := range l {
			most := math.Inf(-1)
			for i, d := range delta {
				most = max(most, d+edge[i*l+j])
			}
			for i, d := range delta {
				if !slices.Contains(kept, uint16(i)) && !math.IsInf(most, -1) {
					require.Less(t, d+edge[i*l+j], most, "label %d before %d", i, j)
				}
			}
		}
	}
}

// Labels within rounding of a tie stay; labels further behind go.
func TestBoundsDropWhatEdgesCannotCompensate(t *testing.T) {
	b := NewBounds([]float64{
		0, 1, 0,
		2, 0, 0,
		0, 0, math.Inf(-1),
	}, 3)
	assert.Equal(t, []float64{0, 2, 0}, b.row(0))
	assert.Equal(t, []float64{1, 0, 0}, b.row(1))
	assert.Equal(t, []float64{math.Inf(1), math.Inf(1), 0}, b.row(2))
	assert.Equal(t, []uint16{0, 1, 2}, b.keep(nil, []float64{5, 3, 5}))
	assert.Equal(t, []uint16{0, 1}, b.keep(nil, []float64{5, 3, 4.9}))
	assert.Equal(t, []uint16{0}, b.keep(nil, []float64{5, 2.9, 4.9}))
	assert.Equal(t, []uint16{7, 0, 1, 2}, b.keep([]uint16{7}, []float64{5, 4, 9}))
	assert.Panics(t, func() { NewBounds(make([]float64, 5), 2) })
}

func TestDecodeBoundedRefusesOtherEdges(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.SharedEdges)
	_, err := new(Workspace).DecodeBounded(make([]int, 2), s, make([][]uint16, 2), NewBounds(make([]float64, 4), 2))
	assert.ErrorIs(t, err, structured.ErrShape)
}

func TestDecodeBoundedAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 48))
	s := random(r, 20, 30, structured.SharedEdges, kinds["normal"])
	stretch(s, 20)
	b, path, among := NewBounds(s.Edge, s.L), make([]int, s.T), make([][]uint16, s.T)
	var w Workspace
	decode := func() {
		if _, err := w.DecodeBounded(path, s, among, b); err != nil {
			panic(err)
		}
	}
	decode()
	assert.Zero(t, testing.AllocsPerRun(100, decode))
}

// Best paths of trained taggers, where one label is usually far ahead, with and without bounds.
func BenchmarkDecodeBounded(b *testing.B) {
	for _, l := range []int{17, 50, 230} {
		sentences := benchLattices(l)
		for _, s := range sentences {
			stretch(s, 20)
		}
		among, path := make([][]uint16, 25), make([]int, 25)
		known := NewBounds(sentences[0].Edge, l)
		for a := range l {
			known.row(a)
		}
		for name, bounds := range map[string]*Bounds{"all": nil, "bounded": known} {
			b.Run(fmt.Sprintf("L=%d/%s", l, name), func(b *testing.B) {
				var w Workspace
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					if _, err := w.DecodeBounded(path, sentences[n%len(sentences)], among, bounds); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Steps over the edges of a scheme must agree with the whole matrix to the last bit.
func TestDecodeSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(47, 48))
	var w, twin Workspace
	for _, scheme := range []structured.Scheme{structured.BIOES, structured.BIO, structured.IOB1, structured.IOE2, structured.IO} {
		names := []string{"O"}
		for typ := range 12 {
			for _, letter := range "BIES" {
				name := fmt.Sprintf("%c-%d", letter, typ)
				if scheme.Follows(name, name) || scheme.Ends(name) || scheme.Starts(name) {
					names = append(names, name)
				}
			}
		}
		g, l := structured.NewGrammar(names, scheme), len(names)
		for round := range 200 {
			n := r.IntN(8)
			s := random(r, n, l, structured.SharedEdges, kinds["ties"])
			for k, v := range g.Edge {
				s.Edge[k] += v
			}
			stretch(s, []float64{1, 3, 30, 1e6}[r.IntN(4)])
			b := NewBounds(s.Edge, l)
			require.Equal(t, scheme == structured.BIOES || scheme == structured.IOE2 || scheme == structured.IO, b.Splits(), scheme)
			want, got, among := make([]int, n), make([]int, n), make([][]uint16, n)
			if round%4 == 0 {
				among = someLabels(r, n, l)
			}
			wantScore, wantErr := twin.DecodeAmong(want, s, among)
			score, err := w.DecodeBounded(got, s, among, b)
			require.Equal(t, wantErr, err, scheme)
			require.Equal(t, want, got, scheme)
			require.Equal(t, wantScore, score, scheme)
			if err == nil && n > 0 && round%4 > 0 {
				require.Equal(t, twin.delta[:n*l], w.delta[:n*l], scheme)
			}
		}
	}
}

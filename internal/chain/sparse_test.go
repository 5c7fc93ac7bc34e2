package chain

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/structured"
)

// withoutLists removes the sparse edges of a space.
func withoutLists(s *Space) *Space {
	for _, e := range []*edges{&s.trans, &s.allowed, &s.both} {
		e.pairs, e.list = nil, nil
	}
	return s
}

// Decoders with sparse edges give the results of decoders with the same edges in a matrix: the same
// paths, and probabilities that differ by rounding only.
func TestSparseEdgesChangeNoResult(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	for scheme, prefixes := range map[structured.Scheme]string{structured.Plain: "ABC", structured.BIO: "BI", structured.BIOES: "BIES"} {
		labels := []string{"O"}
		for k := range 40 {
			for _, prefix := range prefixes {
				labels = append(labels, fmt.Sprintf("%c-%d", prefix, k))
			}
		}
		l := len(labels)
		trans := make([]float64, l*l)
		for k := range trans {
			if rng.IntN(20) == 0 {
				trans[k] = 3 * rng.NormFloat64()
			}
		}
		list, matrix := NewSpace(labels, scheme, trans), withoutLists(NewSpace(labels, scheme, trans))
		require.NotNil(t, list.both.pairs)
		x, y := list.NewDecoder(), matrix.NewDecoder()
		for round := range 20 {
			n := 1 + rng.IntN(8)
			a, b := x.Begin(n, false), y.Begin(n, false)
			for k := range a.Node {
				a.Node[k] = 2 * rng.NormFloat64()
				b.Node[k] = a.Node[k]
			}
			if round%4 == 3 {
				x.Give(n/2, []uint16{0, 1})
				y.Give(n/2, []uint16{0, 1})
			}
			want, score, err := y.Best()
			require.NoError(t, err)
			got, same, err := x.Best()
			require.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, score, same)

			p, err := y.Marginals()
			require.NoError(t, err)
			q, err := x.Marginals()
			require.NoError(t, err)
			require.NoError(t, bruteforce.Near(p, q, 1e-12))

			best, err := y.NBest(5)
			require.NoError(t, err)
			again, err := x.NBest(5)
			require.NoError(t, err)
			for k := range best {
				assert.Equal(t, best[k].Labels, again[k].Labels)
				assert.InEpsilon(t, best[k].Probability, again[k].Probability, 1e-9)
			}
			want, _, err = y.Posterior()
			require.NoError(t, err)
			got, _, err = x.Posterior()
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
}

func TestFewLabelsAndDenseEdgesHaveNoLists(t *testing.T) {
	for l, listed := range map[int]bool{9: false, 31: false, 48: true, 300: true} {
		trans := make([]float64, l*l)
		trans[1] = 1
		e := newEdges(l, trans)
		assert.Equal(t, listed, e.pairs != nil)
		for k := range trans {
			trans[k] = float64(k + 1)
		}
		e = newEdges(l, trans)
		assert.Nil(t, e.pairs)
	}
}

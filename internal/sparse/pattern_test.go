package sparse_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/sparse"
)

func TestPattern(t *testing.T) {
	p := sparse.New(3, []int32{1, 3, 4, 8}, []bool{false, true, false}, nil)
	to, first := p.Row(1)
	assert.Equal(t, []int32{0, 1}, to)
	assert.Equal(t, 1, first)
	from, entry := p.Column(1)
	assert.Equal(t, []int32{0, 1}, from)
	assert.Equal(t, []int32{0, 2}, entry)
	assert.Equal(t, 3, p.Find(2, 2))
	assert.Equal(t, -1, p.Find(0, 0))
	assert.True(t, p.Closed)
	assert.True(t, p.Open(0, 0))
	assert.False(t, p.Open(1, 2))
}

// Every entry must be once in each layout, in a lane of its line, with the index of the other line.
func TestLayoutHasEveryEntryOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		var pairs []int32
		for k := range n * n {
			if rng.IntN(3) == 0 {
				pairs = append(pairs, int32(k))
			}
		}
		p := sparse.New(n, pairs, nil, nil)
		entries := make([]float64, len(pairs))
		for k := range entries {
			entries[k] = float64(k + 1)
		}
		for side, y := range []*sparse.Layout{&p.Rows, &p.Columns} {
			value := y.Arrange(nil, entries, -1)
			require.Len(t, value, len(y.Index))
			found := 0
			for g := range len(y.First) - 1 {
				for k := y.First[g]; k < y.First[g+1]; k++ {
					for lane := range 4 {
						v := value[4*int(k)+lane]
						if v < 0 {
							continue
						}
						found++
						line, other := y.Line[4*g+lane], y.Index[4*int(k)+lane]
						pair := []int32{line*int32(n) + other, other*int32(n) + line}[side]
						require.Equal(t, pairs[int(v)-1], pair)
					}
				}
			}
			require.Equal(t, len(pairs), found)
			require.Equal(t, (n+3)/4*4, y.Lanes())
		}
	}
}

package optimize

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// valley is a convex function of many weights, evaluated on one goroutine.
type valley struct{ dim, threads int }

func (v valley) Dim() int     { return v.dim }
func (v valley) Threads() int { return v.threads }

func (v valley) Eval(_ context.Context, grad, w []float64) (float64, error) {
	sum := 0.0
	for k, x := range w {
		c, d := 1+float64(k%97), x-math.Sin(float64(k))
		sum += c * math.Sqrt(1+d*d)
		grad[k] = c * d / math.Sqrt(1+d*d)
	}
	return sum, nil
}

func (v valley) HessianDiagonal(_ context.Context, dst, _ []float64) error {
	for k := range dst {
		dst[k] = 1 + float64(k%97)
	}
	return nil
}

// The number of goroutines changes no bit of the result, for vectors of one block and of several.
func TestThreadsDoNotChangeTheResult(t *testing.T) {
	for _, dim := range []int{0, 5, blockSize, 3*blockSize + 7} {
		for name, m := range map[string]BatchMethod{"lbfgs": LBFGS{Limits: Limits{MaxIterations: 12}}, "owlqn": OWLQN{Limits: Limits{MaxIterations: 12}}} {
			t.Run(fmt.Sprint(name, " ", dim), func(t *testing.T) {
				var want []float64
				for _, threads := range []int{1, 2, 3, 9} {
					w := make([]float64, dim)
					r, err := m.Minimize(t.Context(), valley{dim, threads}, w, Penalty{L2: 0.01}, nil)
					require.NoError(t, err)
					if threads == 1 {
						want = w
						require.Equal(t, dim > 0, r.Steps > 3)
						continue
					}
					require.Equal(t, want, w, "%d threads", threads)
				}
			})
		}
	}
}

func TestSplitterCoversEachCoordinateOnce(t *testing.T) {
	for _, threads := range []int{0, 1, 2, 5} {
		s := &splitter{threads: threads}
		for _, n := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 4 * blockSize} {
			visits := make([]int, n)
			s.each(n, func(_, lo, hi int) {
				for k := lo; k < hi; k++ {
					visits[k]++
				}
			})
			for k, v := range visits {
				require.Equal(t, 1, v, "coordinate %d", k)
			}
			assert.Equal(t, float64(n), s.sum(n, func(lo, hi int) float64 { return float64(hi - lo) }))
		}
	}
}

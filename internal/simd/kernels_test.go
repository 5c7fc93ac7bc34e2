package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var inf = math.Inf(1)

func random(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	return x
}

// edgy returns n numbers, many of them extreme values of scores and products.
func edgy(rng *rand.Rand, n int) []float64 {
	at := []float64{-inf, 0, math.Copysign(0, -1), 5e-324, -5e-324, 1e-310, 1e-290, 1, -1, 1e4, -1e4, 700, -700, 1e150, -1e150}
	x := random(rng, n)
	for k := range x {
		if rng.IntN(2) == 0 {
			x[k] = at[rng.IntN(len(at))]
		}
	}
	return x
}

// finite is edgy without -Inf.
func finite(rng *rand.Rand, n int) []float64 {
	x := edgy(rng, n)
	for k, v := range x {
		x[k] = max(v, -1e150)
	}
	return x
}

// close reports whether got equals want up to the rounding of a sum whose magnitudes sum to size.
func close(want, got, size float64) bool {
	return want == got || math.Abs(want-got) <= 1e-14*size+5e-323
}

func requireClose(t *testing.T, want, got, size []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for k := range want {
		if !close(want[k], got[k], size[k]) {
			require.Failf(t, "not close", "at %d of %d: want %g, got %g", k, len(want), want[k], got[k])
		}
	}
}

// eachLength runs f for lengths of 0 to 130 with two kinds of finite numbers.
func eachLength(t *testing.T, f func(t *testing.T, rng *rand.Rand, n int, draw func(*rand.Rand, int) []float64)) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 131 {
		f(t, rng, n, random)
		f(t, rng, n, finite)
	}
}

// eachShape runs f for many shapes of matrices.
func eachShape(f func(rows, columns int)) {
	for rows := range 36 {
		for columns := range 36 {
			f(rows, columns)
		}
	}
	for _, n := range []int{50, 63, 64, 65, 97, 130} {
		f(n, n)
		f(n, 7)
		f(7, n)
	}
}

func TestAxpy(t *testing.T) {
	eachLength(t, func(t *testing.T, rng *rand.Rand, n int, draw func(*rand.Rand, int) []float64) {
		x, dst := draw(rng, n), draw(rng, n+1)
		want, size := slices.Clone(dst), make([]float64, n+1)
		for k, v := range x {
			size[k] = math.Abs(dst[k]) + math.Abs(0.3*v)
			want[k] += 0.3 * v
		}
		Axpy(dst, 0.3, x)
		requireClose(t, want, dst, size)
	})
}

func TestDot(t *testing.T) {
	eachLength(t, func(t *testing.T, rng *rand.Rand, n int, draw func(*rand.Rand, int) []float64) {
		x, y := draw(rng, n), draw(rng, n+1)
		want, size := 0.0, 0.0
		for k, v := range x {
			want += v * y[k]
			size += math.Abs(v * y[k])
		}
		require.True(t, close(want, Dot(x, y), size))
	})
}

func TestElementwiseProducts(t *testing.T) {
	const c = -0.7
	eachLength(t, func(t *testing.T, rng *rand.Rand, n int, draw func(*rand.Rand, int) []float64) {
		x, y, dst := draw(rng, n), draw(rng, n), draw(rng, n+1)
		mul, add, scale, size := slices.Clone(dst), slices.Clone(dst), slices.Clone(dst), make([]float64, n+1)
		sum, total, least := 0.0, 0.0, inf
		product := slices.Clone(dst)
		for k, v := range x {
			product[k] = v * y[k]
			sum += product[k]
			total += math.Abs(product[k])
			least = min(least, product[k])
			mul[k] = c * v * y[k]
			add[k] += c * v * y[k]
			scale[k] = c * v
			size[k] = math.Abs(dst[k]) + math.Abs(product[k])
		}
		got := slices.Clone(dst)
		Mul(got, c, x, y)
		requireClose(t, mul, got, size)
		got = slices.Clone(dst)
		MulAdd(got, c, x, y)
		requireClose(t, add, got, size)
		got = slices.Clone(dst)
		Scale(got, c, x)
		require.Equal(t, scale, got)
		got = slices.Clone(dst)
		s, l := MulSum(got, x, y)
		require.Equal(t, product, got)
		require.True(t, close(sum, s, total))
		require.Equal(t, least, l)

		got = slices.Clone(x)
		MulSum(got, got, y)
		require.Equal(t, product[:n], got)
		got = slices.Clone(y)
		Mul(got, c, x, got)
		requireClose(t, mul[:n], got, size)
		got = slices.Clone(x)
		Scale(got, c, got)
		require.Equal(t, scale[:n], got)
	})
}

func TestMax(t *testing.T) {
	eachLength(t, func(t *testing.T, rng *rand.Rand, n int, _ func(*rand.Rand, int) []float64) {
		x := edgy(rng, n)
		want := -inf
		for _, v := range x {
			want = max(want, v)
		}
		require.True(t, want == Max(x))
	})
}

// ulps returns the distance of two numbers of the same sign in units of the last place.
func ulps(x, y float64) int64 {
	d := int64(math.Float64bits(x)) - int64(math.Float64bits(y))
	return max(d, -d)
}

func TestExp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 131 {
		for _, spread := range []float64{1, 100, 800} {
			x, shift := random(rng, n), spread*rng.NormFloat64()
			for k := range x {
				x[k] = shift - spread*x[k]
				x[k] = min(x[k], shift+708)
				if rng.IntN(8) == 0 {
					x[k] = -inf
				}
			}
			want, least := make([]float64, n+1), inf
			want[n] = 7
			for k, v := range x {
				if v-shift >= -708 {
					want[k] = math.Exp(v - shift)
				}
				if v > -inf {
					least = min(least, v-shift)
				}
			}
			dst := slices.Clone(want)
			clear(dst[:n])
			require.Equal(t, least, Exp(dst, x, shift))
			require.Equal(t, 7.0, dst[n])
			for k := range x {
				require.LessOrEqualf(t, ulps(want[k], dst[k]), int64(2), "exp(%g) = %g, not %g", x[k]-shift, dst[k], want[k])
			}
			inPlace := slices.Clone(x)
			Exp(inPlace, inPlace, shift)
			require.Equal(t, dst[:n], inPlace)
		}
	}
}

func TestExpAtItsEdges(t *testing.T) {
	for _, d := range []float64{-inf, 0, math.Copysign(0, -1), 5e-324, 1, -1, 0.5 * math.Ln2, -0.5 * math.Ln2,
		708, 709, -707, -708, -708.0000000000001, -708.4, -709, -740, -744, -745.1332191019411, -745.14, -746, -747, -1e4, -1e300} {
		for n := range 10 {
			x, dst := make([]float64, n), make([]float64, n)
			for k := range x {
				x[k] = d
			}
			least := Exp(dst, x, 0)
			want := 0.0
			if d >= -708 {
				want = math.Exp(d)
			}
			for _, v := range dst {
				require.LessOrEqualf(t, ulps(want, v), int64(2), "exp(%g) = %g", d, v)
			}
			if n == 0 || d == -inf {
				require.Equal(t, inf, least)
			} else {
				require.Equal(t, d, least)
			}
		}
	}
}

func TestLogSumExp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 131 {
		x, sum := random(rng, n), 0.0
		for k := range x {
			if rng.IntN(4) == 0 {
				x[k] = -inf
			}
			sum += math.Exp(x[k])
			x[k] += 1e3
		}
		got := LogSumExp(x)
		if sum == 0 {
			require.Equal(t, -inf, got)
			continue
		}
		require.InDelta(t, 1e3+math.Log(sum), got, 1e-11)
	}
}

func TestLogSumExpKeepsInRange(t *testing.T) {
	assert.Equal(t, -inf, LogSumExp(nil))
	assert.Equal(t, -inf, LogSumExp([]float64{-inf, -inf}))
	for n := range 9 {
		x := make([]float64, n+2)
		for k := range x {
			x[k] = -inf
		}
		x[0], x[n+1] = 1e4, 1e4
		assert.InDelta(t, 1e4+math.Log(2), LogSumExp(x), 1e-9)
		x[0], x[n+1] = -1e4, -1e4
		assert.InDelta(t, -1e4+math.Log(2), LogSumExp(x), 1e-9)
	}
}

func TestVecMatAndMatVec(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	eachShape(func(rows, columns int) {
		for _, draw := range []func(*rand.Rand, int) []float64{random, finite} {
			a, v, m := draw(rng, rows), draw(rng, columns), draw(rng, rows*columns)
			am, amSize := make([]float64, columns), make([]float64, columns)
			mv, mvSize := make([]float64, rows), make([]float64, rows)
			for i, x := range a {
				for j, y := range v {
					am[j] += x * m[i*columns+j]
					amSize[j] += math.Abs(x * m[i*columns+j])
					mv[i] += m[i*columns+j] * y
					mvSize[i] += math.Abs(m[i*columns+j] * y)
				}
			}
			got := random(rng, columns)
			VecMat(got, a, m)
			requireClose(t, am, got, amSize)
			got = random(rng, rows)
			MatVec(got, m, v)
			requireClose(t, mv, got, mvSize)
		}
	})
}

func TestSumOuter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 22, 25, 33, 50} {
		for _, rows := range []int{0, 1, 2, 5} {
			for _, draw := range []func(*rand.Rand, int) []float64{random, finite} {
				a, b := draw(rng, rows*n), draw(rng, rows*n)
				want, size := make([]float64, n*n), make([]float64, n*n)
				for k := range want {
					for r := 0; r < rows*n; r += n {
						want[k] += a[r+k/n] * b[r+k%n]
						size[k] += math.Abs(a[r+k/n] * b[r+k%n])
					}
				}
				got := random(rng, n*n)
				SumOuter(got, a, b, n)
				requireClose(t, want, got, size)
			}
		}
	}
}

// ties returns n numbers with few distinct values.
func ties(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for k := range x {
		x[k] = []float64{-inf, 0, math.Copysign(0, -1), 1}[rng.IntN(4)]
	}
	return x
}

// requireSame requires equal bits, including the signs of zeros.
func requireSame(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for k := range want {
		require.Equalf(t, math.Float64bits(want[k]), math.Float64bits(got[k]), "at %d of %d: want %g, got %g", k, len(want), want[k], got[k])
	}
}

func TestMaxPlusIsItsReferenceLoopBitByBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	eachShape(func(rows, columns int) {
		for _, draw := range []func(*rand.Rand, int) []float64{random, edgy, ties} {
			a, m := draw(rng, rows), draw(rng, rows*columns)
			want, got := make([]float64, columns), random(rng, columns)
			for j := range want {
				want[j] = -inf
				for i, v := range a {
					if s := v + m[i*columns+j]; s > want[j] {
						want[j] = s
					}
				}
			}
			MaxPlus(got, a, m)
			requireSame(t, want, got)
		}
	})
}

func TestMaxPlusRowIsItsReferenceLoopBitByBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 131 {
		for _, draw := range []func(*rand.Rand, int) []float64{random, edgy, ties} {
			a, row, dst := draw(rng, 1)[0], draw(rng, n), draw(rng, n+1)
			want := slices.Clone(dst)
			for j, v := range row {
				if s := a + v; s > want[j] {
					want[j] = s
				}
			}
			MaxPlusRow(dst, a, row)
			requireSame(t, want, dst)
		}
	}
}

func TestRowsOfAllWidths(t *testing.T) {
	const rows = 9
	eachLength(t, func(t *testing.T, rng *rand.Rand, n int, draw func(*rand.Rand, int) []float64) {
		m, x := draw(rng, rows*n+3), draw(rng, n)
		offsets := make([]uint32, n%13)
		for k := range offsets {
			offsets[k] = uint32((rows-1)*n + 3)
			if k%3 > 0 {
				offsets[k] = uint32(rng.IntN((rows-1)*n + 3))
			}
		}
		want, got := slices.Clone(x), slices.Clone(x)
		addRowsGo(want, m, offsets)
		AddRows(got, m, offsets)
		requireSame(t, want, got)
		single := make([]float32, len(m))
		for k, v := range m {
			single[k] = float32(v)
		}
		addRowsGo[float32](want, single, offsets)
		AddRows32(got, single, offsets)
		requireSame(t, want, got)
		wantM, gotM, size := slices.Clone(m), slices.Clone(m), slices.Clone(m)
		addToRowsGo(wantM, offsets, 0.3, x)
		AddToRows(gotM, offsets, 0.3, x)
		for k := range size {
			size[k] = math.Abs(m[k])
		}
		for _, o := range offsets {
			for j, v := range x {
				size[int(o)+j] += math.Abs(v)
			}
		}
		requireClose(t, wantM, gotM, size)
	})
}

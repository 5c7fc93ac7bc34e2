package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// widths are numbers of labels around the widths of the strips and tiles.
var widths = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 17, 22, 23, 24, 25, 26, 37, 50, 61}

// lanesOf runs f for the version that this machine selects and for the portable one.
func lanesOf(t *testing.T, f func(t *testing.T, n int, rng *rand.Rand, portable bool)) {
	for _, portable := range []bool{false, true} {
		t.Run(map[bool]string{false: "chosen", true: "portable"}[portable], func(t *testing.T) {
			rng := rand.New(rand.NewPCG(41, 42))
			for _, n := range widths {
				f(t, n, rng, portable)
			}
		})
	}
}

func rowsOf(n int, draw func(n int) []float64) (rows [Lanes][]float64) {
	for k := range rows {
		rows[k] = draw(n)
	}
	return rows
}

// positive returns n numbers that are not negative, some of them 0.
func positive(rng *rand.Rand, n int) []float64 {
	x := random(rng, n)
	for k, v := range x {
		x[k] = max(v*v-0.1, 0)
	}
	return x
}

func TestExpLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := ExpLanes
		if portable {
			f = expLanesGo
		}
		for _, spread := range []float64{1, 100, 800} {
			rows := rowsOf(n, func(n int) []float64 {
				x := random(rng, n)
				for k := range x {
					if x[k] *= spread; rng.IntN(8) == 0 {
						x[k] = -inf
					}
				}
				return x
			})
			for j := range rows[2] {
				rows[2][j] = -inf
			}
			got := random(rng, Lanes*n+1)
			end := got[Lanes*n]
			var shift, least [Lanes]float64
			require.True(t, f(got[:Lanes*n], &rows, &shift, &least))
			require.Equal(t, end, got[Lanes*n])
			for k, row := range rows {
				want := make([]float64, n)
				m := max(slices.Max(row), -math.MaxFloat64)
				require.Equal(t, m, shift[k])
				require.Equal(t, Exp(want, row, m), least[k])
				for j, v := range want {
					require.LessOrEqualf(t, ulps(v, got[Lanes*j+k]), int64(2), "want %g, got %g", v, got[Lanes*j+k])
				}
			}
			for _, bad := range []float64{math.NaN(), inf} {
				for range 3 {
					k, j := rng.IntN(Lanes), rng.IntN(n)
					v := rows[k][j]
					rows[k][j] = bad
					require.False(t, f(got[:Lanes*n], &rows, &shift, &least))
					rows[k][j] = v
				}
			}
		}
	})
}

func TestVecMatLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := VecMatLanes
		if portable {
			f = vecMatLanesGo
		}
		for _, rows := range []int{0, 1, 2, 3, 7, n} {
			a, m := random(rng, Lanes*rows), random(rng, rows*n)
			want, size := make([]float64, Lanes*n+1), make([]float64, Lanes*n+1)
			got := random(rng, Lanes*n+1)
			want[Lanes*n] = got[Lanes*n]
			for k := range Lanes {
				for i := range rows {
					for j := range n {
						v := a[Lanes*i+k] * m[i*n+j]
						want[Lanes*j+k] += v
						size[Lanes*j+k] += math.Abs(v)
					}
				}
			}
			f(got[:Lanes*n], a, m)
			requireClose(t, want, got, size)
		}
	})
}

func TestNormLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := NormLanes
		if portable {
			f = normLanesGo
		}
		x, got := positive(rng, Lanes*n), positive(rng, Lanes*n+1)
		for j := range n {
			x[Lanes*j+1] = 0
		}
		want, size := slices.Clone(got), slices.Clone(got)
		var sum, least [Lanes]float64
		for k := range Lanes {
			total, smallest := 0.0, inf
			for j := k; j < Lanes*n; j += Lanes {
				want[j] *= x[j]
				total += want[j]
				smallest = min(smallest, want[j])
			}
			for j := k; j < Lanes*n && total > 0; j += Lanes {
				want[j] /= total
				size[j] = want[j]
			}
			sum[k], least[k] = total, smallest
		}
		var gotSum, gotLeast [Lanes]float64
		f(got[:Lanes*n], x, &gotSum, &gotLeast)
		requireClose(t, want, got, size)
		requireClose(t, sum[:], gotSum[:], sum[:])
		require.Equal(t, least, gotLeast)
		require.Zero(t, gotSum[1])
	})
}

func TestBackLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := BackLanes
		if portable {
			f = backLanesGo
		}
		beta, node, alpha := positive(rng, Lanes*n+1), positive(rng, Lanes*n+1), positive(rng, Lanes*n)
		norm := [Lanes]float64{0.5, 3, 0, 1e-200}
		alpha[0], beta[0] = 0, 1e300
		wantBeta, wantNode := slices.Clone(beta), slices.Clone(node)
		var sum, got [Lanes]float64
		for k := range Lanes {
			for j := k; j < Lanes*n; j += Lanes {
				b := beta[j]
				if alpha[j] == 0 {
					b = 0
				}
				if wantNode[j] *= b / norm[k]; norm[k] == 0 {
					wantNode[j] = 0
				}
				sum[k] += wantNode[j]
				wantBeta[j] = alpha[j] * b
			}
		}
		f(beta[:Lanes*n], node[:Lanes*n], alpha, &norm, &got)
		requireClose(t, wantBeta, beta, wantBeta)
		requireClose(t, wantNode, node, wantNode)
		requireClose(t, sum[:], got[:], sum[:])
	})
}

func TestAddLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := AddLanes
		if portable {
			f = addLanesGo
		}
		x := random(rng, Lanes*n)
		rows := rowsOf(n+1, func(n int) []float64 { return random(rng, n) })
		var want [Lanes][]float64
		for k, row := range rows {
			want[k] = slices.Clone(row)
			for j := range n {
				want[k][j] += 0.7 * x[Lanes*j+k]
			}
		}
		f(&rows, 0.7, x)
		for k := range rows {
			size := make([]float64, n+1)
			for j := range size {
				size[j] = 10
			}
			requireClose(t, want[k], rows[k], size)
		}
	})
}

func TestSumOuterLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := SumOuterLanes
		if portable {
			f = sumOuterLanesGo
		}
		for _, steps := range []int{0, 1, 2, 5} {
			a, b := random(rng, steps*Lanes*n), random(rng, steps*Lanes*n)
			want, size := make([]float64, n*n+1), make([]float64, n*n+1)
			got := random(rng, n*n+1)
			want[n*n] = got[n*n]
			for t := 0; t < len(a); t += Lanes * n {
				for at := range n * n {
					for k := range Lanes {
						v := a[t+Lanes*(at/n)+k] * b[t+Lanes*(at%n)+k]
						want[at] += v
						size[at] += math.Abs(v)
					}
				}
			}
			f(got[:n*n], a, b, n)
			requireClose(t, want, got, size)
		}
	})
}

func TestGatherLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := GatherLanes
		if portable {
			f = gatherLanesGo
		}
		for range 10 {
			index, first := groups(rng, n)
			lines := 4 * (len(first) - 1)
			line := make([]int32, lines)
			for k, j := range rng.Perm(lines) {
				line[k] = int32(j)
			}
			last := lines - 1
			if lines > 0 { // the last line is a repetition that does not count
				line[last] = line[last-3]
			}
			value, x, start := random(rng, len(index)), random(rng, Lanes*n), [Lanes]float64(random(rng, Lanes))
			want, got := make([]float64, Lanes*lines), random(rng, Lanes*lines)
			copy(want, got)
			least, gotLeast, size := [Lanes]float64{inf, inf, inf, inf}, [Lanes]float64{}, make([]float64, len(want))
			for k := range size {
				size[k] = 100
			}
			for at, to := range line {
				for k := range Lanes {
					sum := start[k]
					for p := first[at/4]; p < first[at/4+1]; p++ {
						sum += value[4*int(p)+at%4] * x[Lanes*int(index[4*int(p)+at%4])+k]
					}
					least[k] = min(least[k], sum)
					if at != last {
						want[Lanes*int(to)+k] = sum
					}
				}
			}
			f(got, value, x, index, first, line, &start, &gotLeast)
			requireClose(t, want, got, size)
			requireClose(t, least[:], gotLeast[:], []float64{100, 100, 100, 100})
		}
	})
}

func TestPairLanes(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := PairLanes
		if portable {
			f = pairLanesGo
		}
		first, to := []int32{0}, []int32(nil)
		for range n {
			for j := range n {
				if rng.IntN(3) == 0 {
					to = append(to, int32(j))
				}
			}
			first = append(first, int32(len(to)))
		}
		for steps := 1; steps <= 4; steps++ {
			a, b, got := random(rng, steps*Lanes*n), random(rng, steps*Lanes*n), random(rng, Lanes*len(to)+1)
			want, size := slices.Clone(got), make([]float64, len(got))
			for i := range n {
				for p := int(first[i]); p < int(first[i+1]); p++ {
					for k := range Lanes {
						size[Lanes*p+k] = math.Abs(got[Lanes*p+k])
						for s := range steps {
							v := a[s*Lanes*n+Lanes*i+k] * b[s*Lanes*n+Lanes*int(to[p])+k]
							want[Lanes*p+k] += v
							size[Lanes*p+k] += math.Abs(v)
						}
					}
				}
			}
			f(got, a, b, first, to, Lanes*n)
			requireClose(t, want, got, size)
		}
	})
}

func TestAddSums(t *testing.T) {
	lanesOf(t, func(t *testing.T, n int, rng *rand.Rand, portable bool) {
		f := AddSums
		if portable {
			f = addSumsGo
		}
		got, y, x := random(rng, n+1), random(rng, n), random(rng, Lanes*n)
		want, size := slices.Clone(got), make([]float64, n+1)
		for j := range n {
			size[j] = math.Abs(got[j])
			for k := range Lanes {
				want[j] += 0.7 * y[j] * x[Lanes*j+k]
				size[j] += math.Abs(y[j] * x[Lanes*j+k])
			}
		}
		f(got[:n], 0.7, y, x)
		requireClose(t, want, got, size)
	})
}

// BenchmarkLanes measures the kernels on interleaved vectors, for all four lanes together.
func BenchmarkLanes(b *testing.B) {
	const steps = 24
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{9, 22, 50, 230} {
		x, dst := positive(rng, Lanes*n), random(rng, Lanes*n)
		m, square := random(rng, n*n), random(rng, n*n)
		left, right := random(rng, steps*Lanes*n), random(rng, steps*Lanes*n)
		rows := rowsOf(n, func(n int) []float64 { return random(rng, n) })
		var index, first, line, pairs, from []int32
		const perLine = 13
		first, from = []int32{0}, []int32{0}
		for k := range (n + 3) / 4 {
			for range perLine * 4 {
				index = append(index, int32(rng.IntN(n)))
			}
			first = append(first, int32(len(index)/4))
			for q := range 4 {
				line = append(line, int32(min(4*k+q, n-1)))
			}
		}
		for range n {
			for range perLine {
				pairs = append(pairs, int32(rng.IntN(n)))
			}
			from = append(from, int32(len(pairs)))
		}
		value, dots := random(rng, len(index)), random(rng, Lanes*len(pairs))
		var one, two [Lanes]float64
		norm, ones := [Lanes]float64{1, 1, 1, 1}, make([]float64, Lanes*n)
		for k := range ones {
			ones[k] = 1
		}
		for _, k := range []struct {
			name        string
			fast, plain func()
		}{
			{"ExpLanes", func() { ExpLanes(dst, &rows, &one, &two) }, func() { expLanesGo(dst, &rows, &one, &two) }},
			{"VecMatLanes", func() { VecMatLanes(dst, x, m) }, func() { vecMatLanesGo(dst, x, m) }},
			{"NormLanes", func() { NormLanes(x, ones, &one, &two) }, func() { normLanesGo(x, ones, &one, &two) }},
			{"BackLanes", func() { BackLanes(ones, x, ones, &norm, &two) }, func() { backLanesGo(ones, x, ones, &norm, &two) }},
			{"AddLanes", func() { AddLanes(&rows, 1e-9, x) }, func() { addLanesGo(&rows, 1e-9, x) }},
			{"AddSums", func() { AddSums(square[:n], 1e-9, m[:n], x) }, func() { addSumsGo(square[:n], 1e-9, m[:n], x) }},
			{"SumOuterLanes", func() { SumOuterLanes(square, left, right, n) }, func() { sumOuterLanesGo(square, left, right, n) }},
			{"GatherLanes", func() { GatherLanes(dst, value, x, index, first, line, &one, &two) }, func() { gatherLanesGo(dst, value, x, index, first, line, &one, &two) }},
			{"PairLanes", func() { PairLanes(dots, left[:16*n], right[:16*n], from, pairs, Lanes*n) }, func() { pairLanesGo(dots, left[:16*n], right[:16*n], from, pairs, Lanes*n) }},
		} {
			for name, f := range map[string]func(){"chosen": k.fast, "portable": k.plain} {
				b.Run(fmt.Sprintf("%s/L=%d/%s", k.name, n, name), func(b *testing.B) {
					for b.Loop() {
						f()
					}
				})
			}
		}
	}
}

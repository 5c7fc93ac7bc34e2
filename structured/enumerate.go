package structured

import "iter"

// Paths yields every path of t positions and l labels, in lexicographic order: Y(x), the
// referee of the tests. The slice is reused: copy what must last. There are l^t of them.
func Paths(t, l int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		if t > 0 && l == 0 {
			return
		}
		y := make([]int, t)
		for {
			if !yield(y) {
				return
			}
			k := t - 1
			for ; k >= 0; k-- {
				if y[k]++; y[k] < l {
					break
				}
				y[k] = 0
			}
			if k < 0 {
				return
			}
		}
	}
}

package structured

import "iter"

// Paths yields every path of t positions and l labels in lexicographic order, l^t in all. The tests
// use it as a reference. The slice is reused: copy it to keep it.
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

package cluster

import (
	"math"
	"slices"
)

// window holds the clusters that can be merged, one per slot, and the loss of merging each pair. In
// units of 2^-fraction bits, summed over all pairs of words, the mutual information is
//
//	N I = sum_ik f(n_ik) - sum_i out_i log2 left_i - sum_k in_k log2 right_k + N log2 N,  f(n) = n log2 n
//
// Clusters i and k are adjacent n_ik times. out_i = sum_k n_ik and in_k = sum_i n_ik count pairs
// within the window. left and right count pairs of the whole text. With g(x, y) = f(x) + f(y) -
// f(x+y), which is 0 if x or y is 0, merging i and j loses
//
//	loss_ij = sum_k g(n_ik, n_jk) + g(n_ki, n_kj) + margin_ij - block_ij
//
// The sum over k includes all slots, also i and j. See margin and block for the other terms. When a
// word enters or two clusters merge, the sums are updated by a pass over non-zero counts. The sums
// are integers, so updates are exact.
type window struct {
	logs
	size        int
	next        []uint32 // size x size: next[i*size+k] = n_ik
	previous    []uint32 // size x size: previous[i*size+k] = n_ki
	left, right []uint64 // pairs of the text that begin with, or end with, the cluster
	out, in     []uint64 // the same, within the window
	rank        []int    // rank of the most frequent word of the cluster; -1 for a free slot
	live        []int    // used slots, ascending
	loss        []int64  // loss of i > j at i(i-1)/2 + j
	nearest     []int    // slot j < i of the best pair with i
	bound       []int64  // loss of that pair; if stale, a lower bound for all j < i
	stale       []bool   // nearest must be recomputed

	sums       []int64 // scratch: size
	some, more []entry // scratch: non-zero counts
}

// entry is a slot with its counts.
type entry struct {
	slot int
	x, y uint64
}

func newWindow(size int, l logs) *window {
	w := &window{
		logs: l, size: size,
		next: make([]uint32, size*size), previous: make([]uint32, size*size),
		left: make([]uint64, size), right: make([]uint64, size),
		out: make([]uint64, size), in: make([]uint64, size),
		rank: make([]int, size), nearest: make([]int, size), bound: make([]int64, size), stale: make([]bool, size),
		loss: make([]int64, size*(size-1)/2), sums: make([]int64, size),
	}
	for s := range w.rank {
		w.rank[s] = -1
	}
	return w
}

func (w *window) row(table []uint32, i int) []uint32 { return table[i*w.size : (i+1)*w.size] }

// pair returns the index of the loss of i and j.
func pair(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return i*(i-1)/2 + j
}

// g returns the contribution to the loss of merging two clusters that are adjacent to a third one x
// and y times.
func (w *window) g(x, y uint64) int64 { return w.times(x) + w.times(y) - w.times(x+y) }

// margin returns the part of the loss from cluster frequencies, a sum over out and in. The term for
// out is
//
//	out_i log2((left_i + left_j) / left_i) + out_j log2((left_i + left_j) / left_j)
func (w *window) margin(i, j int) int64 {
	a, b := w.of(w.left[i]+w.left[j]), w.of(w.right[i]+w.right[j])
	return int64(w.out[i])*(a-w.of(w.left[i])) + int64(w.out[j])*(a-w.of(w.left[j])) +
		int64(w.in[i])*(b-w.of(w.right[i])) + int64(w.in[j])*(b-w.of(w.right[j]))
}

// block corrects for the counts among i and j. The sums over k contain them twice, by rows and by
// columns, but merging makes them one number. The correction is their mutual information times
// their sum.
func (w *window) block(i, j int) int64 {
	ii, ij := uint64(w.next[i*w.size+i]), uint64(w.next[i*w.size+j])
	ji, jj := uint64(w.next[j*w.size+i]), uint64(w.next[j*w.size+j])
	if ij == 0 && ji == 0 {
		return -w.g(ii, jj)
	}
	return w.times(ii) + w.times(ij) + w.times(ji) + w.times(jj) + w.times(ii+ij+ji+jj) -
		w.times(ii+ij) - w.times(ji+jj) - w.times(ii+ji) - w.times(ij+jj)
}

// put makes the word of a rank a cluster in the free slot s. slotOf returns the slot of a word,
// which may be s, or -1.
func (w *window) put(s, rank int, b *bigrams, slotOf func(rank int) int) {
	next, previous := w.row(w.next, s), w.row(w.previous, s)
	fill := func(row []uint32, list []neighbour) {
		for _, v := range list {
			if k := slotOf(v.rank); k >= 0 {
				row[k] += v.count
			}
		}
	}
	fill(next, b.next[rank])
	fill(previous, b.previous[rank])
	for k := range w.size {
		w.previous[k*w.size+s], w.next[k*w.size+s] = next[k], previous[k]
	}
	w.stale[s], w.bound[s] = true, math.MinInt64
	w.rank[s], w.left[s], w.right[s] = rank, total(b.next[rank]), total(b.previous[rank])
	w.widen(s, previous, w.out, w.left)
	w.widen(s, next, w.in, w.right)

	clear(w.sums)
	for k, x := range next {
		w.out[s] += uint64(x)
		w.share(0, uint64(x), w.row(w.previous, k))
	}
	for k, x := range previous {
		w.in[s] += uint64(x)
		w.share(0, uint64(x), w.row(w.next, k))
	}
	for _, j := range w.live {
		w.loss[pair(s, j)] = w.sums[j] + w.margin(s, j) - w.block(s, j)
		w.add(s, j, 0)
	}
	at, _ := slices.BinarySearch(w.live, s)
	w.live = slices.Insert(w.live, at, s)
}

// widen updates the losses of the other clusters for slot s, a new neighbour. with[i] is the number
// of adjacencies with cluster i. inside has the sums of these counts in the window, all the sums in
// the whole text.
func (w *window) widen(s int, with []uint32, inside, all []uint64) {
	w.some = w.some[:0]
	for i, x := range with {
		if x > 0 && i != s {
			w.some = append(w.some, entry{slot: i, x: uint64(x)})
		}
	}
	for p, e := range w.some {
		i, own := e.slot, w.of(all[e.slot])
		inside[i] += e.x
		for _, j := range w.live {
			if j != i {
				w.add(i, j, int64(e.x)*(w.of(all[i]+all[j])-own))
			}
		}
		for _, o := range w.some[:p] {
			w.add(i, o.slot, w.g(e.x, o.x))
		}
	}
}

// share adds g(x+y, z) - g(x, z) to sums[j], where z = others[j].
func (w *window) share(x, y uint64, others []uint32) {
	if y == 0 {
		return
	}
	gain := w.times(x+y) - w.times(x)
	for j, z := range others {
		if z > 0 {
			w.sums[j] += gain + w.times(x+uint64(z)) - w.times(x+y+uint64(z))
		}
	}
}

// merge merges the clusters of slots a and b. It returns the slot of the result and the slot that
// becomes free.
func (w *window) merge(a, b int) (kept, freed int) {
	if nonZero(w.row(w.next, a))+nonZero(w.row(w.previous, a)) < nonZero(w.row(w.next, b))+nonZero(w.row(w.previous, b)) {
		a, b = b, a // the loops below pass over the counts of b
	}
	at, _ := slices.BinarySearch(w.live, b)
	w.live = slices.Delete(w.live, at, at+1)
	for _, i := range w.live[at:] {
		w.stale[i] = w.stale[i] || w.nearest[i] == b
	}

	// First merge a and b on the side of i and j, but not on the side of k.
	clear(w.sums)
	for k, y := range w.row(w.next, b) {
		w.share(uint64(w.next[a*w.size+k]), uint64(y), w.row(w.previous, k))
	}
	for k, y := range w.row(w.previous, b) {
		w.share(uint64(w.previous[a*w.size+k]), uint64(y), w.row(w.next, k))
	}
	for _, j := range w.live {
		if j != a {
			w.add(a, j, w.sums[j]-w.margin(a, j)+w.block(a, j))
		}
	}
	for _, table := range [][]uint32{w.next, w.previous} {
		to, from := w.row(table, a), w.row(table, b)
		for k, y := range from {
			to[k] += y
		}
		clear(from)
	}
	// Then merge them on the side of k.
	w.join(w.next, a, b)
	w.join(w.previous, a, b)

	for _, list := range [][]uint64{w.left, w.right, w.out, w.in} {
		list[a] += list[b]
		list[b] = 0
	}
	w.rank[a], w.rank[b] = min(w.rank[a], w.rank[b]), -1
	w.stale[a] = true // the new rank changes the order of ties
	for _, j := range w.live {
		if j != a {
			w.add(a, j, w.margin(a, j)-w.block(a, j))
		}
	}
	return a, b
}

// join adds column b of a table to column a and updates the losses.
func (w *window) join(table []uint32, a, b int) {
	w.some, w.more = w.some[:0], w.more[:0]
	for _, i := range w.live {
		x, y := &table[i*w.size+a], &table[i*w.size+b]
		e := entry{i, uint64(*x), uint64(*y)}
		switch {
		case *y > 0:
			w.some = append(w.some, e)
		case *x > 0:
			w.more = append(w.more, e)
		}
		*x, *y = *x+*y, 0
	}
	for p, e := range w.some {
		for _, o := range w.some[:p] {
			w.add(e.slot, o.slot, w.g(e.x+e.y, o.x+o.y)-w.g(e.x, o.x)-w.g(e.y, o.y))
		}
		for _, o := range w.more {
			w.add(e.slot, o.slot, w.g(e.x+e.y, o.x)-w.g(e.x, o.x))
		}
	}
}

func nonZero(row []uint32) int {
	n := 0
	for _, x := range row {
		if x > 0 {
			n++
		}
	}
	return n
}

// add adds d to the loss of i and j and updates nearest.
func (w *window) add(i, j int, d int64) {
	if i < j {
		i, j = j, i
	}
	row := w.loss[i*(i-1)/2:]
	row[j] += d
	switch l := row[j]; {
	case w.stale[i]:
		w.bound[i] = min(w.bound[i], l)
	case j == w.nearest[i]:
		if w.stale[i] = d > 0; d < 0 {
			w.bound[i] = l
		}
	case l < w.bound[i] || l == w.bound[i] && w.before(i, j, i, w.nearest[i]):
		w.nearest[i], w.bound[i] = j, l
	}
}

// best returns the pair with the smallest loss. Ties go to the pair with the most frequent word,
// then to the pair whose other cluster has the most frequent word.
func (w *window) best() (a, b int) {
	least := int64(math.MaxInt64)
	consider := func(i int) {
		j := w.nearest[i]
		if l := w.bound[i]; l < least || l == least && w.before(i, j, a, b) {
			a, b, least = i, j, l
		}
	}
	for _, i := range w.live[1:] {
		if !w.stale[i] {
			consider(i)
		}
	}
	for p, i := range w.live[1:] {
		if w.stale[i] && w.bound[i] <= least { // rarely true
			w.seek(i, w.live[:p+1])
			consider(i)
		}
	}
	return a, b
}

// seek finds the nearest slot of i among others.
func (w *window) seek(i int, others []int) {
	row := w.loss[i*(i-1)/2:]
	best := others[0]
	least := row[best]
	for _, j := range others[1:] {
		if l := row[j]; l < least || l == least && w.before(i, j, i, best) {
			best, least = j, l
		}
	}
	w.nearest[i], w.bound[i], w.stale[i] = best, least, false
}

// before reports whether the pair of i and j precedes that of a and b at equal loss.
func (w *window) before(i, j, a, b int) bool {
	i, j, a, b = w.rank[i], w.rank[j], w.rank[a], w.rank[b]
	x, y := min(i, j), min(a, b)
	return x < y || x == y && max(i, j) < max(a, b)
}

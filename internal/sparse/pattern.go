package sparse

import "slices"

// Pattern holds the positions of the entries of an n x n matrix. The other elements of the matrix
// are the background: a constant, or nothing in closed rows and columns. A Pattern is immutable.
type Pattern struct {
	N     int
	First []int32 // N+1: the entries of row i are First[i]:First[i+1]
	To    []int32 // the column of each entry, ascending in each row

	ColumnFirst []int32 // N+1: the entries of column j are From[ColumnFirst[j]:ColumnFirst[j+1]]
	From        []int32 // the row of each entry in the order of columns, ascending in each column
	Entry       []int32 // the number of each entry in the order of columns

	OpenRow, OpenColumn []float64 // N: 1, or 0 if the line is closed
	Closed              bool      // some row or column is closed

	Rows, Columns Layout // for products with a column vector and with a row vector
}

// New returns the pattern with the entries i*n+j in pairs, which are ascending. The slices of
// closed lines have n elements, or none.
func New(n int, pairs []int32, closedRow, closedColumn []bool) *Pattern {
	p := &Pattern{
		N:     n,
		First: make([]int32, n+1), To: make([]int32, len(pairs)),
		ColumnFirst: make([]int32, n+1), From: make([]int32, len(pairs)), Entry: make([]int32, len(pairs)),
	}
	for _, pair := range pairs {
		p.First[int(pair)/n+1]++
		p.ColumnFirst[int(pair)%n+1]++
	}
	for i := range n {
		p.First[i+1] += p.First[i]
		p.ColumnFirst[i+1] += p.ColumnFirst[i]
	}
	next := slices.Clone(p.ColumnFirst)
	for k, pair := range pairs {
		i, j := int(pair)/n, int(pair)%n
		p.To[k] = int32(j)
		at := next[j]
		next[j]++
		p.From[at], p.Entry[at] = int32(i), int32(k)
	}
	p.OpenRow, p.OpenColumn = p.open(closedRow), p.open(closedColumn)
	order := make([]int32, len(pairs))
	for k := range order {
		order[k] = int32(k)
	}
	p.Rows = newLayout(p.First, p.To, order)
	p.Columns = newLayout(p.ColumnFirst, p.From, p.Entry)
	return p
}

func (p *Pattern) open(closed []bool) []float64 {
	open := make([]float64, p.N)
	for k := range open {
		open[k] = 1
		if closed != nil && closed[k] {
			open[k], p.Closed = 0, true
		}
	}
	return open
}

// Row returns the columns of the entries of row i, and the number of the first entry.
func (p *Pattern) Row(i int) (to []int32, first int) {
	return p.To[p.First[i]:p.First[i+1]], int(p.First[i])
}

// Column returns the rows of the entries of column j, and the numbers of the entries.
func (p *Pattern) Column(j int) (from, entry []int32) {
	lo, hi := p.ColumnFirst[j], p.ColumnFirst[j+1]
	return p.From[lo:hi], p.Entry[lo:hi]
}

// Find returns the number of the entry in row i and column j, or -1.
func (p *Pattern) Find(i, j int) int {
	to, first := p.Row(i)
	if k, ok := slices.BinarySearch(to, int32(j)); ok {
		return first + k
	}
	return -1
}

// Open reports whether elements of row i and column j that are not entries are background.
func (p *Pattern) Open(i, j int) bool { return p.OpenRow[i] != 0 && p.OpenColumn[j] != 0 }

// Layout arranges the entries of all rows, or of all columns, in groups of four lines of similar
// length, as [simd.GatherDot] reads them. Shorter lines are padded.
type Layout struct {
	Line  []int32 // N: the line of each lane; the lines of group g start at 4*g
	First []int32 // groups+1: the steps of group g are First[g]:First[g+1]
	Index []int32 // 4 per step: the column of an entry of a row, or the row of an entry of a column
	place []int32 // where each entry is in Index
}

// newLayout lays out lines. The entries of line i are the numbers first[i]:first[i+1], with the
// given indices. entry maps these numbers to those of the pattern.
func newLayout(first, index, entry []int32) Layout {
	n := len(first) - 1
	count := func(i int32) int32 { return first[i+1] - first[i] }
	y := Layout{Line: make([]int32, n), First: make([]int32, 1, n/4+2), place: make([]int32, len(entry))}
	for i := range y.Line {
		y.Line[i] = int32(i)
	}
	slices.SortStableFunc(y.Line, func(i, j int32) int { return int(count(j)) - int(count(i)) })
	for at := 0; at < n; at += 4 {
		from, steps := len(y.Index), int(count(y.Line[at]))
		y.Index = append(y.Index, make([]int32, 4*steps)...)
		for lane, i := range y.Line[at:min(at+4, n)] {
			for k := range int(count(i)) {
				slot := from + 4*k + lane
				y.Index[slot] = index[int(first[i])+k]
				y.place[entry[int(first[i])+k]] = int32(slot)
			}
		}
		y.First = append(y.First, int32(len(y.Index)/4))
	}
	return y
}

// Lanes returns the number of lanes: the number of lines, rounded up to a multiple of 4.
func (y *Layout) Lanes() int { return 4 * (len(y.First) - 1) }

// Arrange sets value to the values of the entries in the order of Index, with pad elsewhere, and
// returns value. It reuses the memory of value.
func (y *Layout) Arrange(value, entries []float64, pad float64) []float64 {
	value = slices.Grow(value[:0], len(y.Index))[:len(y.Index)]
	for k := range value {
		value[k] = pad
	}
	for k, at := range y.place {
		value[at] = entries[k]
	}
	return value
}

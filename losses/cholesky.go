package losses

import "math"

// join adds path y with weight 0. y must be affinely independent of the set.
func (m *support[L, E]) join(y []E, score float64) {
	n := len(m.paths)
	if cap(m.factor) > n {
		m.factor = m.factor[:n+1]
	} else {
		m.factor = append(m.factor, nil)
	}
	row := growTo(m.factor[n], n+1)
	for k, x := range m.paths {
		row[k] = m.in.agree(x, y) + 1
	}
	m.lower(row[:n])
	row[n] = math.Sqrt(float64(len(y)+1) - dot(row[:n], row[:n]))
	m.factor[n] = row

	var path []E
	if k := len(m.spare) - 1; k >= 0 {
		path, m.spare = m.spare[k], m.spare[:k]
	}
	m.paths = append(m.paths, append(path[:0], y...))
	m.score = append(m.score, score)
	m.weight = append(m.weight, 0)
}

// leave drops path k. The rows below it then have one column too many, which Givens rotations
// eliminate.
func (m *support[L, E]) leave(k int) {
	n := len(m.paths) - 1
	gone, row := m.paths[k], m.factor[k]
	copy(m.paths[k:], m.paths[k+1:])
	copy(m.score[k:], m.score[k+1:])
	copy(m.weight[k:], m.weight[k+1:])
	copy(m.factor[k:n], m.factor[k+1:n+1])
	m.paths, m.score, m.weight = m.paths[:n], m.score[:n], m.weight[:n]
	m.factor[n] = row // keep its memory
	m.factor = m.factor[:n]
	m.spare = append(m.spare, gone)
	for r := k; r < n; r++ {
		x := m.factor[r]
		h := math.Hypot(x[r], x[r+1])
		c, s := x[r]/h, x[r+1]/h
		x[r] = h
		m.factor[r] = x[:r+1]
		for _, y := range m.factor[r+1:] {
			y[r], y[r+1] = c*y[r]+s*y[r+1], c*y[r+1]-s*y[r]
		}
	}
}

// lower solves factor z = x in place, for the first len(x) paths.
func (m *support[L, E]) lower(x []float64) {
	for k := range x {
		row := m.factor[k]
		x[k] = (x[k] - dot(row[:k], x[:k])) / row[k]
	}
}

// upper solves factor' z = x in place.
func (m *support[L, E]) upper(x []float64) {
	for k := len(x) - 1; k >= 0; k-- {
		row := m.factor[k]
		x[k] /= row[k]
		for i, f := range row[:k] {
			x[i] -= f * x[k]
		}
	}
}

func dot(x, y []float64) float64 {
	sum := 0.0
	y = y[:len(x)]
	for k, v := range x {
		sum += v * y[k]
	}
	return sum
}

// growTo is [vec.Resize] with spare capacity, for slices that grow by one element at a time.
func growTo(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n, 2*n)
	}
	return x[:n]
}

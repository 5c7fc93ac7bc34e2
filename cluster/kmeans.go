package cluster

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/internal/workers"
)

// maxPasses limits the passes of k-means over the vectors.
const maxPasses = 30

// kMeans returns the cluster of each word of the list.
func (t *Text) kMeans(s *steps, list []uint32, opts Options) ([]string, error) {
	size, threads := min(opts.Clusters, len(list)), workers.ForTraining(opts.Threads, len(list))
	s.all = epochs*t.blocks() + size + maxPasses
	points, err := t.vectors(s, list, threads, opts.Seed)
	if err != nil {
		return nil, err
	}
	for p := range list {
		normalise(points[p*dimensions:][:dimensions])
	}
	m := &means{dimensions: dimensions, points: points, threads: threads, class: make([]int, len(list)), near: make([]float64, len(list))}
	if err := m.begin(s, size, opts.Seed); err != nil {
		return nil, err
	}
	for {
		changed := m.assign()
		if err := s.step(); err != nil {
			return nil, err
		}
		if !changed || s.done == s.all {
			break
		}
		m.move()
	}
	if s.done < s.all {
		s.done = s.all - 1
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	return names(m.class), nil
}

// means is spherical k-means: points and centres have length 1, and a point belongs to the centre
// with the largest cosine.
type means struct {
	dimensions int
	points     []float64 // rows
	centres    []float64 // rows
	class      []int     // by point
	near       []float64 // by point: cosine with the nearest centre
	threads    int
}

// begin picks centres among the points by k-means++ (Arthur & Vassilvitskii 2007): each with a
// probability proportional to the squared distance from the nearest centre so far.
func (m *means) begin(s *steps, size int, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	weight := make([]float64, len(m.class)) // squared distances
	vec.Fill(weight, 1)
	for range size {
		centre := m.point(vec.Draw(weight, r.Float64()))
		m.centres = append(m.centres, centre...)
		m.parallel(func(p int) bool {
			weight[p] = min(weight[p], max(0, 2-2*simd.Dot(m.point(p), centre)))
			return false
		})
		if err := s.step(); err != nil {
			return err
		}
	}
	return nil
}

func (m *means) point(p int) []float64 { return m.points[p*m.dimensions:][:m.dimensions] }

func (m *means) centre(k int) []float64 { return m.centres[k*m.dimensions:][:m.dimensions] }

// parallel calls f for each point, and reports whether it returned true for one.
func (m *means) parallel(f func(p int) bool) bool {
	found := make([]bool, m.threads)
	var wait sync.WaitGroup
	for i := range m.threads {
		wait.Go(func() {
			n := len(m.class)
			for p := n * i / m.threads; p < n*(i+1)/m.threads; p++ {
				if f(p) {
					found[i] = true
				}
			}
		})
	}
	wait.Wait()
	for _, f := range found {
		if f {
			return true
		}
	}
	return false
}

// assign assigns each point to the nearest centre, the first one at equal distance. It reports
// whether a point has changed its centre.
func (m *means) assign() bool {
	size := len(m.centres) / m.dimensions
	return m.parallel(func(p int) bool {
		best, old := 0, m.class[p]
		m.near[p] = math.Inf(-1)
		for k := range size {
			if c := simd.Dot(m.point(p), m.centre(k)); c > m.near[p] {
				best, m.near[p] = k, c
			}
		}
		m.class[p] = best
		return best != old
	})
}

// move moves each centre to the mean of its points. A centre without points stays.
func (m *means) move() {
	used := make([]bool, len(m.centres)/m.dimensions)
	for p, k := range m.class {
		if !used[k] {
			used[k] = true
			clear(m.centre(k))
		}
		simd.Axpy(m.centre(k), 1, m.point(p))
	}
	for k := range used {
		normalise(m.centre(k))
	}
}

// normalise gives a vector the length 1, unless it is 0.
func normalise(x []float64) {
	if n := math.Sqrt(simd.Dot(x, x)); n > 0 {
		vec.Scale(x, 1/n)
	}
}

package pruned

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// Path is a label sequence and its score.
type Path struct {
	Labels []int
	Score  float64
}

// entry is one of the n best ways to reach a state: it extends way number rank of the state with
// first label a.
type entry struct {
	score float64
	a     int32
	rank  int32
}

// KBest returns up to n best paths of s, best first, and reuses the memory of list. Ties follow the
// order of Decode. Forbidden paths are left out. With K labels kept per token it takes O(T n K^3)
// time and O(T n K^2) memory in order 2.
func (w *Workspace) KBest(list []Path, s *Lattice, n int) ([]Path, error) {
	list = list[:0]
	if n < 1 {
		return list, fmt.Errorf("%w: cannot list the %d best paths: want at least 1", structured.ErrShape, n)
	}
	if done, err := w.prepare(s); err != nil {
		return list, err
	} else if done {
		return append(list, Path{Labels: []int{}}), nil
	}
	ways := make([][][]entry, s.Len()) // of each token and state, best first
	for t := range ways {
		p, enter := s.step(t), w.enterAt(t)
		ways[t] = make([][]entry, p.b*p.c)
		for state := range ways[t] {
			b, c := state/p.c, state%p.c
			ways[t][state] = merge(p.a, n, func(a int) []entry {
				if t == 0 {
					return start
				}
				return ways[t-1][a*p.b+b]
			}, func(a int) float64 {
				if p.weight == nil {
					return 0
				}
				return p.weight[(a*p.b+b)*p.c+c]
			}, enter[state])
			for _, e := range ways[t][state] {
				if !(e.score <= math.MaxFloat64) {
					return list, errOverflow
				}
			}
		}
	}
	p := s.step(s.Len() - 1)
	last := ways[s.Len()-1]
	order := func(k int) int { return k%p.b*p.c + k/p.b } // order by the last label, then by the one before
	ends := merge(len(last), n, func(k int) []entry { return last[order(k)] }, func(int) float64 { return 0 }, 0)
	if len(ends) == 0 {
		return list, structured.ErrNoPath
	}
	for _, e := range ends {
		path := Path{Labels: make([]int, s.Len()), Score: e.score}
		state, rank := order(int(e.a)), int(e.rank)
		for t := s.Len() - 1; t >= 0; t-- {
			p := s.step(t)
			path.Labels[t] = s.kept.At(t)[state%p.c]
			e := ways[t][state][rank]
			state, rank = int(e.a)*p.b+state/p.c, int(e.rank)
		}
		list = append(list, path)
	}
	return list, nil
}

// start is the only way to reach the state before the first token.
var start = []entry{{}}

// merge returns the n best ways over all a in 0..count-1, best first. Each way of a gains weight(a)
// and then enter. Among equal scores, the lowest a comes first. Forbidden ways are left out.
func merge(count, n int, ways func(a int) []entry, weight func(a int) float64, enter float64) []entry {
	var list []entry
	for a := range count {
		x := weight(a)
		for rank, e := range ways(a) {
			if v := e.score + x + enter; !math.IsInf(v, -1) {
				list = append(list, entry{v, int32(a), int32(rank)})
			}
		}
	}
	slices.SortStableFunc(list, func(p, q entry) int { return cmp.Compare(q.score, p.score) })
	return list[:min(n, len(list))]
}

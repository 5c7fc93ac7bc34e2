package losses_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// instance is a sentence with scores on one of the structures. Its graph lists every labelling, so
// definitions and identities are written once for all structures.
type instance struct {
	name        string
	tokens      int
	numbers     []*float64 // the scores that labellings may pass
	node        []bool     // whether a number belongs to a node or segment
	slack       float64    // bound on gamma times what smoothing all maxima of the recursion adds
	independent bool       // whether tokens are independent of each other
	all         []labelling
	gold        int
	current     graph // with the cost of the last setCost

	// build makes the graph with costs relative to the gold labelling; nil means no cost.
	build func(x *instance, c structured.Cost) graph
	// random returns a cost with random numbers on all elements of the structure.
	random func(rng *rand.Rand) structured.Cost
	// eval returns the loss and, if requested, its gradient with respect to the numbers.
	eval func(x *instance, l losses.General, gradient bool) (float64, []float64, error)
	// repeat returns a function that evaluates a loss repeatedly in the same memory.
	repeat func(l losses.General) func() error
	// soft and partial return cross-entropy for a distribution over labellings and for a set of
	// labellings.
	soft    func(x *instance, l losses.General, p []float64) (float64, error)
	partial func(x *instance, l losses.General, allowed func(passes int) bool) (float64, error)
}

// labelling is a path through the graph.
type labelling struct {
	passes   []int // indices of numbers; shared numbers may occur several times
	labels   []int // one for each token
	segments []semimarkov.Segment
	cost     float64
}

// graph lists the states of the recursion in order, from the root to the end. Each state has its
// incoming arcs.
type graph [][]arc

type arc struct {
	from    int
	passes  []int
	cost    float64
	segment semimarkov.Segment // the labelled token or segment, empty if none
}

func (g graph) enumerate() []labelling {
	upTo := make([][]labelling, len(g))
	upTo[0] = []labelling{{}}
	for k, arcs := range g {
		for _, a := range arcs {
			for _, y := range upTo[a.from] {
				y.passes = append(slices.Clone(y.passes), a.passes...)
				y.cost += a.cost
				if n := a.segment.Len(); n > 0 {
					y.segments = append(slices.Clone(y.segments), a.segment)
					y.labels = append(slices.Clone(y.labels), slices.Repeat([]int{a.segment.Label}, n)...)
				}
				upTo[k] = append(upTo[k], y)
			}
		}
	}
	return upTo[len(g)-1]
}

// pickGold draws a gold labelling of finite score.
func (x *instance) pickGold(rng *rand.Rand) {
	x.setCost(nil)
	var finite []int
	for k, y := range x.all {
		if x.score(y, 0) > math.Inf(-1) {
			finite = append(finite, k)
		}
	}
	x.gold = finite[rng.IntN(len(finite))]
}

func (x *instance) setCost(c structured.Cost) {
	x.current = x.build(x, c)
	x.all = x.current.enumerate()
}

// score returns (s + scale c)(y).
func (x *instance) score(y labelling, scale float64) float64 {
	sum := scale * y.cost
	for _, k := range y.passes {
		sum += *x.numbers[k]
	}
	return sum
}

func (x *instance) value(t *testing.T, l losses.General) float64 {
	t.Helper()
	v, _, err := x.eval(x, l, false)
	require.NoError(t, err, x.name)
	return v
}

// index maps the numbers of a lattice to their indices.
func (x *instance) index(tables ...[]float64) map[*float64]int {
	at := make(map[*float64]int)
	for k, table := range tables {
		for m := range table {
			at[&table[m]] = len(x.numbers)
			x.numbers, x.node = append(x.numbers, &table[m]), append(x.node, k == 0)
		}
	}
	return at
}

// flat returns the numbers of a gradient in the order of the tables.
func flat(tables ...[]float64) []float64 { return slices.Concat(tables...) }

func instances(seed uint64) iter.Seq[*instance] {
	return func(yield func(*instance) bool) {
		rng := rand.New(rand.NewPCG(seed, 11))
		for _, list := range []iter.Seq[*instance]{lattices(seed), segmentations(rng), prunedChains(rng)} {
			for x := range list {
				x.pickGold(rng)
				if !yield(x) {
					return
				}
			}
		}
	}
}

func lattices(seed uint64) iter.Seq[*instance] {
	return func(yield func(*instance) bool) {
		for c := range bruteforce.Cases(seed) {
			if c.Scores.T*c.Scores.L <= 15 && !yield(lattice(c.Name, c.Scores)) {
				return
			}
		}
	}
}

func randomScores(rng *rand.Rand, edges structured.EdgeShape) *structured.Lattice {
	return bruteforce.Random(rng, 5, alphabet, edges, 1, 0)
}

func lattice(name string, s *structured.Lattice) *instance {
	x := &instance{name: "lattice " + name, tokens: s.T, slack: float64(s.T) * (1 - 1/float64(s.L)) / 2, independent: s.Shape() == structured.NoEdges || s.T == 1}
	at := x.index(s.Node, s.Edge)
	x.build = func(x *instance, c structured.Cost) graph {
		cost := new(structured.Lattice)
		if c != nil {
			must(c.Fill(cost, x.all[x.gold].labels, s.L))
		}
		g := graph{nil}
		before := []int{0}
		for t := range s.T {
			var states []int
			for j := range s.L {
				var arcs []arc
				for i, from := range before {
					a := arc{from: from, passes: []int{at[&s.NodeAt(t)[j]]}, segment: semimarkov.Segment{Start: t, End: t + 1, Label: j}}
					if t > 0 && len(s.Edge) > 0 {
						a.passes = append(a.passes, at[&s.EdgeAt(t)[i*s.L+j]])
					}
					if c != nil {
						a.cost = cost.NodeAt(t)[j]
						if t > 0 && len(cost.Edge) > 0 {
							a.cost += cost.EdgeAt(t)[i*s.L+j]
						}
					}
					arcs = append(arcs, a)
				}
				states = append(states, len(g))
				g = append(g, arcs)
			}
			before = states
		}
		return append(g, join(before))
	}
	x.random = func(rng *rand.Rand) structured.Cost { return randomCost(rng, s.T, s.L) }
	var w losses.Workspace
	x.eval = func(x *instance, l losses.General, gradient bool) (float64, []float64, error) {
		grad := gradientIf(gradient, new(structured.Lattice))
		v, err := l.(losses.Loss).Eval(grad, s, structured.PathTarget(x.all[x.gold].labels), &w)
		if grad == nil {
			return v, nil, err
		}
		return v, flat(grad.Node, grad.Edge), err
	}
	x.repeat = func(l losses.General) func() error {
		grad, y, of := new(structured.Lattice), structured.PathTarget(x.all[x.gold].labels), l.(losses.Loss)
		return func() error {
			_, err := of.Eval(grad, s, y, &w)
			return err
		}
	}
	x.soft = func(x *instance, l losses.General, p []float64) (float64, error) {
		q := structured.NewLattice(s.T, s.L, structured.PositionEdges)
		for k, y := range x.all {
			q.AddPath(y.labels, p[k])
		}
		return l.(losses.Loss).Eval(nil, s, structured.Target{Soft: q}, &w)
	}
	x.partial = func(x *instance, l losses.General, allowed func(int) bool) (float64, error) {
		q := structured.NewLattice(s.T, s.L, s.Shape())
		forbid(allowed, q.Node, q.Edge)
		return l.(losses.Loss).Eval(nil, s, structured.Target{Partial: q}, &w)
	}
	return x
}

func segmentations(rng *rand.Rand) iter.Seq[*instance] {
	return func(yield func(*instance) bool) {
		for _, size := range [][3]int{{1, 1, 1}, {1, 3, 2}, {2, 2, 1}, {2, 2, 2}, {3, 1, 2}, {3, 3, 5}, {4, 2, 3}, {5, 2, 2}} {
			for _, edges := range shapes {
				for _, forbidden := range []float64{0, 0.25} {
					s := randomSegments(rng, size, edges, forbidden)
					if !yield(segmented(fmt.Sprintf("T,L,M=%v,edges=%d,forbidden=%v", size, edges, forbidden), s)) {
						return
					}
				}
			}
		}
	}
}

// randomSegments returns normal scores. A score is -Inf with the probability forbidden, except
// along the one-token segments of label 0. Unused elements are NaN: no code may read them.
func randomSegments(rng *rand.Rand, size [3]int, edges structured.EdgeShape, forbidden float64) *semimarkov.Lattice {
	s := semimarkov.NewLattice(size[0], size[1], size[2], edges)
	for k := range s.Segment {
		s.Segment[k] = math.NaN()
	}
	number := func(free bool) float64 {
		if v := rng.NormFloat64() * 2; free || rng.Float64() >= forbidden {
			return v
		}
		return math.Inf(-1)
	}
	for t := range s.T {
		for k := range s.From(t) {
			s.From(t)[k] = number(k == 0)
		}
	}
	for k := range s.Edge {
		s.Edge[k] = number(k%(s.L*s.L) == 0)
	}
	return s
}

func segmented(name string, s *semimarkov.Lattice) *instance {
	x := &instance{name: "segments " + name, tokens: s.T, slack: float64(s.T) * (2 - 1/float64(s.L) - 1/float64(s.M)) / 2}
	at := make(map[*float64]int)
	for t := range s.T {
		for k, m := range x.index(s.From(t)) {
			at[k] = m
		}
	}
	nodes := len(x.numbers)
	for k, m := range x.index(s.Edge) {
		at[k], x.node[m] = m, false
	}
	read := func(q *semimarkov.Lattice) []float64 {
		var list []float64
		for t := range q.T {
			list = append(list, q.From(t)...)
		}
		return append(list, q.Edge...)
	}
	var decoder semimarkov.Workspace
	x.build = func(x *instance, c structured.Cost) graph {
		cost := new(semimarkov.Lattice)
		if c != nil {
			must(decoder.FillCost(cost, c, x.all[x.gold].segments, s.L, s.M))
		}
		g := graph{nil}
		starts, ends := make([][]int, s.T+1), make([][]int, s.T+1)
		for t := range s.T + 1 {
			for j := range s.L { // segments that end at t
				var arcs []arc
				for d := 1; d <= min(s.M, t); d++ {
					a := arc{from: starts[t-d][j], passes: []int{at[&s.At(t-d, d)[j]]}, segment: semimarkov.Segment{Start: t - d, End: t, Label: j}}
					if c != nil {
						a.cost = cost.At(t-d, d)[j]
					}
					arcs = append(arcs, a)
				}
				ends[t] = append(ends[t], len(g))
				g = append(g, arcs)
			}
			for j := range s.L { // segments that start at t
				if t == s.T {
					break
				}
				if t == 0 {
					starts[t] = append(starts[t], 0)
					continue
				}
				var arcs []arc
				for i, from := range ends[t] {
					a := arc{from: from}
					if len(s.Edge) > 0 {
						a.passes = []int{at[&s.EdgeAt(t)[i*s.L+j]]}
					}
					if c != nil && len(cost.Edge) > 0 {
						a.cost = cost.EdgeAt(t)[i*s.L+j]
					}
					arcs = append(arcs, a)
				}
				starts[t] = append(starts[t], len(g))
				g = append(g, arcs)
			}
		}
		return append(g, join(ends[s.T]))
	}
	x.random = func(rng *rand.Rand) structured.Cost {
		c := randomSegments(rng, [3]int{s.T, s.L, s.M}, structured.PositionEdges, 0)
		for _, x := range [][]float64{c.Segment, c.Edge} {
			for k := range x {
				x[k] = math.Abs(x[k]) / 2
			}
		}
		return segmentCost{c}
	}
	var w losses.SegmentWorkspace
	x.eval = func(x *instance, l losses.General, gradient bool) (float64, []float64, error) {
		grad := gradientIf(gradient, new(semimarkov.Lattice))
		v, err := losses.EvalSegments(l, grad, s, losses.SegmentTarget{Path: x.all[x.gold].segments}, &w)
		if grad == nil {
			return v, nil, err
		}
		return v, read(grad), err
	}
	x.repeat = func(l losses.General) func() error {
		grad, y := new(semimarkov.Lattice), losses.SegmentTarget{Path: x.all[x.gold].segments}
		return func() error {
			_, err := losses.EvalSegments(l, grad, s, y, &w)
			return err
		}
	}
	x.soft = func(x *instance, l losses.General, p []float64) (float64, error) {
		q := semimarkov.NewLattice(s.T, s.L, s.M, structured.PositionEdges)
		for k, y := range x.all {
			q.Add(y.segments, p[k])
		}
		return losses.EvalSegments(l, nil, s, losses.SegmentTarget{Soft: q}, &w)
	}
	x.partial = func(x *instance, l losses.General, allowed func(int) bool) (float64, error) {
		q := semimarkov.NewLattice(s.T, s.L, s.M, s.Shape())
		seen := 0
		for t := range s.T {
			forbid(func(k int) bool { return allowed(seen + k) }, q.From(t))
			seen += len(q.From(t))
		}
		forbid(func(k int) bool { return allowed(nodes + k) }, q.Edge)
		return losses.EvalSegments(l, nil, s, losses.SegmentTarget{Partial: q}, &w)
	}
	return x
}

// segmentCost is a cost on segments and edges, zero along the gold segmentation.
type segmentCost struct{ *semimarkov.Lattice }

func (segmentCost) Fill(*structured.Lattice, []int, int) error { return structured.ErrStructure }

func (c segmentCost) FillSegments(dst *semimarkov.Lattice, gold []semimarkov.Segment, _, _ int) error {
	c.Copy(dst)
	for k, g := range gold {
		dst.At(g.Start, g.Len())[g.Label] = 0
		if k > 0 {
			dst.EdgeAt(g.Start)[gold[k-1].Label*dst.L+g.Label] = 0
		}
	}
	return nil
}

func prunedChains(rng *rand.Rand) iter.Seq[*instance] {
	return func(yield func(*instance) bool) {
		for t := 1; t < 6; t++ {
			for order := range 3 {
				for _, forbidden := range []float64{0, 0.2} {
					s := randomPruned(rng, t, order, forbidden)
					if !yield(prunedChain(fmt.Sprintf("T=%d,order=%d,forbidden=%v", t, order, forbidden), s)) {
						return
					}
				}
			}
		}
	}
}

const alphabet = 4

// randomPruned returns normal scores over random lists of up to three kept labels. A score is -Inf
// with the probability forbidden, except along the first labels.
func randomPruned(rng *rand.Rand, t, order int, forbidden float64) *pruned.Lattice {
	kept := new(pruned.Kept)
	kept.Reset(alphabet)
	for range t {
		some := rng.Perm(alphabet)[:1+rng.IntN(3)]
		slices.Sort(some)
		kept.Append(some...)
	}
	s := new(pruned.Lattice)
	s.Reset(kept, order)
	for _, v := range [][]float64{s.Node, s.Edge, s.Triple} {
		for k := range v {
			if v[k] = rng.NormFloat64() * 2; rng.Float64() < forbidden {
				v[k] = math.Inf(-1)
			}
		}
	}
	for at := range t {
		for _, v := range [][]float64{s.NodeAt(at), s.EdgeAt(at), s.TripleAt(at)} {
			if len(v) > 0 {
				v[0] = 1
			}
		}
	}
	return s
}

func prunedChain(name string, s *pruned.Lattice) *instance {
	x := &instance{name: "pruned " + name, tokens: s.Len(), slack: float64(s.Len()) / 2, independent: s.Order() == 0 || s.Len() == 1}
	at, kept := x.index(s.Node, s.Edge, s.Triple), s.Kept()
	x.build = func(x *instance, c structured.Cost) graph {
		cost := new(structured.Lattice)
		if c != nil {
			must(c.Fill(cost, x.all[x.gold].labels, alphabet))
		}
		// A state is the last label, or in order 2 the last two labels. first is the index of the
		// label before the last.
		type state struct{ at, first, last int }
		g, before := graph{nil}, []state{{0, -1, -1}}
		for t := range s.Len() {
			list := kept.At(t)
			states, arcs := make(map[[2]int]int), []state(nil)
			for _, b := range before {
				for k, j := range list {
					key := [2]int{b.last, k}
					if s.Order() < 2 {
						key[0] = -1
					}
					into, ok := states[key]
					if !ok {
						into = len(g)
						states[key] = into
						g, arcs = append(g, nil), append(arcs, state{into, b.last, k})
					}
					a := arc{from: b.at, passes: []int{at[&s.NodeAt(t)[k]]}, segment: semimarkov.Segment{Start: t, End: t + 1, Label: j}}
					if t > 0 && s.Order() > 0 {
						a.passes = append(a.passes, at[&s.EdgeAt(t)[b.last*len(list)+k]])
					}
					if t > 1 && s.Order() == 2 {
						a.passes = append(a.passes, at[&s.TripleAt(t)[(b.first*len(kept.At(t-1))+b.last)*len(list)+k]])
					}
					if c != nil {
						a.cost = cost.NodeAt(t)[j]
						if t > 0 && len(cost.Edge) > 0 && s.Order() > 0 {
							a.cost += cost.EdgeAt(t)[kept.At(t - 1)[b.last]*alphabet+j]
						}
					}
					g[into] = append(g[into], a)
				}
			}
			before = arcs
		}
		var last []int
		for _, b := range before {
			last = append(last, b.at)
		}
		return append(g, join(last))
	}
	x.random = func(rng *rand.Rand) structured.Cost { return randomCost(rng, s.Len(), alphabet) }
	var w losses.PrunedWorkspace
	x.eval = func(x *instance, l losses.General, gradient bool) (float64, []float64, error) {
		grad := gradientIf(gradient, new(pruned.Lattice))
		v, err := losses.EvalPruned(l, grad, s, losses.PrunedTarget{Path: x.all[x.gold].labels}, &w)
		if grad == nil {
			return v, nil, err
		}
		return v, flat(grad.Node, grad.Edge, grad.Triple), err
	}
	x.repeat = func(l losses.General) func() error {
		grad, y := new(pruned.Lattice), losses.PrunedTarget{Path: x.all[x.gold].labels}
		return func() error {
			_, err := losses.EvalPruned(l, grad, s, y, &w)
			return err
		}
	}
	x.soft = func(x *instance, l losses.General, p []float64) (float64, error) {
		q := new(pruned.Lattice)
		q.ResetLike(s)
		for k, y := range x.all {
			q.AddPath(y.labels, p[k])
		}
		return losses.EvalPruned(l, nil, s, losses.PrunedTarget{Soft: q}, &w)
	}
	x.partial = func(x *instance, l losses.General, allowed func(int) bool) (float64, error) {
		q := new(pruned.Lattice)
		q.ResetLike(s)
		forbid(allowed, q.Node, q.Edge, q.Triple)
		return losses.EvalPruned(l, nil, s, losses.PrunedTarget{Partial: q}, &w)
	}
	return x
}

// join returns the arcs into the end.
func join(last []int) []arc {
	var arcs []arc
	for _, from := range last {
		arcs = append(arcs, arc{from: from})
	}
	return arcs
}

// forbid sets the elements of tables that are not allowed to -Inf. Elements are numbered across the
// tables.
func forbid(allowed func(k int) bool, tables ...[]float64) {
	at := 0
	for _, table := range tables {
		for k := range table {
			if !allowed(at) {
				table[k] = math.Inf(-1)
			}
			at++
		}
	}
}

func gradientIf[L any](wanted bool, x *L) *L {
	if !wanted {
		return nil
	}
	return x
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// edgeCost is a cost on nodes and edges, zero along the gold path.
type edgeCost struct{ *structured.Lattice }

func (c edgeCost) Fill(dst *structured.Lattice, gold []int, _ int) error {
	c.Copy(dst)
	for t, j := range gold {
		dst.NodeAt(t)[j] = 0
		if t > 0 {
			dst.EdgeAt(t)[gold[t-1]*dst.L+j] = 0
		}
	}
	return nil
}

func randomCost(rng *rand.Rand, t, l int) structured.Cost {
	c := bruteforce.Random(rng, t, l, structured.PositionEdges, 1, 0)
	for _, x := range [][]float64{c.Node, c.Edge} {
		for k := range x {
			x[k] = math.Abs(x[k])
		}
	}
	return edgeCost{c}
}

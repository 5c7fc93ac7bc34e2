package chain

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Sheet lists the active attributes of tokens with their weights by outcome: a label, or a pair
// of labels i*L+j.
type Sheet struct {
	list    []listed
	first   []int // the attributes of token t are list[first[t]:first[t+1]]
	outcome []int
	weight  []float64
}

// listed is an attribute whose weights end at end.
type listed struct {
	name  string
	value float64
	end   int
}

// Reset removes all tokens.
func (s *Sheet) Reset() {
	s.list, s.first, s.outcome, s.weight = s.list[:0], append(s.first[:0], 0), s.outcome[:0], s.weight[:0]
}

// Add adds an attribute to the current token. Calls of Weight add its weights.
func (s *Sheet) Add(name string, value float64) {
	s.list = append(s.list, listed{name, value, len(s.weight)})
}

// Weight adds a weight to the last attribute. Weights of 0 are left out.
func (s *Sheet) Weight(outcome int, weight float64) {
	if weight != 0 {
		s.outcome, s.weight = append(s.outcome, outcome), append(s.weight, weight)
		s.list[len(s.list)-1].end = len(s.weight)
	}
}

// Next completes the current token.
func (s *Sheet) Next() { s.first = append(s.first, len(s.list)) }

// at visits the attributes of token t. Weights by outcome are outcome[lo:hi] and weight[lo:hi].
func (s *Sheet) at(t int, visit func(a *listed, lo, hi int)) {
	if t+1 >= len(s.first) {
		return
	}
	for k := s.first[t]; k < s.first[t+1]; k++ {
		lo := 0
		if k > 0 {
			lo = s.list[k-1].end
		}
		visit(&s.list[k], lo, s.list[k].end)
	}
}

// find visits the attributes of token t that have a weight for an outcome.
func (s *Sheet) find(t, outcome int, visit func(a *listed, weight float64)) {
	s.at(t, func(a *listed, lo, hi int) {
		if k := slices.Index(s.outcome[lo:hi], outcome); k >= 0 {
			visit(a, s.weight[lo+k])
		}
	})
}

// add adds the weights of token t times the values to row.
func (s *Sheet) add(row []float64, t int) {
	s.at(t, func(a *listed, lo, hi int) {
		for k := lo; k < hi; k++ {
			row[s.outcome[k]] += float64(a.value * s.weight[k])
		}
	})
}

// A Ledger implements the results of explain.Decoder. The decoder of a kind of model embeds it. To
// read a sentence, the decoder scores it as for tagging, fills the sheets, and calls one of the
// methods Settle.
type Ledger struct {
	Nodes, Pairs Sheet
	// Norm holds, for MEMMs, what label i before token t adds to the score at token t: T x L. It is
	// nil for other models.
	Norm []float64

	*Answers
	list   []explain.State
	scheme string
	trans  []float64 // L x L, at every position; may be nil

	best    []int
	score   float64
	only    [][]int
	left    []float64 // T x L: the best score up to a node
	right   []float64 // T x L: the best score after a node
	reached bool      // left and right are of this sentence
	other   []int
}

// NewLedger returns the ledger of a model whose answers are a. The transitions, L x L or nil, have
// the same weights at each position.
func NewLedger(m model.Labeller, a *Answers, trans []float64) *Ledger {
	x := &Ledger{Answers: a, trans: trans}
	shown, single := model.Shown(m)
	if !single {
		x.scheme = m.Scheme().String()
	}
	for j, name := range m.Labels() {
		x.list = append(x.list, explain.State{Name: name, Shown: shown[j]})
	}
	return x
}

// Reset prepares the sheets for the next sentence.
func (x *Ledger) Reset() {
	x.Nodes.Reset()
	x.Pairs.Reset()
	x.Norm = x.Norm[:0]
}

// Settle completes the sentence. The scores stay as they are.
func (x *Ledger) Settle() error { return x.settle(func(*structured.Lattice) {}) }

// SettleNodes completes the sentence. It computes the nodes again from the sheets, in float64.
func (x *Ledger) SettleNodes() error { return x.settle(x.sumNodes) }

// SettleAll is SettleNodes for nodes and edges.
func (x *Ledger) SettleAll() error {
	return x.settle(func(s *structured.Lattice) {
		x.sumNodes(s)
		n := s.L * s.L
		for at := 0; at < len(s.Edge); at += n {
			edge := s.Edge[at : at+n]
			sum := make([]float64, n)
			copy(sum, x.trans)
			x.Pairs.add(sum, at/n+1) // there are none if all positions share the edges
			replace(edge, sum)
		}
	})
}

func (x *Ledger) sumNodes(s *structured.Lattice) {
	for t := range s.T {
		sum := make([]float64, s.L)
		copy(sum, x.space.offsets)
		x.Nodes.add(sum, t)
		replace(s.NodeAt(t), sum)
	}
}

// replace sets the finite numbers of dst to those of src.
func replace(dst, src []float64) {
	for k, v := range dst {
		if !math.IsInf(v, -1) {
			dst[k] = src[k]
		}
	}
}

// settle takes the path of the tagger, and then lets change change the scores.
func (x *Ledger) settle(change func(*structured.Lattice)) error {
	path, _, err := x.Answers.Best()
	if err != nil {
		return err
	}
	x.best = append(x.best[:0], path...)
	x.keep()
	s := x.Scores()
	change(s)
	x.score, x.reached = s.PathScore(x.best), false
	return nil
}

// keep stores the labels that the tag dictionary leaves.
func (x *Ledger) keep() {
	x.only = append(x.only[:0], make([][]int, len(x.best))...)
	for t := 0; t < len(x.best) && x.choices.Some(); t++ {
		for _, j := range x.choices.At(t) {
			x.only[t] = append(x.only[t], int(j))
		}
	}
}

// States implements [explain.Decoder].
func (x *Ledger) States() ([]explain.State, string) { return x.list, x.scheme }

// Best implements [explain.Decoder].
func (x *Ledger) Best() (path []int, score float64, err error) { return x.best, x.score, nil }

// Only implements [explain.Decoder].
func (x *Ledger) Only(t int) []int { return x.only[t] }

// Follows implements [explain.Decoder].
func (x *Ledger) Follows(t, i, j int) (weight float64, ok bool) {
	s := &x.scores
	if edge := s.EdgeAt(t); edge != nil {
		weight = edge[i*s.L+j]
	}
	ok = !math.IsInf(weight, -1) && !math.IsInf(s.NodeAt(t - 1)[i], -1) && !math.IsInf(s.NodeAt(t)[j], -1)
	return weight, ok
}

// Attributes implements [explain.Decoder].
func (x *Ledger) Attributes(t int, visit func(explain.Attribute)) {
	x.Nodes.at(t, func(a *listed, lo, hi int) {
		weights := make(map[string]float64, hi-lo)
		for k := lo; k < hi; k++ {
			weights[x.list[x.Nodes.outcome[k]].Name] = x.Nodes.weight[k]
		}
		visit(explain.Attribute{Name: a.name, Value: a.value, Weights: weights})
	})
}

// Terms implements [explain.Decoder].
func (x *Ledger) Terms(path, other []int, visit func(*explain.Term)) {
	l := len(x.list)
	for t, j := range path {
		term := explain.Term{Token: t, Value: 1}
		term.Labels[2] = x.list[j].Name
		if j != other[t] {
			term.Kind = explain.AttributePart
			x.Nodes.find(t, j, func(a *listed, weight float64) {
				term.Name, term.Value, term.Weight = a.name, a.value, float64(a.value*weight)
				visit(&term)
			})
			if term.Weight = x.space.Bias(j); term.Weight != 0 {
				term.Kind, term.Name, term.Value = explain.BiasPart, "", 1
				visit(&term)
			}
		}
		if t == 0 || j == other[t] && path[t-1] == other[t-1] {
			continue
		}
		i := path[t-1]
		term.Kind, term.Labels[1], term.Name, term.Value = explain.TransitionPart, x.list[i].Name, "", 1
		if x.trans != nil && x.trans[i*l+j] != 0 {
			term.Weight = x.trans[i*l+j]
			visit(&term)
		}
		x.Pairs.find(t, i*l+j, func(a *listed, weight float64) {
			term.Name, term.Weight = a.name, weight
			visit(&term)
		})
		if len(x.Norm) > 0 && i != other[t-1] {
			norm := explain.Term{Kind: explain.NormalizationPart, Token: t, Value: 1, Weight: x.Norm[t*l+i]}
			norm.Labels[2] = x.list[i].Name
			visit(&norm)
		}
	}
}

// BestWith implements [explain.Decoder]. It takes O(T L^2) time for the first call of a sentence,
// and at most O(T L) for the others.
func (x *Ledger) BestWith(t int, states []int) (path []int, score float64, err error) {
	s := &x.scores
	if !x.reached {
		x.reach(s)
		x.reached = true
	}
	j, score := -1, math.Inf(-1)
	for _, k := range states {
		if v := x.left[t*s.L+k] + x.right[t*s.L+k]; v > score {
			j, score = k, v
		}
	}
	if j < 0 {
		return nil, 0, structured.ErrNoPath
	}
	x.other = append(x.other[:0], x.best...)
	x.other[t] = j
	for at := t; at > 0; at-- {
		before, best := -1, math.Inf(-1)
		for i, v := range x.left[(at-1)*s.L : at*s.L] {
			if v += edgeOf(s, at, i, x.other[at]); v > best {
				before, best = i, v
			}
		}
		if before == x.best[at-1] {
			break
		}
		x.other[at-1] = before
	}
	for at := t + 1; at < s.T; at++ {
		after, best := -1, math.Inf(-1)
		for k, v := range s.NodeAt(at) {
			if v += x.right[at*s.L+k] + edgeOf(s, at, x.other[at-1], k); v > best {
				after, best = k, v
			}
		}
		if after == x.best[at] {
			break
		}
		x.other[at] = after
	}
	return x.other, s.PathScore(x.other), nil
}

// edgeOf returns the score of the edge from i to j at token t.
func edgeOf(s *structured.Lattice, t, i, j int) float64 {
	if edge := s.EdgeAt(t); edge != nil {
		return edge[i*s.L+j]
	}
	return 0
}

// reach fills left and right.
func (x *Ledger) reach(s *structured.Lattice) {
	n := s.L
	x.left, x.right = vec.Resize(x.left, s.T*n), vec.Resize(x.right, s.T*n)
	for t := range s.T {
		now := x.left[t*n : (t+1)*n]
		copy(now, s.NodeAt(t))
		if t == 0 {
			continue
		}
		before, edge := x.left[(t-1)*n:t*n], s.EdgeAt(t)
		for j := range now {
			best := math.Inf(-1)
			for i, v := range before {
				if edge != nil {
					v += edge[i*n+j]
				}
				best = max(best, v)
			}
			now[j] += best
		}
	}
	for t := s.T - 1; t >= 0; t-- {
		now := x.right[t*n : (t+1)*n]
		clear(now)
		if t+1 == s.T {
			continue
		}
		after, node, edge := x.right[(t+1)*n:(t+2)*n], s.NodeAt(t+1), s.EdgeAt(t+1)
		for i := range now {
			best := math.Inf(-1)
			for k, v := range node {
				if v += after[k]; edge != nil {
					v += edge[i*n+k]
				}
				best = max(best, v)
			}
			now[i] = best
		}
	}
}

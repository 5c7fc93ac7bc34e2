package semicrf

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// Roles of a token in its segment.
const (
	in = iota
	first
	last
	roles
)

// index lays out the features. First come the token features, grouped by attribute, with one for
// each outcome role*L + label. Then come the segment attributes, with one feature per span type,
// and then the transitions, L x L.
type index struct {
	labels   int
	start    []int   // attribute a has the features outcome[start[a]:start[a+1]]
	outcome  []int32 // of each token feature, ascending within an attribute
	segments int     // number of segment attributes
}

func (x *index) types() int      { return x.labels - 1 }
func (x *index) segmentsAt() int { return len(x.outcome) }
func (x *index) transAt() int    { return len(x.outcome) + x.segments*x.types() }
func (x *index) dim() int        { return x.transAt() + x.labels*x.labels }

type sentence struct {
	first []int   // tokens+1: the attributes of token t are attr[first[t]:first[t+1]]
	attr  []int32 // numbers of the data set or model
	ends  []int   // ends in seg of the attributes of each segment, tokens x M
	seg   []int32
	base  int // start of the first attribute in seg
}

func (s *sentence) tokens() int { return len(s.first) - 1 }

func (s *sentence) segmentAt(k int) []int32 {
	from := s.base
	if k > 0 {
		from = s.ends[k-1]
	}
	return s.seg[from:s.ends[k]]
}

type scratch struct {
	scores semimarkov.Lattice
	token  []float64          // T x roles x L: sums over the attributes of a token, or their gradient
	inner  structured.Lattice // T x L: the sums for role in
}

// reset sets k to zeros for n tokens.
func (k *scratch) reset(n, l int) {
	k.token = slices.Grow(k.token[:0], n*roles*l)[:n*roles*l]
	clear(k.token)
	k.inner.Reset(n, l, structured.NoEdges)
}

// role returns the L numbers of token t in role r.
func (k *scratch) role(t, r int) []float64 {
	l := k.inner.L
	return k.token[(t*roles+r)*l : (t*roles+r+1)*l]
}

// score fills the lattice of a sentence, with M = min(tokens, longest), under the weights scale*w.
func (x *index) score(k *scratch, s *sentence, longest int, w []float64, scale float64) {
	n, l := s.tokens(), x.labels
	longest = min(longest, n)
	k.reset(n, l)
	for t := range n {
		row := k.token[t*roles*l : (t+1)*roles*l]
		for _, a := range s.attr[s.first[t]:s.first[t+1]] {
			lo, hi := x.start[a], x.start[a+1]
			weights := w[lo:hi]
			for q, o := range x.outcome[lo:hi] {
				row[o] += weights[q]
			}
		}
		copy(k.inner.NodeAt(t), k.role(t, in))
	}
	_ = semimarkov.FromTokens(&k.scores, &k.inner, longest) // cannot fail: the shapes match
	segments, types := w[x.segmentsAt():], x.types()
	for t := range n {
		rows := k.scores.From(t)
		for at := 0; at < len(rows); at += l {
			u, d := t+at/l, at/l
			row, end := rows[at:at+l], k.role(u, last)
			for j, v := range k.role(t, first) {
				row[j] += v + end[j]
			}
			for _, b := range s.segmentAt(t*longest + d) {
				for j, v := range segments[int(b)*types : (int(b)+1)*types] {
					row[1+j] += v
				}
			}
		}
	}
	k.scores.Edge = append(k.scores.Edge[:0], w[x.transAt():]...)
	if scale != 1 {
		k.scores.Scale(scale)
	}
	k.scores.LimitLength(spans.Outside, 1)
}

// pull adds c times the gradient with respect to the weights to dst, given the gradient g with
// respect to scores. It is the transpose of score.
func (x *index) pull(dst training.Vector, k *scratch, g *semimarkov.Lattice, s *sentence, c float64) {
	n, l := s.tokens(), x.labels
	k.reset(n, l)
	_ = semimarkov.AddToTokens(&k.inner, g) // cannot fail: the shapes match
	types := x.types()
	for t := range n {
		rows := g.From(t)
		for at := 0; at < len(rows); at += l {
			row := rows[at : at+l]
			if zero(row) {
				continue
			}
			u, d := t+at/l, at/l
			begin, end := k.role(t, first), k.role(u, last)
			for j, v := range row {
				begin[j] += v
				end[j] += v
			}
			if zero(row[1:]) {
				continue
			}
			for _, b := range s.segmentAt(t*g.M + d) {
				lo := x.segmentsAt() + int(b)*types
				to := dst.Span(lo, lo+types)
				for j, v := range row[1:] {
					to[j] += c * v
				}
			}
		}
	}
	for t := range n {
		copy(k.role(t, in), k.inner.NodeAt(t))
		row := k.token[t*roles*l : (t+1)*roles*l]
		if zero(row) {
			continue
		}
		for _, a := range s.attr[s.first[t]:s.first[t+1]] {
			lo, hi := x.start[a], x.start[a+1]
			to := dst.Span(lo, hi)
			for q, o := range x.outcome[lo:hi] {
				to[q] += c * row[o]
			}
		}
	}
	to := dst.Span(x.transAt(), x.dim())
	for q, v := range g.Edge {
		to[q] += c * v
	}
}

func zero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// support visits the ranges of weights that score reads.
func (x *index) support(s *sentence, visit func(lo, hi int)) {
	for _, a := range s.attr[s.first[0]:s.first[s.tokens()]] {
		visit(x.start[a], x.start[a+1])
	}
	for _, b := range s.seg[s.base:s.ends[len(s.ends)-1]] {
		lo := x.segmentsAt() + int(b)*x.types()
		visit(lo, lo+x.types())
	}
	visit(x.transAt(), x.dim())
}

// newIndex builds the index of the token features that each visits; each must visit every
// occurrence.
func newIndex(attrs, labels, segments int, each func(visit func(a int32, role, label int))) *index {
	seen := make([][]int32, attrs)
	each(func(a int32, role, label int) {
		o := int32(role*labels + label)
		if k, ok := slices.BinarySearch(seen[a], o); !ok {
			seen[a] = slices.Insert(seen[a], k, o)
		}
	})
	x := &index{labels: labels, segments: segments, start: []int{0}}
	for _, list := range seen {
		x.outcome = append(x.outcome, list...)
		x.start = append(x.start, len(x.outcome))
	}
	return x
}

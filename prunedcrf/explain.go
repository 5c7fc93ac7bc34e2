package prunedcrf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
)

var _ explain.Model = (*Model)(nil)

// NewDecoderOfTerms implements [explain.Model].
func (m *Model) NewDecoderOfTerms(o model.TagOptions) (explain.Decoder, error) {
	x := &termDecoder{Decoder: m.NewDecoder()}
	x.Constrain(!o.Unconstrained)
	shown, single := model.Shown(m)
	if !single {
		x.scheme = m.scheme.String()
	}
	for j, name := range m.labels {
		s := explain.State{Name: name, Shown: shown[j]}
		for _, o := range m.x.parts[j] {
			s.Subtags = append(s.Subtags, m.x.partNames[int(o)-m.x.labels])
		}
		x.list = append(x.list, s)
	}
	return x, nil
}

// A termDecoder decodes within the labels that pruning keeps.
type termDecoder struct {
	*Decoder
	list   []explain.State
	scheme string
	s      *pruned.Lattice
	best   []int
	score  float64
	other  []int
	saved  []float64
}

// Read implements [explain.Decoder].
func (x *termDecoder) Read(seq features.Sequence) error {
	if err := x.Decoder.Read(seq); err != nil {
		return err
	}
	var err error
	if x.s, err = x.Scores(); err != nil {
		return err
	}
	path, score, err := x.Decoder.Best()
	x.best, x.score = append(x.best[:0], path...), score
	return err
}

// States implements [explain.Decoder].
func (x *termDecoder) States() ([]explain.State, string) { return x.list, x.scheme }

// Best implements [explain.Decoder].
func (x *termDecoder) Best() (path []int, score float64, err error) { return x.best, x.score, nil }

// BestWith implements [explain.Decoder].
func (x *termDecoder) BestWith(t int, states []int) (path []int, score float64, err error) {
	node := x.s.NodeAt(t)
	x.saved = append(x.saved[:0], node...)
	for k, j := range x.s.Kept().At(t) {
		if !slices.Contains(states, j) {
			node[k] = math.Inf(-1)
		}
	}
	path, score, err = x.decode(x.s)
	copy(node, x.saved)
	x.other = append(x.other[:0], path...)
	return x.other, score, err
}

// Only implements [explain.Decoder].
func (x *termDecoder) Only(t int) []int {
	if kept := x.s.Kept().At(t); len(kept) < len(x.list) {
		return kept
	}
	return nil
}

// Attributes implements [explain.Decoder].
func (x *termDecoder) Attributes(t int, visit func(explain.Attribute)) {
	m, values := x.m, x.Decoder.s.values(t)
	for n, a := range x.Decoder.s.token(t) {
		e := explain.Attribute{Name: m.attrs[a], Value: valueOf(values, n), Weights: make(map[string]float64)}
		for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
			o := int(m.x.outcome[q])
			if o < m.x.labels {
				e.Weights[m.labels[o]] = m.w[q]
				continue
			}
			if e.Subtags == nil {
				e.Subtags = make(map[string]float64)
			}
			e.Subtags[m.x.partNames[o-m.x.labels]] = m.w[q]
		}
		visit(e)
	}
}

// valueOf returns the value of attribute n of a token.
func valueOf(values []float64, n int) float64 {
	if values == nil {
		return 1
	}
	return values[n]
}

// Terms implements [explain.Decoder].
func (x *termDecoder) Terms(path, other []int, visit func(*explain.Term)) {
	for t, j := range path {
		if j != other[t] {
			x.attributes(t, j, visit)
		}
		if t == 0 || x.s.Order() == 0 {
			continue
		}
		same := j == other[t] && path[t-1] == other[t-1]
		if !same {
			x.transition(t, none, path[t-1], j, visit)
		}
		if t > 1 && x.s.Order() == 2 && (!same || path[t-2] != other[t-2]) {
			x.transition(t, path[t-2], path[t-1], j, visit)
		}
	}
}

// attributes visits the attributes of token t that have a weight for label j or one of its subtags.
func (x *termDecoder) attributes(t, j int, visit func(*explain.Term)) {
	m, values := x.m, x.Decoder.s.values(t)
	term := explain.Term{Kind: explain.AttributePart, Token: t}
	term.Labels[2] = m.labels[j]
	for n, a := range x.Decoder.s.token(t) {
		term.Name, term.Value = m.attrs[a], valueOf(values, n)
		lo, hi := m.x.start[a], m.x.start[a+1]
		add := func(o int32, subtag string) {
			if q := slices.Index(m.x.outcome[lo:hi], o); q >= 0 {
				term.Subtag, term.Weight = subtag, term.Value*m.w[lo+q]
				visit(&term)
			}
		}
		add(int32(j), "")
		for _, u := range m.x.parts[j] {
			add(u, m.x.partNames[int(u)-m.x.labels])
		}
	}
	if x.offsets != nil && x.offsets[j] != 0 {
		term.Kind, term.Name, term.Subtag, term.Value, term.Weight = explain.BiasPart, "", "", 1, x.offsets[j]
		visit(&term)
	}
}

// transition visits the weight of a pair of labels, or of a triple if h is not none.
func (x *termDecoder) transition(t, h, i, j int, visit func(*explain.Term)) {
	n := x.m.x.chain.find(h, i, j)
	if n < 0 {
		return
	}
	term := explain.Term{Kind: explain.TransitionPart, Token: t, Value: 1, Weight: x.m.w[len(x.m.x.outcome)+n]}
	term.Labels[1], term.Labels[2] = x.m.labels[i], x.m.labels[j]
	if h != none {
		term.Name, term.Labels[0] = triple, x.m.labels[h]
	}
	visit(&term)
}

// triple distinguishes the weight of three labels from that of two.
const triple = "three labels"

// Follows implements [explain.Decoder]. It leaves out the weights of three labels.
func (x *termDecoder) Follows(t, i, j int) (weight float64, ok bool) {
	kept := x.s.Kept()
	k, m := kept.Index(t-1, i), kept.Index(t, j)
	if k < 0 || m < 0 || x.s.Order() == 0 {
		return 0, k >= 0 && m >= 0
	}
	weight = x.s.EdgeAt(t)[k*len(kept.At(t))+m]
	return weight, !math.IsInf(weight, -1)
}

package semicrf

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

var _ explain.Model = (*Model)(nil)

// States of a token: O, and four for each span type.
const (
	begins  = iota // the first of several tokens
	inside         // neither the first nor the last
	ends           // the last of several tokens
	single         // the only token
	perType        // number of states of a type
)

// stateAt returns the state of a token in a segment.
func stateAt(g semimarkov.Segment, at int) int {
	if g.Label == spans.Outside {
		return 0
	}
	role := inside
	switch first, last := at == g.Start, at == g.End-1; {
	case first && last:
		role = single
	case first:
		role = begins
	case last:
		role = ends
	}
	return 1 + (g.Label-1)*perType + role
}

// labelOf returns the segment label of a state, and whether the token is the first and the last of
// its segment.
func labelOf(state int) (label int, first, last bool) {
	if state == 0 {
		return spans.Outside, true, true
	}
	role := (state - 1) % perType
	return 1 + (state-1)/perType, role == begins || role == single, role == ends || role == single
}

// NewDecoderOfTerms implements [explain.Model]. It refuses the options that NewTagger refuses.
func (m *Model) NewDecoderOfTerms(o model.TagOptions) (explain.Decoder, error) {
	if _, err := m.NewTagger(o); err != nil {
		return nil, err
	}
	x := &termDecoder{d: m.NewDecoder()}
	names := []string{"O"}
	for _, typ := range m.Types() {
		if typ != "" {
			typ = "-" + typ
		}
		for _, letter := range "BIES" {
			names = append(names, string(letter)+typ)
		}
	}
	scheme := m.Scheme()
	switch scheme {
	case structured.IOB1:
		scheme = structured.BIO
	case structured.IOE1:
		scheme = structured.IOE2
	}
	if scheme != m.Scheme() {
		x.scheme = scheme.String()
	}
	shown := model.ShownIn(names, scheme, m.Meta.Spelling)
	for s, name := range names {
		x.list = append(x.list, explain.State{Name: name, Shown: shown[s]})
	}
	return x, nil
}

// A termDecoder represents segmentations as paths of states.
type termDecoder struct {
	d      *Decoder
	list   []explain.State
	scheme string
	best   []int
	score  float64
	other  []int
	y      []semimarkov.Segment
	masked []masked
	mu     structured.Lattice
	starts []semimarkov.Segment // segments of a path by start
	row    []float64
}

// masked is a score that BestWith has replaced.
type masked struct {
	at    int
	score float64
}

// Read implements [explain.Decoder].
func (x *termDecoder) Read(seq features.Sequence) error {
	if err := x.d.Read(seq); err != nil {
		return err
	}
	y, score, err := x.d.Best()
	x.best, x.score = appendStates(x.best[:0], y), score
	return err
}

// ReadItems returns an error that wraps model.ErrInput, because models of this package read
// columns.
func (x *termDecoder) ReadItems([][]attrfile.Attribute) error {
	return fmt.Errorf("%w: ready-made attributes, but the model reads columns", model.ErrInput)
}

// appendStates appends the states of a segmentation.
func appendStates(dst []int, y []semimarkov.Segment) []int {
	for _, g := range y {
		for at := g.Start; at < g.End; at++ {
			dst = append(dst, stateAt(g, at))
		}
	}
	return dst
}

// segments returns the segments of a path, by start. Other entries are zero.
func segments(dst []semimarkov.Segment, path []int) []semimarkov.Segment {
	dst = append(dst[:0], make([]semimarkov.Segment, len(path))...)
	start := 0
	for t, s := range path {
		if label, _, last := labelOf(s); last {
			dst[start] = semimarkov.Segment{Start: start, End: t + 1, Label: label}
			start = t + 1
		}
	}
	return dst
}

// States implements [explain.Decoder].
func (x *termDecoder) States() ([]explain.State, string) { return x.list, x.scheme }

// Best implements [explain.Decoder].
func (x *termDecoder) Best() (path []int, score float64, err error) { return x.best, x.score, nil }

// Only implements [explain.Decoder].
func (x *termDecoder) Only(int) []int { return nil }

// BestWith implements [explain.Decoder].
func (x *termDecoder) BestWith(t int, states []int) (path []int, score float64, err error) {
	s := &x.d.scores
	x.masked = x.masked[:0]
	for start := max(0, t-s.M+1); start <= t; start++ {
		for end := t + 1; end <= min(start+s.M, s.T); end++ {
			row := s.At(start, end-start)
			for label := range row {
				if !slices.Contains(states, stateAt(semimarkov.Segment{Start: start, End: end, Label: label}, t)) {
					at := (start*s.M+end-start-1)*s.L + label
					x.masked = append(x.masked, masked{at, row[label]})
					row[label] = math.Inf(-1)
				}
			}
		}
	}
	x.y, score, err = x.d.w.Decode(x.y, s)
	for _, m := range x.masked {
		s.Segment[m.at] = m.score
	}
	x.other = appendStates(x.other[:0], x.y)
	return x.other, score, err
}

// NBest implements [explain.Decoder].
func (x *termDecoder) NBest(n int) ([]model.Path, error) {
	list, err := x.d.NBest(n)
	if err != nil {
		return nil, err
	}
	paths := make([]model.Path, len(list))
	for k, y := range list {
		paths[k] = model.Path{Labels: appendStates(nil, y.Segments), Score: y.Score, Probability: y.Probability}
	}
	return paths, nil
}

// Marginals implements [explain.Decoder].
func (x *termDecoder) Marginals() (*structured.Lattice, error) {
	s, mu := &x.d.scores, &x.d.mu
	if _, err := x.d.w.Marginals(mu, x.d.scaled(), structured.NoEdges); err != nil {
		return nil, err
	}
	x.mu.Reset(s.T, len(x.list), structured.NoEdges)
	for start := range s.T {
		for d := 1; d <= min(s.M, s.T-start); d++ {
			for label, p := range mu.At(start, d) {
				if p == 0 {
					continue
				}
				g := semimarkov.Segment{Start: start, End: start + d, Label: label}
				for at := g.Start; at < g.End; at++ {
					x.mu.NodeAt(at)[stateAt(g, at)] += p
				}
			}
		}
	}
	return &x.mu, nil
}

// weights sets x.row to the weights of attribute a by state.
func (x *termDecoder) weights(a int32) []float64 {
	m := x.d.m
	x.row = append(x.row[:0], make([]float64, len(x.list))...)
	for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
		role, label := int(m.x.outcome[q])/m.x.labels, int(m.x.outcome[q])%m.x.labels
		states := []int{0}
		if label != spans.Outside {
			from := 1 + (label-1)*perType
			states = [roles][]int{
				in: {from + begins, from + inside, from + ends, from + single}, first: {from + begins, from + single}, last: {from + ends, from + single},
			}[role]
		}
		for _, state := range states {
			x.row[state] += m.w[q]
		}
	}
	return x.row
}

// attributes returns the attributes of token t.
func (x *termDecoder) attributes(t int) []int32 {
	return x.d.s.attr[x.d.s.first[t]:x.d.s.first[t+1]]
}

// Attributes implements [explain.Decoder].
func (x *termDecoder) Attributes(t int, visit func(explain.Attribute)) {
	names := x.d.m.attrs.List()
	for _, a := range x.attributes(t) {
		e := explain.Attribute{Name: names[a], Value: 1, Weights: make(map[string]float64)}
		for state, w := range x.weights(a) {
			if w != 0 {
				e.Weights[x.list[state].Name] = w
			}
		}
		visit(e)
	}
}

// Terms implements [explain.Decoder].
func (x *termDecoder) Terms(path, other []int, visit func(*explain.Term)) {
	m, s := x.d.m, &x.d.scores
	names := m.attrs.List()
	x.y, x.starts = segments(x.y, path), segments(x.starts, other)
	before := -1 // the label of the previous segment
	for t, g := range x.y {
		if state := path[t]; state != other[t] {
			term := explain.Term{Kind: explain.AttributePart, Token: t, Value: 1}
			term.Labels[2] = x.list[state].Name
			for _, a := range x.attributes(t) {
				if term.Weight = x.weights(a)[state]; term.Weight != 0 {
					term.Name = names[a]
					visit(&term)
				}
			}
		}
		if g.Len() == 0 {
			continue
		}
		if x.starts[t] != g && g.Label != spans.Outside {
			x.segment(g, s.M, visit)
		}
		if before >= 0 && !(x.starts[t].Len() > 0 && x.starts[t].Label == g.Label && labelAt(other, t-1) == before) {
			term := explain.Term{Kind: explain.TransitionPart, Token: t, Value: 1, Weight: m.w[m.x.transAt()+before*m.x.labels+g.Label]}
			term.Labels[1], term.Labels[2] = m.typeName(before), m.typeName(g.Label)
			visit(&term)
		}
		before = g.Label
	}
}

// labelAt returns the segment label of a path at a token.
func labelAt(path []int, t int) int {
	label, _, _ := labelOf(path[t])
	return label
}

// segment visits the attributes of a whole segment. longest is the M of the lattice.
func (x *termDecoder) segment(g semimarkov.Segment, longest int, visit func(*explain.Term)) {
	m := x.d.m
	term := explain.Term{Kind: explain.SegmentPart, Token: g.Start, End: g.End, Value: 1}
	term.Labels[2] = m.typeName(g.Label)
	for _, b := range x.d.s.segmentAt(g.Start*longest + g.Len() - 1) {
		term.Name, term.Weight = m.lex.name(int(b)), m.w[m.x.segmentsAt()+int(b)*m.x.types()+g.Label-1]
		visit(&term)
	}
	if x.d.offsets != nil && x.d.offsets[g.Label] != 0 {
		term.Kind, term.Name, term.Weight = explain.BiasPart, "", x.d.offsets[g.Label]
		visit(&term)
	}
}

// Follows implements [explain.Decoder].
func (x *termDecoder) Follows(_, i, j int) (weight float64, ok bool) {
	from, _, last := labelOf(i)
	to, first, _ := labelOf(j)
	if !last {
		return 0, !first && from == to
	}
	return x.d.m.w[x.d.m.x.transAt()+from*x.d.m.x.labels+to], first
}

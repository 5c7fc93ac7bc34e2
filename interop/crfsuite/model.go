package crfsuite

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/model"
)

// ErrModel says that bytes are no model of CRFsuite, or that a [Model] is none that its format can
// hold; the error that wraps it says why. It wraps [model.ErrModel].
var ErrModel = fmt.Errorf("%w (CRFsuite)", model.ErrModel)

// A Model is what a file of CRFsuite holds: which labels and attributes there are, and the weights of
// those features that have one. Labels go by their numbers, the places in Labels.
type Model struct {
	Labels      []string
	Attributes  []Attribute  // in the order of the file
	Transitions []Transition // those from one label next to each other after [Read]
}

// An Attribute is a name that items may show, and the features it has with labels, each label at
// most once.
type Attribute struct {
	Name     string
	Features []Feature
}

// A Feature is what an attribute of value 1 adds to the score of a label.
type Feature struct {
	Label  int
	Weight float64
}

// A Transition is what the label To adds to the score where it follows From. There is at most one for
// each pair.
type Transition struct {
	From, To int
	Weight   float64
}

// Features returns the number of features, transitions included.
func (m *Model) Features() int {
	n := len(m.Transitions)
	for a := range m.Attributes {
		n += len(m.Attributes[a].Features)
	}
	return n
}

// CarriageReturns returns the number of labels and attributes that end in a carriage return. If there
// are any, CRFsuite was trained on a file with line ends of CR LF: what stood last on a line has a
// second name, empty lines were tokens, and the file one long sentence. Such a model expects the same
// of what it tags, so it had better be trained anew.
func (m *Model) CarriageReturns() int {
	n := 0
	for _, label := range m.Labels {
		if strings.HasSuffix(label, "\r") {
			n++
		}
	}
	for a := range m.Attributes {
		if strings.HasSuffix(m.Attributes[a].Name, "\r") {
			n++
		}
	}
	return n
}

// Validate reports, as an error that wraps ErrModel, what no model can have: no labels, a name twice
// or with a NUL in it, a feature of a label that there is not, two features of one pair, a weight that is
// infinite or NaN. A model that [Read] returned is valid.
func (m *Model) Validate() error {
	_, err := m.index()
	return err
}

// index validates m and indexes its attributes.
func (m *Model) index() (*index, error) {
	if err := m.checkLabels(); err != nil {
		return nil, err
	}
	if err := m.checkFeatures(); err != nil {
		return nil, err
	}
	if err := m.checkTransitions(); err != nil {
		return nil, err
	}
	return newIndex(m)
}

func (m *Model) checkLabels() error {
	if len(m.Labels) == 0 {
		return invalid("no labels")
	}
	seen := make(map[string]bool, len(m.Labels))
	for _, name := range m.Labels {
		if strings.IndexByte(name, 0) >= 0 {
			return invalid("label %.40q has a NUL in it", name)
		}
		if seen[name] {
			return invalid("label %.40q is there twice", name)
		}
		seen[name] = true
	}
	return nil
}

func (m *Model) checkFeatures() error {
	seen := make([]int, len(m.Labels)) // 1 + the last attribute with a feature of the label
	for a := range m.Attributes {
		x := &m.Attributes[a]
		if strings.IndexByte(x.Name, 0) >= 0 {
			return invalid("attribute %.40q has a NUL in it", x.Name)
		}
		for _, f := range x.Features {
			switch {
			case f.Label < 0 || f.Label >= len(m.Labels):
				return invalid("attribute %.40q has a feature of label number %d, of %d", x.Name, f.Label, len(m.Labels))
			case seen[f.Label] == a+1:
				return invalid("attribute %.40q has two features of label %.40q", x.Name, m.Labels[f.Label])
			case !isFinite(f.Weight):
				return invalid("attribute %.40q has the weight %v", x.Name, f.Weight)
			}
			seen[f.Label] = a + 1
		}
	}
	return nil
}

func (m *Model) checkTransitions() error {
	pairs := make([][2]int, len(m.Transitions))
	for k, f := range m.Transitions {
		if min(f.From, f.To) < 0 || max(f.From, f.To) >= len(m.Labels) {
			return invalid("a transition from label number %d to %d, of %d", f.From, f.To, len(m.Labels))
		}
		if !isFinite(f.Weight) {
			return invalid("a transition has the weight %v", f.Weight)
		}
		pairs[k] = [2]int{f.From, f.To}
	}
	slices.SortFunc(pairs, func(p, q [2]int) int { return slices.Compare(p[:], q[:]) })
	for k := 1; k < len(pairs); k++ {
		if p := pairs[k]; p == pairs[k-1] {
			return invalid("two transitions from label %.40q to %.40q", m.Labels[p[0]], m.Labels[p[1]])
		}
	}
	return nil
}

func isFinite(w float64) bool { return !math.IsNaN(w) && !math.IsInf(w, 0) }

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrModel}, args...)...)
}

package crfsuite

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/model"
)

// ErrModel means that the bytes are not a model of CRFsuite, or that the format does not support a
// [Model]. The wrapping error gives the reason. It wraps [model.ErrModel].
var ErrModel = fmt.Errorf("%w (CRFsuite)", model.ErrModel)

// Model is the content of a CRFsuite file: labels, attributes, and the weights of the features.
// Labels are referred to by their index in Labels.
type Model struct {
	Labels      []string
	Attributes  []Attribute  // in the order of the file
	Transitions []Transition // sorted by From after [Read]
}

// Attribute is an attribute name and its features. Each label may occur only once.
type Attribute struct {
	Name     string
	Features []Feature
}

// Feature is the weight that an attribute with value 1 adds to the score of a label.
type Feature struct {
	Label  int
	Weight float64
}

// Transition is the weight that label To adds to the score after label From. Each pair may occur
// only once.
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

// CarriageReturns returns the number of labels and attributes that end in a carriage return. If
// there are any, CRFsuite was trained on a file with CR LF line ends. Then the last attribute of a
// line has a second name, empty lines were read as tokens, and the file as one long sentence. Such
// a model expects the same input when tagging, so it is better to retrain it.
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

// Validate returns an error that wraps ErrModel if the model is not valid: no labels, a duplicate
// name or a name with a NUL byte, a feature of a label that does not exist, two features of one
// pair, or a weight that is infinite or NaN. A model from [Read] is valid.
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
			return invalid("label %.40q contains a NUL byte", name)
		}
		if seen[name] {
			return invalid("duplicate label %.40q", name)
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
			return invalid("attribute %.40q contains a NUL byte", x.Name)
		}
		for _, f := range x.Features {
			switch {
			case f.Label < 0 || f.Label >= len(m.Labels):
				return invalid("attribute %.40q has a feature of label %d, but there are %d labels", x.Name, f.Label, len(m.Labels))
			case seen[f.Label] == a+1:
				return invalid("attribute %.40q has two features of label %.40q", x.Name, m.Labels[f.Label])
			case !isFinite(f.Weight):
				return invalid("attribute %.40q has weight %v", x.Name, f.Weight)
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
			return invalid("transition from label %d to %d, but there are %d labels", f.From, f.To, len(m.Labels))
		}
		if !isFinite(f.Weight) {
			return invalid("transition has weight %v", f.Weight)
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

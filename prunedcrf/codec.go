package prunedcrf

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// errModel wraps the errors of bytes that are not a model of this package.
var errModel = fmt.Errorf("%w (pruned higher-order)", model.ErrModel)

// The newer version has biases.
var format = container.Format{Magic: "TRELCRF2", Version: 3, Oldest: 2}

// settings are the small parts of a model. Text that may be invalid UTF-8 is stored as bytes.
type settings struct {
	Labels    [][]byte
	Scheme    string
	Separator []byte
	Order     int
	Prune     [2]pruned.Pruning
	Lexicons  int
	modelfile.Reading
}

// Detect reports whether head starts a model file of this package, of any version.
func Detect(head []byte) bool { return strings.HasPrefix(string(head), format.Magic) }

// Save writes the model. The bytes depend only on the model.
func (m *Model) Save(w io.Writer) error {
	s := settings{
		Scheme: m.scheme.String(), Separator: []byte(m.separator), Order: m.plan.order, Prune: m.plan.prune,
		Lexicons: len(m.input.Lexicons), Reading: modelfile.NewReading(m.input, m.Meta),
	}
	for _, label := range m.labels {
		s.Labels = append(s.Labels, []byte(label))
	}
	return modelfile.Write(w, format.At(m.Meta.Calibration.Version(format.Oldest)), s, append([]container.Section{
		{Name: "attrs", Data: modelfile.AppendStrings(nil, m.attrs)},
		{Name: "counts", Data: container.Bytes(modelfile.Counts[uint32](m.x.start))},
		{Name: "outcomes", Data: container.Bytes(m.x.outcome)},
		{Name: "chain", Data: container.Bytes(m.x.chain.keys)},
		{Name: "weights", Data: container.Bytes(m.w)},
	}, modelfile.LexiconSections(m.input.Lexicons)...)...)
}

// Load reads a model that [Model.Save] wrote. For other bytes it returns an error that wraps
// ErrModel and describes the problem.
func Load(r io.Reader) (*Model, error) {
	return modelfile.Load(r, format, errModel, decode)
}

func decode(sections map[string][]byte) (*Model, error) {
	var s settings
	if err := modelfile.Settings(sections, &s); err != nil {
		return nil, err
	}
	m := new(Model)
	if err := m.set(&s, sections); err != nil {
		return nil, err
	}
	if err := m.readWeights(sections); err != nil {
		return nil, err
	}
	m.index()
	return m, nil
}

func (m *Model) set(s *settings, sections map[string][]byte) error {
	if len(s.Labels) == 0 || len(s.Labels) > maxLabels || s.Order < 0 || s.Order > 2 {
		return fmt.Errorf("%d labels and order %d: want 1..%d labels and order 0, 1 or 2", len(s.Labels), s.Order, maxLabels)
	}
	for _, p := range s.Prune {
		if !(p.Threshold >= 0 && p.Threshold <= 1) || p.Most < 1 || p.Most > math.MaxInt32 {
			return fmt.Errorf("pruning threshold %v and at most %d labels: want a threshold in 0..1 and at least 1 label", p.Threshold, p.Most)
		}
	}
	for _, label := range s.Labels {
		m.labels = append(m.labels, string(label))
	}
	var err error
	if m.scheme, err = structured.ParseScheme(s.Scheme); err != nil {
		return err
	}
	m.separator, m.plan = string(s.Separator), plan{s.Order, s.Prune}
	if m.input, err = s.Input(); err != nil {
		return err
	}
	if m.input.Lexicons, err = modelfile.Lexicons(sections, s.Lexicons); err != nil {
		return err
	}
	if m.Meta, err = s.Metadata(); err != nil {
		return err
	}
	m.program, err = bind(&m.input)
	return err
}

func (m *Model) readWeights(sections map[string][]byte) error {
	attrs, err := modelfile.ReadNames(sections["attrs"])
	if err != nil {
		return fmt.Errorf("attributes: %w", err)
	}
	of, names := parts(m.labels, m.separator)
	x := &index{labels: len(m.labels), outcomes: len(m.labels) + len(names), parts: of, partNames: names}
	if x.start, x.outcome, err = modelfile.Outcomes[uint32](sections, attrs.Len(), x.outcomes); err != nil {
		return err
	}
	keys, err := container.View[[3]int32](sections["chain"])
	if err != nil {
		return err
	}
	for _, key := range keys {
		for k, j := range key {
			if j < 0 && (k > 0 || j != none) || int(j) >= x.labels {
				return fmt.Errorf("transition of labels %d: want labels below %d", key, x.labels)
			}
		}
		if !x.chain.add(int(key[0]), int(key[1]), int(key[2])) {
			return fmt.Errorf("duplicate transition of labels %d", key)
		}
	}
	m.attrs, m.x = attrs.List(), x
	m.w, err = modelfile.Weights(sections, x.dim())
	return err
}

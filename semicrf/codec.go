package semicrf

import (
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// errModel wraps the errors of bytes that are not a model of this package.
var errModel = fmt.Errorf("%w (semi-Markov)", model.ErrModel)

// The newer version has biases.
var format = container.Format{Magic: "TRELSEMI", Version: 3, Oldest: 2}

// settings are the small parts of a model. Text that may be invalid UTF-8 is stored as bytes.
type settings struct {
	Scheme    string
	Types     [][]byte
	MaxLength int
	modelfile.Reading
}

// Detect reports whether head starts a model file of this package, of any version.
func Detect(head []byte) bool { return strings.HasPrefix(string(head), format.Magic) }

// Save writes the model. The bytes depend only on the model.
func (m *Model) Save(w io.Writer) error {
	s := settings{
		Scheme: m.Scheme().String(), MaxLength: m.MaxLength(),
		Reading: modelfile.NewReading(m.input, m.Meta),
	}
	for _, typ := range m.Types() {
		s.Types = append(s.Types, []byte(typ))
	}
	return modelfile.Write(w, format.At(m.Meta.Calibration.Version(format.Oldest)), s,
		container.Section{Name: "attrs", Data: modelfile.AppendStrings(nil, m.attrs.List())},
		container.Section{Name: "counts", Data: container.Bytes(modelfile.Counts[uint16](m.x.start))},
		container.Section{Name: "outcomes", Data: container.Bytes(m.x.outcome)},
		container.Section{Name: "segments", Data: modelfile.AppendStrings(nil, m.lex.names)},
		container.Section{Name: "weights", Data: container.Bytes(m.w)},
	)
}

// Load reads a model that [Model.Save] wrote. For other bytes it returns an error that wraps
// ErrModel and describes the problem.
func Load(r io.Reader) (*Model, error) {
	return modelfile.Load(r, format, errModel, decode)
}

// most limits the number of types and the segment length, so that a small file cannot cause huge
// allocations.
const most = 1 << 12

func decode(sections map[string][]byte) (*Model, error) {
	var s settings
	if err := modelfile.Settings(sections, &s); err != nil {
		return nil, err
	}
	m := &Model{lex: new(lexicon)}
	if err := m.set(&s); err != nil {
		return nil, err
	}
	if err := m.readWeights(sections); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Model) set(s *settings) error {
	scheme, err := structured.ParseScheme(s.Scheme)
	if err != nil {
		return err
	}
	if len(s.Types) > most || s.MaxLength < 1 || s.MaxLength > most {
		return fmt.Errorf("%d types and %d tokens per segment: want at most %d types and 1..%d tokens", len(s.Types), s.MaxLength, most, most)
	}
	var types []string
	for _, typ := range s.Types {
		types = append(types, string(typ))
	}
	if m.codec, err = spans.NewCodec(scheme, types); err != nil {
		return err
	}
	m.lex.longest = s.MaxLength
	if m.input, err = s.Input(); err != nil {
		return err
	}
	if m.Meta, err = s.Metadata(); err != nil {
		return err
	}
	m.read, err = bind(&m.input)
	return err
}

func (m *Model) readWeights(sections map[string][]byte) error {
	names, err := modelfile.ReadNames(sections["segments"])
	if err != nil {
		return fmt.Errorf("segment attributes: %w", err)
	}
	m.lex.number(names.List())
	if m.attrs, err = modelfile.ReadNames(sections["attrs"]); err != nil {
		return fmt.Errorf("attributes: %w", err)
	}
	m.x = &index{labels: m.codec.Len(), segments: m.lex.len()}
	if m.x.start, m.x.outcome, err = modelfile.Outcomes[uint16](sections, m.attrs.Len(), roles*m.x.labels); err != nil {
		return err
	}
	m.w, err = modelfile.Weights(sections, m.x.dim())
	return err
}

package semicrf

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrModel says that bytes are no model of this package: foreign, damaged, or of another version.
var ErrModel = errors.New("not a valid semi-Markov model")

var format = container.Format{Magic: "TRELSEMI", Version: 1}

// settings are the small parts of a model. Text that may be no UTF-8 is bytes.
type settings struct {
	Scheme    string
	Types     [][]byte
	MaxLength int
	Template  []byte
	File      []byte
	Dialect   string
	Columns   int
	Names     map[string]int
	Meta      map[string][]byte `json:",omitempty"`
}

// Detect reports whether a file that starts like this is a model of this package, or was one.
func Detect(head []byte) bool { return strings.HasPrefix(string(head), format.Magic) }

// Save writes the model. The bytes depend on the model alone.
func (m *Model) Save(w io.Writer) error {
	s := settings{
		Scheme: m.Scheme().String(), MaxLength: m.MaxLength(),
		Template: []byte(m.input.Templates.Source()), File: []byte(m.input.Templates.Name()),
		Dialect: m.input.Templates.Dialect().String(), Columns: m.input.Columns, Names: m.input.Names,
	}
	for _, typ := range m.Types() {
		s.Types = append(s.Types, []byte(typ))
	}
	if len(m.Meta) > 0 {
		s.Meta = make(map[string][]byte, len(m.Meta))
		for key, value := range m.Meta {
			s.Meta[key] = []byte(value)
		}
	}
	head, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	counts := make([]uint16, 0, len(m.x.start)-1) // features of each attribute
	for k, end := range m.x.start[1:] {
		counts = append(counts, uint16(end-m.x.start[k]))
	}
	err = format.Write(w, []container.Section{
		{Name: "settings", Data: head},
		{Name: "attrs", Data: appendStrings(nil, m.attrs.names)},
		{Name: "counts", Data: container.Bytes(counts)},
		{Name: "outcomes", Data: container.Bytes(m.x.outcome)},
		{Name: "segments", Data: appendStrings(nil, m.lex.names)},
		{Name: "weights", Data: container.Bytes(m.w)},
	})
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

// Load reads a model that [Model.Save] wrote. Bytes that are none are an error that wraps ErrModel and says
// what is wrong with them.
func Load(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	sections, err := format.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	m, err := decode(sections)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	return m, nil
}

// most bounds the number of types and the length of segments, so that no file asks for memory out of proportion.
const most = 1 << 12

// decode builds a model from its sections.
func decode(sections map[string][]byte) (*Model, error) {
	m := &Model{lex: new(lexicon)}
	if err := m.decodeSettings(sections["settings"]); err != nil {
		return nil, err
	}
	names, err := readStrings(sections["segments"])
	if err != nil {
		return nil, fmt.Errorf("attributes of segments: %w", err)
	}
	m.lex.number(names)
	if m.attrs.names, err = readStrings(sections["attrs"]); err != nil {
		return nil, fmt.Errorf("attributes: %w", err)
	}
	m.attrs.id = make(map[string]int32, len(m.attrs.names))
	for k, name := range m.attrs.names {
		m.attrs.id[name] = int32(k)
	}
	if len(m.attrs.id) != len(m.attrs.names) || len(m.lex.id) != len(names) {
		return nil, errors.New("an attribute stands twice")
	}
	counts, err := container.View[uint16](sections["counts"])
	if err != nil {
		return nil, err
	}
	m.x = &index{labels: m.codec.Len(), segments: m.lex.len(), start: []int{0}}
	at := 0
	for _, n := range counts {
		at += int(n)
		m.x.start = append(m.x.start, at)
	}
	if m.x.outcome, err = container.View[int32](sections["outcomes"]); err != nil {
		return nil, err
	}
	if len(counts) != len(m.attrs.names) || at != len(m.x.outcome) {
		return nil, fmt.Errorf("%d counts of %d features for %d attributes and %d outcomes", len(counts), at, len(m.attrs.names), len(m.x.outcome))
	}
	for _, o := range m.x.outcome {
		if o < 0 || int(o) >= roles*m.x.labels {
			return nil, fmt.Errorf("outcome %d of %d", o, roles*m.x.labels)
		}
	}
	if m.w, err = container.View[float64](sections["weights"]); err != nil {
		return nil, err
	}
	if len(m.w) != m.x.dim() {
		return nil, fmt.Errorf("%d weights for %d features", len(m.w), m.x.dim())
	}
	for k, v := range m.w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d is %v", k, v)
		}
	}
	return m, nil
}

func (m *Model) decodeSettings(data []byte) error {
	var s settings
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	scheme, err := structured.ParseScheme(s.Scheme)
	if err != nil {
		return err
	}
	if len(s.Types) > most || s.MaxLength < 1 || s.MaxLength > most || s.Columns < 0 || s.Columns > 1<<16 {
		return fmt.Errorf("%d types, %d tokens a segment, %d columns", len(s.Types), s.MaxLength, s.Columns)
	}
	var types []string
	for _, typ := range s.Types {
		types = append(types, string(typ))
	}
	if m.codec, err = spans.NewCodec(scheme, types); err != nil {
		return err
	}
	dialect, err := features.ParseDialect(s.Dialect)
	if err != nil {
		return err
	}
	for name, c := range s.Names {
		if c < 0 || c >= 1<<16 {
			return fmt.Errorf("column %d is named %q", c, name)
		}
	}
	m.input = Input{Columns: s.Columns, Names: s.Names}
	if m.input.Templates, err = features.Parse(strings.NewReader(string(s.Template)), string(s.File), dialect); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	m.Meta = make(map[string]string, len(s.Meta))
	for key, value := range s.Meta {
		m.Meta[key] = string(value)
	}
	m.lex.longest = s.MaxLength
	m.read, err = m.input.bind()
	return err
}

// appendStrings appends strings, each behind its length.
func appendStrings(dst []byte, list []string) []byte {
	for _, s := range list {
		dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	}
	return dst
}

func readStrings(data []byte) ([]string, error) {
	var list []string
	for len(data) > 0 {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return nil, fmt.Errorf("string %d is cut short", len(list))
		}
		list = append(list, string(data[size:size+int(n)]))
		data = data[size+int(n):]
	}
	return list, nil
}

package crf2

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/secondorder"
	"github.com/trellis-nlp/trellis/internal/container"
)

// ErrModel says that bytes are no model of this package: foreign, damaged, or of another version.
var ErrModel = errors.New("not a valid second-order model")

var format = container.Format{Magic: "TRELCRF2", Version: 1}

// settings are the small parts of a model. Text that may be no UTF-8 is bytes.
type settings struct {
	Labels    [][]byte
	Separator []byte
	Template  []byte
	File      []byte
	Dialect   string
	Columns   int
	Names     map[string]int
	Prune     [2]secondorder.Pruning
}

// Save writes the model. The bytes depend on the model alone.
func (m *Model) Save(w io.Writer) error {
	s := settings{
		Separator: []byte(m.input.Separator), Template: []byte(m.input.Templates.Source()), File: []byte(m.input.Templates.Name()),
		Dialect: m.input.Templates.Dialect().String(), Columns: m.input.Columns, Names: m.input.Names, Prune: m.prune,
	}
	for _, label := range m.labels {
		s.Labels = append(s.Labels, []byte(label))
	}
	head, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	names := make([]string, len(m.attrs))
	counts := make([]uint32, len(m.attrs)) // weights of each attribute
	for name, a := range m.attrs {
		names[a], counts[a] = name, uint32(m.x.start[a+1]-m.x.start[a])
	}
	var attrs []byte
	for _, name := range names {
		attrs = append(binary.AppendUvarint(attrs, uint64(len(name))), name...)
	}
	chain := make([][3]int32, len(m.x.chain))
	for key, q := range m.x.chain {
		chain[int(q)-len(m.x.outcome)] = key
	}
	err = format.Write(w, []container.Section{
		{Name: "settings", Data: head},
		{Name: "attrs", Data: attrs},
		{Name: "counts", Data: container.Bytes(counts)},
		{Name: "outcomes", Data: container.Bytes(m.x.outcome)},
		{Name: "chain", Data: container.Bytes(chain)},
		{Name: "weights", Data: container.Bytes(m.w)},
	})
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

// Load reads a model that [Model.Save] wrote. Bytes that are none are an error that wraps ErrModel and says what
// is wrong with them.
func Load(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	sections, err := format.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	m := new(Model)
	if err := m.decodeSettings(sections["settings"]); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	if err := m.decode(sections); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrModel, err)
	}
	return m, nil
}

func (m *Model) decodeSettings(data []byte) error {
	var s settings
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if len(s.Labels) == 0 || s.Columns < 0 || s.Columns > 1<<16 {
		return fmt.Errorf("%d labels, %d columns", len(s.Labels), s.Columns)
	}
	for name, c := range s.Names {
		if c < 0 || c >= 1<<16 {
			return fmt.Errorf("column %d is named %q", c, name)
		}
	}
	dialect, err := features.ParseDialect(s.Dialect)
	if err != nil {
		return err
	}
	m.input, m.prune = Input{Columns: s.Columns, Names: s.Names, Separator: string(s.Separator)}, s.Prune
	if m.input.Templates, err = features.Parse(strings.NewReader(string(s.Template)), string(s.File), dialect); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	for _, label := range s.Labels {
		m.labels = append(m.labels, string(label))
	}
	m.program, err = m.input.bind()
	return err
}

// decode reads attributes, what they and the labels have weights with, and the weights.
func (m *Model) decode(sections map[string][]byte) error {
	counts, err := container.View[uint32](sections["counts"])
	if err != nil {
		return err
	}
	m.attrs = make(dictionary)
	for data := sections["attrs"]; len(data) > 0; {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return fmt.Errorf("attribute %d is cut short", len(m.attrs))
		}
		if want := len(m.attrs); int(m.attrs.add(data[size:size+int(n)])) != want {
			return fmt.Errorf("attribute %d stands twice", want)
		}
		data = data[size+int(n):]
	}
	x := &index{labels: len(m.labels), start: []int{0}, chain: make(map[[3]int32]int32)}
	x.parts, x.outcomes = parts(m.labels, m.input.Separator)
	if x.outcome, err = container.View[int32](sections["outcomes"]); err != nil {
		return err
	}
	at := 0
	for _, n := range counts {
		if uint64(n) > uint64(len(x.outcome)-at) {
			return fmt.Errorf("attributes of more than %d weights", len(x.outcome))
		}
		at += int(n)
		x.start = append(x.start, at)
	}
	if len(counts) != len(m.attrs) || at != len(x.outcome) {
		return fmt.Errorf("%d counts of %d weights for %d attributes of %d", len(counts), at, len(m.attrs), len(x.outcome))
	}
	for _, o := range x.outcome {
		if o < 0 || int(o) >= x.outcomes {
			return fmt.Errorf("outcome %d of %d", o, x.outcomes)
		}
	}
	chain, err := container.View[[3]int32](sections["chain"])
	if err != nil {
		return err
	}
	for k, key := range chain {
		x.link(int(key[0]), int(key[1]), int(key[2]))
		if len(x.chain) != k+1 {
			return fmt.Errorf("labels %d stand twice", key)
		}
	}
	m.x = x
	if m.w, err = container.View[float64](sections["weights"]); err != nil {
		return err
	}
	if len(m.w) != x.dim() {
		return fmt.Errorf("%d weights for %d features", len(m.w), x.dim())
	}
	for k, v := range m.w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("weight %d is %v", k, v)
		}
	}
	return nil
}

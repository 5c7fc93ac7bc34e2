package wapiti

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Read reads a model file. It does not retain data. Errors wrap [ErrModel].
func Read(data []byte) (*Model, error) {
	p := &parser{data: data}
	m, err := p.model()
	if err != nil {
		line := 1 + bytes.Count(data[:p.at], []byte{'\n'})
		return nil, fmt.Errorf("%w: line %d: %w", ErrModel, line, err)
	}
	return m, nil
}

func (p *parser) model() (*Model, error) {
	m := new(Model)
	weights, err := p.head(m)
	if err != nil {
		return nil, err
	}
	if err := p.patterns(m); err != nil {
		return nil, err
	}
	if m.labels, _, err = p.strings(); err != nil {
		return nil, err
	}
	if l := len(m.labels); l == 0 || l > math.MaxInt16 {
		return nil, fmt.Errorf("%d labels, expected 1 to %d", l, math.MaxInt16)
	}
	if m.names, m.number, err = p.strings(); err != nil {
		return nil, err
	}
	m.meta.Tool, m.space = model.Wapiti, chain.NewSpace(m.labels, structured.Plain, nil)
	if m.templates != nil {
		for _, name := range m.templates.TransitionNames() {
			if a, ok := m.number[name]; ok {
				m.bare = append(m.bare, a)
			}
		}
	}
	return m, p.weights(m, weights)
}

// head reads "#mdl#KIND#WEIGHTS", or "#mdl#WEIGHTS" of old versions.
func (p *parser) head(m *Model) (weights uint64, err error) {
	if err := p.literal("#mdl#"); err != nil {
		return 0, err
	}
	weights, err = p.integer()
	if err != nil || !p.skip('#') {
		return weights, err
	}
	if weights > uint64(CRF) {
		return 0, fmt.Errorf("model type %d, expected 0, 1 or 2", weights)
	}
	m.kind = Type(weights)
	return p.integer()
}

// patterns reads "#rdr#PATTERNS/COLUMNS/AUTO" (old versions: without AUTO) and the patterns.
func (p *parser) patterns(m *Model) error {
	if err := p.literal("#rdr#"); err != nil {
		return err
	}
	var head [3]uint64 // the second, the highest column, is not used: the patterns determine it
	for k := range head {
		if k > 0 && !p.skip('/') {
			if k == 2 {
				break
			}
			return fmt.Errorf("%q, expected a slash", p.rest(1))
		}
		var err error
		if head[k], err = p.integer(); err != nil {
			return err
		}
	}
	m.auto = head[2] != 0
	lines, err := p.list(head[0])
	if err != nil || len(lines) == 0 {
		return err
	}
	if m.auto {
		return errors.New("patterns in a model that adds a u to ready-made attributes")
	}
	for _, line := range lines {
		// In a joined file, such a pattern would have a different meaning.
		if strings.ContainsAny(line, "#\n") || line == "" || strings.IndexByte("ub*", line[0]) < 0 || isSpace(line[len(line)-1]) {
			return fmt.Errorf("pattern %q: want a pattern that starts with u, b or *, has no # or line end, and does not end with a blank", line)
		}
	}
	source := strings.NewReader(strings.Join(lines, "\n"))
	if m.templates, err = features.Parse(source, "patterns", features.DialectWapiti); err != nil {
		return err
	}
	if m.program, err = m.templates.Bind(math.MaxInt32, nil); err != nil {
		return err
	}
	if columns := m.program.Columns(); len(columns) > 0 {
		m.columns = slices.Max(columns) + 1
	}
	return nil
}

// strings reads "#qrk#COUNT" and that many distinct strings.
func (p *parser) strings() ([]string, map[string]int32, error) {
	if err := p.literal("#qrk#"); err != nil {
		return nil, nil, err
	}
	count, err := p.integer()
	if err != nil {
		return nil, nil, err
	}
	names, err := p.list(count)
	if err != nil {
		return nil, nil, err
	}
	number := make(map[string]int32, len(names))
	for k, name := range names {
		if number[name] = int32(k); len(number) <= k {
			return nil, nil, fmt.Errorf("duplicate string %q", name)
		}
	}
	return names, number, nil
}

// weights reads "INDEX=VALUE" lines. Attributes have consecutive ranges of indices: L indices for a
// token attribute, then L*L for a pair attribute.
func (p *parser) weights(m *Model, count uint64) error {
	if count > uint64(len(p.data)-p.at)/4+1 {
		return fmt.Errorf("%d weights announced, but only %d bytes remain", count, len(p.data)-p.at)
	}
	l := uint64(len(m.labels))
	var singles, size uint64 // of attribute a
	a := -1
	next := func() error {
		a++
		m.first = append(m.first, len(m.label))
		m.pairFirst = append(m.pairFirst, len(m.pair))
		singles, size = 0, 0
		if a == len(m.names) {
			return nil
		}
		name := m.names[a]
		if name == "" || strings.IndexByte("ub*", name[0]) < 0 {
			return fmt.Errorf("attribute %q does not start with u, b or *", name)
		}
		if name[0] != 'b' {
			singles, size = l, l
		}
		if name[0] != 'u' {
			size += l * l
		}
		return nil
	}
	m.first = make([]int, 0, len(m.names)+1)
	m.pairFirst = make([]int, 0, len(m.names)+1)
	base, last := uint64(0), uint64(0)
	for k := range count {
		index, value, err := p.weight()
		if err != nil {
			return err
		}
		if k > 0 && index <= last {
			return fmt.Errorf("weight %d after weight %d", index, last)
		}
		last = index
		for a < 0 || index >= base+size {
			base += size
			if err := next(); err != nil {
				return err
			}
			if a == len(m.names) {
				return fmt.Errorf("weight %d, but the attributes have only %d", index, base)
			}
		}
		switch at := index - base; {
		case value == 0:
		case at < singles:
			m.label = append(m.label, int32(at))
			m.weight = append(m.weight, value)
		default:
			m.pair = append(m.pair, int32(at-singles))
			m.pairWeight = append(m.pairWeight, value)
		}
	}
	for a < len(m.names) {
		if err := next(); err != nil {
			return err
		}
	}
	p.blanks()
	if rest := len(p.data) - p.at; rest > 0 {
		return fmt.Errorf("%d bytes after the last weight", rest)
	}
	return nil
}

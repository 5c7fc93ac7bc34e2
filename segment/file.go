package segment

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// format is that of a model file. Its sections are:
//
//	rules    the name of the rule-based tokenizer
//	options  two bytes: 1 if tokens may contain white space, and the characters of the longest word
//	edges    the weights of label pairs, 16 bits each
//	inert    keys of trigrams
//	words    keys of words, each with its info
//	weights  keys of attributes, each with a byte whose bits name labels, and their weights
//
// Keys stand in order, each as the difference from the one before it. Numbers without a size take
// as many bytes as they need.
var format = container.Format{Magic: "TRELSEGM", Version: 1}

// Save writes the model. The bytes depend on the model alone.
func (m *Model) Save(w io.Writer) error {
	options := []byte{0, byte(m.words.longest)}
	if m.spaced {
		options[0] = 1
	}
	var edges []byte
	for _, row := range m.edges {
		for _, w := range row {
			edges = binary.LittleEndian.AppendUint16(edges, uint16(w))
		}
	}
	return format.Write(w, []container.Section{
		{Name: "rules", Data: []byte(m.rules.Name())},
		{Name: "options", Data: options},
		{Name: "edges", Data: edges},
		{Name: "inert", Data: encode(&m.inert, func(b []byte, _ struct{}) []byte { return b })},
		{Name: "words", Data: encode(&m.words.words, func(b []byte, v info) []byte { return binary.AppendUvarint(b, uint64(v)) })},
		{Name: "weights", Data: encode(&m.weights, appendWeights)},
	})
}

// encode returns the keys of a table, in order, each with what appendValue makes of its value.
func encode[V any](t *table[V], appendValue func([]byte, V) []byte) []byte {
	keys := make([]uint32, 0, t.len)
	for _, s := range t.slots {
		if s.key != 0 {
			keys = append(keys, s.key)
		}
	}
	slices.Sort(keys)
	var b []byte
	previous := uint32(0)
	for _, key := range keys {
		b = binary.AppendUvarint(b, uint64(key-previous))
		b = appendValue(b, t.get(key))
		previous = key
	}
	return b
}

func appendWeights(b []byte, p packed) []byte {
	at := len(b)
	b = append(b, 0)
	for y, x := range p.unpack() {
		if x != 0 {
			b[at] |= 1 << y
			b = binary.AppendVarint(b, int64(x))
		}
	}
	return b
}

// Load reads a model that Save wrote. Other bytes are an error that wraps model.ErrModel. It reads
// no further than the header of the model says.
func Load(r io.Reader) (*Model, error) {
	data, err := format.Read(r)
	if err != nil {
		return nil, wrap(err)
	}
	sections, err := format.Parse(data)
	if err != nil {
		return nil, wrap(err)
	}
	m := new(Model)
	if err := m.parse(sections); err != nil {
		return nil, wrap(err)
	}
	return m, nil
}

// Open reads a model from a file. Errors start with the name of the file.
func Open(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Load(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// wrap makes an error wrap model.ErrModel.
func wrap(err error) error { return fmt.Errorf("%w: tokenizer: %w", model.ErrModel, err) }

func (m *Model) parse(sections map[string][]byte) (err error) {
	if m.rules, err = text.New(string(sections["rules"])); err != nil {
		return err
	}
	options, edges := sections["options"], sections["edges"]
	if len(options) != 2 || options[0] > 1 || options[1] > maxWord {
		return fmt.Errorf("section options: found bytes %v, expected 0 or 1 and at most %d", options, maxWord)
	}
	m.spaced, m.words.longest = options[0] == 1, int(options[1])
	if len(edges) != 2*labels*labels {
		return fmt.Errorf("section edges: found %d bytes, expected %d", len(edges), 2*labels*labels)
	}
	for k := range labels * labels {
		m.edges[k/labels][k%labels] = int16(binary.LittleEndian.Uint16(edges[2*k:]))
	}
	if m.inert, err = decode(sections, "inert", func([]byte) (struct{}, int) { return struct{}{}, 0 }); err != nil {
		return err
	}
	if m.words.words, err = decode(sections, "words", readInfo); err != nil {
		return err
	}
	m.weights, err = decode(sections, "weights", readWeights)
	return err
}

// decode reads a section that encode wrote. Function read returns a value and its length, which is
// negative if there is none.
func decode[V any](sections map[string][]byte, name string, read func([]byte) (V, int)) (table[V], error) {
	b := sections[name]
	var list []slot[V]
	previous := uint64(0)
	for at := 0; at < len(b); {
		difference, n := binary.Uvarint(b[at:])
		if n <= 0 || difference == 0 || difference > math.MaxUint32-previous {
			return table[V]{}, fmt.Errorf("section %s: byte %d starts no key", name, at)
		}
		previous += difference
		at += n
		value, n := read(b[at:])
		if n < 0 {
			return table[V]{}, fmt.Errorf("section %s: byte %d starts no value", name, at)
		}
		at += n
		list = append(list, slot[V]{uint32(previous), value})
	}
	t := newTable[V](len(list))
	for _, s := range list {
		t.put(s.key, s.value)
	}
	return t, nil
}

func readInfo(b []byte) (info, int) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v == 0 || v >= 1<<infoBits {
		return 0, -1
	}
	return info(v), n
}

func readWeights(b []byte) (packed, int) {
	if len(b) == 0 || b[0] == 0 || b[0] >= 1<<labels {
		return 0, -1
	}
	var w [labels]int16
	n := 1
	for y := range w {
		if b[0]>>y&1 == 0 {
			continue
		}
		x, size := binary.Varint(b[n:])
		if size <= 0 || x == 0 || x < -maxWeight || x > maxWeight {
			return 0, -1
		}
		w[y] = int16(x)
		n += size
	}
	return pack(w), n
}

package crfpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrModel means that the bytes are not a model of CRF++, or that the model is damaged. It wraps
// [model.ErrModel].
var ErrModel = fmt.Errorf("%w (CRF++)", model.ErrModel)

// Model is the content of a model file. It is immutable and safe for concurrent use.
type Model struct {
	content
	parsed  *features.Templates
	program *features.Program
	bigrams []int // for each bigram template: its block in weights, or absent, or expanded
	pairs   bool  // whether any attribute is a bigram attribute
	meta    model.Metadata
	space   *chain.Space
	pool    model.Pool
}

const (
	absent   = -1 // a bare bigram template without weights in the model
	expanded = -2 // a template with macros, whose block depends on the position
)

// content is the content of both formats.
type content struct {
	labels     []string
	templates  []string // one line each
	columns    int
	costFactor float64
	names      dictionary
	weights    []float64 // of length maxid
}

// dictionary maps an attribute to the offset of its weights.
type dictionary interface {
	find(name []byte) (at int32, ok bool)
	// walk yields the names in byte order. Each name is valid until the next. walk fails if a name
	// has no end or no number.
	walk(yield func(name []byte, at int32) bool) error
}

// Sniff reports whether head, at least the first 16 bytes of a file, looks like a model of CRF++,
// text or binary.
func Sniff(head []byte) bool {
	if len(head) < 16 {
		return false
	}
	version, kind := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	return bytes.HasPrefix(head, []byte(textStart)) || version/100 == 1 && kind == 0
}

// Read reads a text or binary model file. It does not retain data. Errors wrap [ErrModel].
func Read(data []byte) (*Model, error) {
	m, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return m, nil
}

func parse(data []byte) (*Model, error) {
	var c content
	var err error
	if bytes.HasPrefix(data, []byte(textStart)) {
		c, err = parseText(data)
	} else {
		c, err = parseBinary(data)
	}
	if err != nil {
		return nil, err
	}
	return newModel(c)
}

// newModel checks that the parts of a file are consistent.
func newModel(c content) (*Model, error) {
	seen := make(map[string]bool, len(c.labels))
	for _, name := range c.labels {
		if name == "" || seen[name] {
			return nil, fmt.Errorf("label %q is empty or a duplicate", name)
		}
		seen[name] = true
	}
	if len(c.labels) == 0 {
		return nil, errors.New("no labels")
	}
	if i := slices.IndexFunc(c.weights, func(w float64) bool { return math.IsNaN(w) || math.IsInf(w, 0) }); i >= 0 {
		return nil, fmt.Errorf("weight %d is %v", i, c.weights[i])
	}
	m := &Model{content: c, meta: model.Metadata{Tool: model.CRFPP}, space: chain.NewSpace(c.labels, structured.Plain, nil)}
	if err := m.checkBlocks(); err != nil {
		return nil, err
	}
	if err := m.bind(); err != nil {
		return nil, err
	}
	return m, nil
}

// checkBlocks checks that no two attributes share weights.
func (m *Model) checkBlocks() error {
	n := int64(len(m.labels))
	var blocks []int64 // twice the offset of a block, plus 1 for a bigram attribute
	foreign := ""
	err := m.names.walk(func(name []byte, at int32) bool {
		switch {
		case len(name) > 0 && name[0] == 'U':
			blocks = append(blocks, 2*int64(at))
		case len(name) > 0 && name[0] == 'B':
			blocks = append(blocks, 2*int64(at)+1)
		default:
			foreign = fmt.Sprintf("attribute %q starts with neither U nor B", name)
		}
		return foreign == ""
	})
	if err != nil {
		return err
	}
	if foreign != "" {
		return errors.New(foreign)
	}
	slices.Sort(blocks)
	end := int64(0)
	for _, block := range blocks {
		at, size := block/2, n
		if block%2 == 1 {
			size = n * n
			m.pairs = true
		}
		if at < end {
			return fmt.Errorf("two attributes share weight %d", at)
		}
		if end = at + size; end > int64(len(m.weights)) {
			return fmt.Errorf("attribute has weights %d to %d, but the model has %d", at, end-1, len(m.weights))
		}
	}
	return nil
}

// bind parses the templates and finds the blocks of the templates without macros.
func (m *Model) bind() error {
	for _, line := range m.templates {
		if line == "" || line[0] != 'U' && line[0] != 'B' || strings.Contains(line, "\n") {
			return fmt.Errorf("template %q starts with neither U nor B, or spans several lines", line)
		}
	}
	var err error
	source := strings.NewReader(strings.Join(m.templates, "\n"))
	if m.parsed, err = features.Parse(source, "templates", features.DialectCRFPP); err != nil {
		return err
	}
	if m.program, err = m.parsed.Bind(m.columns, nil); err != nil {
		return err
	}
	for _, line := range m.templates {
		if line[0] != 'B' {
			continue
		}
		block := expanded
		if !strings.Contains(line, "%") {
			block = absent
			if at, ok := m.names.find([]byte(line)); ok {
				block = int(at)
			}
		}
		m.bigrams = append(m.bigrams, block)
	}
	return nil
}

// Labels returns the L labels in the order of their numbers. The caller must not change the slice.
func (m *Model) Labels() []string { return m.labels }

// Templates returns the templates of the model: first all unigram templates, then all bigram
// templates.
func (m *Model) Templates() *features.Templates { return m.parsed }

// Columns returns the minimum number of columns of a row. Further columns are only printed.
func (m *Model) Columns() int { return m.columns }

// CostFactor returns the cost factor in the file, which crf_test ignores.
func (m *Model) CostFactor() float64 { return m.costFactor }

// Unigrams yields the attributes of tokens in byte order, each with its labels and weights.
// Unigrams, Bigrams and Transitions omit weights of 0, and attributes without other weights.
func (m *Model) Unigrams() iter.Seq2[string, iter.Seq2[int, float64]] {
	return blocks(m, func(name []byte) bool { return name[0] == 'U' }, len(m.labels), func(k int) int { return k })
}

// Bigrams yields the attributes of pairs of tokens in byte order, each with its pairs of labels and
// weights. The first label of a pair is the label at t-1. Templates without a macro are not
// included: see [Model.Transitions].
func (m *Model) Bigrams() iter.Seq2[string, iter.Seq2[[2]int, float64]] {
	bare := m.parsed.TransitionNames()
	return blocks(m, func(name []byte) bool {
		return name[0] == 'B' && !slices.Contains(bare, string(name))
	}, len(m.labels)*len(m.labels), m.pair)
}

// Transitions yields the pairs of labels that have a weight at every position, from each bigram
// template without a macro. If a pair occurs more than once, its weights add up.
func (m *Model) Transitions() iter.Seq2[[2]int, float64] {
	return func(yield func([2]int, float64) bool) {
		for _, at := range m.bigrams {
			if at < 0 {
				continue
			}
			for k, w := range m.weights[at:][:len(m.labels)*len(m.labels)] {
				if w != 0 && !yield(m.pair(k), w) {
					return
				}
			}
		}
	}
}

func (m *Model) pair(k int) [2]int { return [2]int{k / len(m.labels), k % len(m.labels)} }

// blocks yields the attributes that want accepts, with their blocks of weights. key maps the index
// of a weight in its block to a label or pair.
func blocks[K any](m *Model, want func(name []byte) bool, size int, key func(k int) K) iter.Seq2[string, iter.Seq2[K, float64]] {
	return func(yield func(string, iter.Seq2[K, float64]) bool) {
		_ = m.names.walk(func(name []byte, at int32) bool { // newModel has checked that there is no error
			if !want(name) {
				return true
			}
			block := m.weights[at:][:size]
			if !slices.ContainsFunc(block, func(w float64) bool { return w != 0 }) {
				return true
			}
			return yield(string(name), func(yield func(K, float64) bool) {
				for k, w := range block {
					if w != 0 && !yield(key(k), w) {
						return
					}
				}
			})
		})
	}
}

package crf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/model"
)

// docs/reference/model-format.md describes the model file. The newer version has biases.
var format = container.Format{Magic: "TRELLISM", Version: 4, Oldest: 3}

// Section names.
const (
	secMeta        = "meta"
	secLabels      = "labels"
	secInput       = "input"
	secWords       = "words"
	secDict        = "dict"
	secDictLabels  = "d.labels"
	secShape       = "shape"
	secAttrs       = "attrs"
	secBigrams     = "bigrams"
	secPairs       = "pairs"
	secPairValues  = "p.values"
	secNames       = "names"
	secBigramNames = "b.names"
	secFirst       = "first"
)

// Precision is the number format of stored weights.
type Precision int

// The precisions. Int16 and Int8 quantise each block of 64 weights with its own step: the largest
// magnitude divided by 32767 or 127. The error of a weight is at most half a step. Transitions and
// the weights of attributes with a single label stay float32.
const (
	Float32 Precision = iota
	Float64
	Int16
	Int8
)

var precisionNames = enum.Names[Precision]{Float32: "float32", Float64: "float64", Int16: "int16", Int8: "int8"}

// String returns the name, as read by ParsePrecision.
func (w Precision) String() string { return precisionNames.String(w) }

// ParsePrecision returns the precision with this name.
func ParsePrecision(name string) (Precision, error) { return precisionNames.Parse("precision", name) }

// SaveOptions are the options of [Model.Save].
type SaveOptions struct {
	Precision Precision
	Strip     bool // omit the attribute names, which only [Model.Content] and [Options].Init need
}

// Save writes the model. The bytes depend only on the model and the options. Save fails if a weight
// is outside the range of the precision.
func (m *Model) Save(w io.Writer, o SaveOptions) error {
	sections, err := m.sections(o)
	if err == nil {
		err = format.At(m.Meta.Calibration.Version(format.Oldest)).Write(w, sections)
	}
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

func (m *Model) sections(o SaveOptions) ([]container.Section, error) {
	double := o.Precision == Float64
	attrs, err := m.attrs.in(double)
	if err != nil {
		return nil, err
	}
	bigrams, err := m.bigrams.in(double)
	if err != nil {
		return nil, err
	}
	var trans []uint32
	var transW numbers
	for q, pair := range m.trans {
		v := m.transW.at(uint32(q))
		if !double && math.Abs(v) > math.MaxFloat32 {
			return nil, errRange(v)
		}
		if double || float32(v) != 0 {
			trans = append(trans, pair)
			transW.append(double, v)
		}
	}
	var meta, labels, input encoder
	meta.stringMap(m.Meta.Map())
	labels.strings(m.labels.Names())
	input.input(m.input)
	shape := []uint64{uint64(o.Precision), uint64(m.base), uint64(m.scheme), attrs.lines, bigrams.lines}
	list := []container.Section{
		{Name: secMeta, Data: meta.buf}, {Name: secLabels, Data: labels.buf}, {Name: secInput, Data: input.buf},
		{Name: secShape, Data: container.Bytes(shape)}, {Name: secWords, Data: container.Bytes(m.words)},
	}
	if m.tagDict.used > 0 {
		list = append(list, container.Section{Name: secDict, Data: container.Bytes(m.tagDict.words)},
			container.Section{Name: secDictLabels, Data: container.Bytes(m.tagDict.labels)})
	}
	list = append(list, modelfile.LexiconSections(m.input.Lexicons)...)
	list = append(list, storeSections(secAttrs, attrs, o.Precision)...)
	list = append(list, storeSections(secBigrams, bigrams, o.Precision)...)
	list = append(list, container.Section{Name: secPairs, Data: container.Bytes(trans)},
		container.Section{Name: secPairValues, Data: transW.bytes()})
	if !m.stripped() && !o.Strip {
		names, bigramNames := m.names, m.bigramNames
		if attrs.used < m.attrs.used || bigrams.used < m.bigrams.used { // rounding removed all weights of some attributes
			if names, err = namesWithin(names, &attrs.table, m.hasher); err != nil {
				return nil, err
			}
			if bigramNames, err = namesWithin(bigramNames, &bigrams.table, m.hasher); err != nil {
				return nil, err
			}
		}
		list = append(list, container.Section{Name: secNames, Data: names}, container.Section{Name: secBigramNames, Data: bigramNames})
	}
	if m.input.First == nil {
		return list, nil
	}
	first, ok := m.input.First.(*Model)
	if !ok || first.input.First != nil {
		return nil, fmt.Errorf("%w: the first model must be a chain without a first model", model.ErrInput)
	}
	var data bytes.Buffer
	err = first.Save(&data, o)
	return append(list, container.Section{Name: secFirst, Data: data.Bytes()}), err
}

// in returns the store in a precision, or s itself if it already has that precision.
func (s *store[O]) in(double bool) (*store[O], error) {
	if s.double == double {
		return s, nil
	}
	other, err := s.convert(double)
	return &other, err
}

// storeSections returns the sections of a store. The section with the slots is called name. The
// names of the others start with its first letter.
func storeSections[O constraints.Unsigned](name string, s *store[O], w Precision) []container.Section {
	values, valueSteps := s.values.encode(w)
	rows, rowSteps := s.rows.encode(w)
	letter := name[:1]
	list := []container.Section{
		{Name: name, Data: container.Bytes(s.words)},
		{Name: letter + ".labels", Data: container.Bytes(s.outcomes)},
		{Name: letter + ".values", Data: values},
	}
	if s.width > 0 {
		list = append(list, container.Section{Name: letter + ".rows", Data: rows})
	}
	if w != Int16 && w != Int8 {
		return list
	}
	list = append(list, container.Section{Name: letter + ".vsteps", Data: valueSteps})
	if s.width > 0 {
		list = append(list, container.Section{Name: letter + ".rsteps", Data: rowSteps})
	}
	return list
}

// encoder appends to buf: numbers as unsigned varints, a string as its length and bytes.
type encoder struct{ buf []byte }

func (e *encoder) uint(v uint64) { e.buf = binary.AppendUvarint(e.buf, v) }

func (e *encoder) string(s string) {
	e.uint(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) strings(list []string) {
	e.uint(uint64(len(list)))
	for _, s := range list {
		e.string(s)
	}
}

func (e *encoder) stringMap(m map[string]string) {
	e.uint(uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		e.string(k)
		e.string(m[k])
	}
}

func (e *encoder) input(in model.Input) {
	if in.Templates == nil {
		e.uint(0)
		return
	}
	e.uint(1)
	e.string(in.Templates.Name())
	e.string(in.Templates.Dialect().String())
	e.string(in.Templates.Source())
	e.uint(uint64(in.Columns))
	e.uint(uint64(len(in.Names)))
	for _, k := range slices.Sorted(maps.Keys(in.Names)) {
		e.string(k)
		e.uint(uint64(in.Names[k]))
	}
	if len(in.Lexicons) > 0 {
		e.uint(uint64(len(in.Lexicons)))
	}
}

package crf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// A stored model is the magic, the version, the CRC-32C of what follows, and the payload: all numbers
// little-endian, counts and lengths as unsigned varints.
const (
	magic      = "TRELLISM"
	version    = 1
	headerSize = len(magic) + 4 + 4
)

// ErrModel says that bytes are no model of ours: foreign, damaged, or of a newer version.
var ErrModel = errors.New("not a valid model")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the model. The bytes depend on the model alone.
func (m *Model) Save(w io.Writer) error {
	var e encoder
	e.stringMap(m.Meta)
	e.strings(m.labels.Names())
	e.uint(uint64(m.scheme))
	e.templates(m.input)
	e.uint(uint64(len(m.words)))
	for _, fp := range m.words {
		e.buf = binary.LittleEndian.AppendUint64(e.buf, fp)
	}
	e.block(m.attrs, m.x.start, m.x.label)
	e.outcomes(m.x.trans)
	e.block(m.bigrams, m.x.bstart, m.x.bpair)
	for _, v := range m.w {
		e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(v))
	}
	head := []byte(magic)
	head = binary.LittleEndian.AppendUint32(head, version)
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(e.buf, castagnoli))
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	if _, err := w.Write(e.buf); err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

// Load reads a model that [Model.Save] wrote. Bytes that are none are an error that wraps ErrModel and
// says what is wrong with them.
func Load(r io.Reader) (*Model, error) {
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(r, head); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("%w: shorter than a model's header", ErrModel)
		}
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	if string(head[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it does not start with %q", ErrModel, magic)
	}
	if v := binary.LittleEndian.Uint32(head[len(magic):]); v > version {
		return nil, fmt.Errorf("%w: written by a newer version of trellis (format %d, this one reads up to %d)", ErrModel, v, version)
	} else if v == 0 {
		return nil, fmt.Errorf("%w: format 0", ErrModel)
	}
	payload, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(head[len(magic)+4:]) {
		return nil, fmt.Errorf("%w: the checksum is wrong: the file is damaged or cut short", ErrModel)
	}
	return decode(payload)
}

// encoder appends to buf.
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

func (e *encoder) templates(in Input) {
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
}

// block writes attributes in the order of their numbers, each with its outcomes.
func (e *encoder) block(ids map[string]int32, start []int, outcomes []int32) {
	names := make([]string, len(ids))
	for name, id := range ids {
		names[id] = name
	}
	e.strings(names)
	for a := range names {
		e.outcomes(outcomes[start[a]:start[a+1]])
	}
}

func (e *encoder) outcomes(list []int32) {
	e.uint(uint64(len(list)))
	for _, o := range list {
		e.uint(uint64(o))
	}
}

// decoder takes buf apart; the first thing that is wrong stays in err, and all reads after it are zero.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: "+format, append([]any{ErrModel}, args...)...)
		d.buf = nil
	}
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail("a number is cut short or too long")
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

// count reads the number of things that take up at least size bytes each, so that memory is never
// asked for that the file could not fill.
func (d *decoder) count(size int, what string) int {
	v := d.uint()
	if v > uint64(len(d.buf)/size) {
		d.fail("%d %s in the %d bytes that are left", v, what, len(d.buf))
		return 0
	}
	return int(v)
}

func (d *decoder) string() string {
	n := d.count(1, "bytes of text")
	s := string(d.buf[:n])
	d.buf = d.buf[n:]
	return s
}

func (d *decoder) strings(what string) []string {
	list := make([]string, d.count(1, what))
	for k := range list {
		list[k] = d.string()
	}
	return list
}

func (d *decoder) stringMap() map[string]string {
	m := make(map[string]string)
	for range d.count(2, "notes") {
		k := d.string()
		m[k] = d.string()
	}
	return m
}

func (d *decoder) templates() (in Input) {
	if d.uint() == 0 || d.err != nil {
		return in
	}
	name, dialectName, source := d.string(), d.string(), d.string()
	dialect, err := features.ParseDialect(dialectName)
	if err != nil {
		d.fail("%v", err)
		return in
	}
	if in.Templates, err = features.Parse(strings.NewReader(source), name, dialect); err != nil {
		d.fail("templates: %v", err)
	}
	const most = 1 << 16
	in.Columns = int(min(d.uint(), most))
	in.Names = make(map[string]int)
	for range d.count(2, "column names") {
		k := d.string()
		in.Names[k] = int(min(d.uint(), most))
	}
	return in
}

func (d *decoder) words() []uint64 {
	list := make([]uint64, d.count(8, "words"))
	for k := range list {
		list[k] = binary.LittleEndian.Uint64(d.buf[8*k:])
	}
	d.buf = d.buf[8*len(list):]
	if !slices.IsSorted(list) {
		d.fail("the words are not sorted")
	}
	return list
}

func (d *decoder) block(limit int) (ids map[string]int32, start []int, outcomes []int32) {
	names := d.strings("attributes")
	ids, start = make(map[string]int32, len(names)), []int{0}
	for a, name := range names {
		ids[name] = int32(a)
		outcomes = d.outcomes(outcomes, limit)
		start = append(start, len(outcomes))
	}
	if len(ids) != len(names) {
		d.fail("an attribute stands twice")
	}
	return ids, start, outcomes
}

func (d *decoder) outcomes(dst []int32, limit int) []int32 {
	last := -1
	for range d.count(1, "features") {
		o := d.uint()
		if o >= uint64(limit) || int(o) <= last {
			d.fail("label number %d after %d of %d", o, last, limit)
			return dst
		}
		last = int(o)
		dst = append(dst, int32(o))
	}
	return dst
}

func (d *decoder) weights(n int) []float64 {
	if d.err == nil && len(d.buf) != 8*n {
		d.fail("%d bytes for the weights of %d features", len(d.buf), n)
	}
	if d.err != nil {
		return nil
	}
	w := make([]float64, n)
	for k := range w {
		w[k] = math.Float64frombits(binary.LittleEndian.Uint64(d.buf[8*k:]))
		if math.IsNaN(w[k]) || math.IsInf(w[k], 0) {
			d.fail("weight %d is %v", k, w[k])
			return nil
		}
	}
	return w
}

// decode reads the payload of a model.
func decode(payload []byte) (*Model, error) {
	d := &decoder{buf: payload}
	m := &Model{Meta: d.stringMap(), x: new(index)}
	names := d.strings("labels")
	m.labels = structured.NewAlphabet(names...)
	l := m.labels.Len()
	if l != len(names) {
		d.fail("a label stands twice")
	}
	const most = 46340 // squared, it fits into an int32
	if d.err == nil && (l == 0 || l > most) {
		d.fail("%d labels", l)
	}
	m.scheme = structured.Scheme(min(d.uint(), uint64(structured.BIOES)))
	m.input = d.templates()
	m.words = d.words()
	m.x.labels = l
	m.attrs, m.x.start, m.x.label = d.block(l)
	m.x.trans = d.outcomes(nil, l*l)
	m.bigrams, m.x.bstart, m.x.bpair = d.block(l * l)
	m.w = d.weights(m.x.dim())
	if d.err != nil {
		return nil, d.err
	}
	var err error
	if m.program, err = m.input.bind(); err != nil {
		return nil, fmt.Errorf("%w: templates: %v", ErrModel, err)
	}
	return m, nil
}

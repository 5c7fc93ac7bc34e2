package crf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Detect reports whether a file that starts with head is a model of this package, in any version of
// the format.
func Detect(head []byte) bool { return strings.HasPrefix(string(head), format.Magic) }

// Open memory-maps a model file that [Model.Save] wrote. Several processes share the memory. Open
// takes the time to check the file, but builds no data structures. Files below 1 MiB are copied
// instead.
//
// Errors start with the name of the file. If the file is not a valid model, the error wraps
// model.ErrModel and says what is wrong, or which other kind of model the file is.
//
// You may replace the file of an open model by renaming another file over it. Do not truncate or
// overwrite it: the methods of Model and its taggers then return an error that wraps
// model.ErrChanged. A tagger returns the error after at most 64 more sentences, whose labels may be
// wrong. [Model.Check] checks at once.
func Open(path string) (m *Model, err error) {
	f, err := format.Open(path)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		if errors.Is(err, container.ErrFormat) {
			err = refuse(err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	err = f.Guard(func() error {
		m, err = parseModel(f.Data, false)
		return err
	})
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.file = f
	return m, nil
}

// Load is [Open] for a stream that contains only the model. It reads no more bytes than the header
// of the model states, so it also rejects endless input.
func Load(r io.Reader) (*Model, error) {
	data, err := format.Read(r)
	if errors.Is(err, container.ErrFormat) {
		return nil, refuse(err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	return parseModel(data, false)
}

// parseModel returns the model in data. The model aliases data. A first model has no first model.
func parseModel(data []byte, isFirst bool) (*Model, error) {
	sections, err := format.Parse(data)
	if err != nil {
		return nil, refuse(err)
	}
	if _, ok := sections[secFirst]; ok && isFirst {
		return nil, fmt.Errorf("%w: the first model has a first model", model.ErrModel)
	}
	p := parser{sections: sections}
	m := p.model()
	if p.err != nil {
		return nil, p.err
	}
	if err := m.bind(); err != nil {
		return nil, fmt.Errorf("%w: templates: %v", model.ErrModel, err)
	}
	return m, nil
}

// refuse converts an error of the container into one that wraps model.ErrModel.
func refuse(err error) error {
	return fmt.Errorf("%w: %s", model.ErrModel, strings.TrimPrefix(err.Error(), container.ErrFormat.Error()+": "))
}

// parser reads sections. It keeps the first error in err.
type parser struct {
	sections  map[string][]byte
	precision Precision
	err       error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		if !errors.Is(err, model.ErrModel) {
			err = refuse(err)
		}
		p.err = err
	}
}

// section returns a required section.
func (p *parser) section(name string) []byte {
	data, ok := p.sections[name]
	if !ok {
		p.fail(fmt.Errorf("section %q is missing", name))
	}
	return data
}

func view[T any](p *parser, name string) []T {
	list, err := container.View[T](p.section(name))
	if err != nil {
		p.fail(err)
	}
	return list
}

func (p *parser) numbers(name, steps string, w Precision) numbers {
	var s []byte
	if w == Int16 || w == Int8 {
		s = p.section(steps)
	}
	n, err := decodeNumbers(w, p.section(name), s)
	if err != nil {
		p.fail(err)
	}
	return n
}

const maxLabels = 46340 // squared, it fits into an int32

func (p *parser) model() *Model {
	m := new(Model)
	d := decoder{buf: p.section(secMeta)}
	stored := d.stringMap()
	p.finish(&d, secMeta)
	var err error
	if m.Meta, err = model.ParseMetadata(stored); err != nil {
		p.fail(err)
	}
	d = decoder{buf: p.section(secLabels)}
	names := d.strings("labels")
	p.finish(&d, secLabels)
	d = decoder{buf: p.section(secInput)}
	var lexicons int
	m.input, lexicons = d.input()
	p.finish(&d, secInput)
	if m.input.Lexicons, err = modelfile.Lexicons(p.sections, lexicons); err != nil {
		p.fail(err)
	}

	m.labels = structured.NewAlphabet(names...)
	l := m.labels.Len()
	if l != len(names) {
		p.fail(errors.New("duplicate label"))
	}
	if l == 0 || l > maxLabels {
		p.fail(fmt.Errorf("unexpected number of labels: %d", l))
	}
	shape := view[uint64](p, secShape)
	if len(shape) != 5 || shape[0] > uint64(Int8) || shape[1] >= fingerprint.Bases || shape[2] > uint64(structured.IOE2) {
		p.fail(fmt.Errorf("invalid section %q: %d", secShape, shape))
		return nil
	}
	p.precision, m.base, m.scheme = Precision(shape[0]), int(shape[1]), structured.Scheme(shape[2])
	m.precision, m.hasher = p.precision, fingerprint.NewHasher(m.base)
	m.words = view[uint64](p, secWords)
	for k := 1; k < len(m.words); k++ {
		if m.words[k-1] >= m.words[k] {
			p.fail(errors.New("the words are not sorted"))
			break
		}
	}
	if m.tagDict = p.tagDictionary(l); m.tagDict.used > 0 && !m.input.HasWords() {
		p.fail(errors.New("the tag dictionary needs a word column"))
	}
	m.attrs = parseStore[uint16](p, secAttrs, shape[3], l, l)
	m.bigrams = parseStore[uint32](p, secBigrams, shape[4], 0, l*l)
	m.trans = view[uint32](p, secPairs)
	w := Float32
	if p.precision == Float64 {
		w = Float64
	}
	m.transW = p.numbers(secPairValues, "", w)
	if m.transW.len() != len(m.trans) || !m.transW.finite() || !ascend(m.trans, l*l) {
		p.fail(errors.New("transitions out of range or out of order, or weights not finite"))
	}
	m.names, m.bigramNames = p.sections[secNames], p.sections[secBigramNames]
	if data, ok := p.sections[secFirst]; ok && p.err == nil {
		first, err := parseModel(data, true)
		if err != nil {
			p.fail(fmt.Errorf("section %q: %w", secFirst, err))
		}
		m.input.First = first
	}
	return m
}

func (p *parser) tagDictionary(l int) (x tagDictionary) {
	if p.sections[secDict] == nil && p.sections[secDictLabels] == nil {
		return x
	}
	x.table.words, x.labels = view[uint64](p, secDict), view[uint16](p, secDictLabels)
	if p.err == nil {
		if err := x.check(l); err != nil {
			p.fail(err)
		}
	}
	return x
}

func parseStore[O constraints.Unsigned](p *parser, name string, lines uint64, width, limit int) store[O] {
	s := store[O]{width: width, double: p.precision == Float64, table: table{lines: lines, words: view[uint64](p, name)}}
	letter := name[:1]
	s.outcomes = view[O](p, letter+".labels")
	s.values = p.numbers(letter+".values", letter+".vsteps", p.precision)
	if width > 0 {
		s.rows = p.numbers(letter+".rows", letter+".rsteps", p.precision)
	}
	if p.err == nil {
		if err := s.check(limit); err != nil {
			p.fail(err)
		}
	}
	return s
}

// finish reports the decoder's error, or unread bytes in the section.
func (p *parser) finish(d *decoder, name string) {
	if d.err == nil && len(d.buf) > 0 {
		d.fail("section %q has %d extra bytes", name, len(d.buf))
	}
	if d.err != nil {
		p.fail(d.err)
	}
}

// decoder reads buf. It keeps the first error in err. All reads after an error return zero values.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: "+format, append([]any{model.ErrModel}, args...)...)
		d.buf = nil
	}
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail("a number is truncated or too long")
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

// count reads the number of items of at least size bytes each. It fails if the rest of the file
// cannot hold them, so that damaged files do not allocate too much.
func (d *decoder) count(size int, what string) int {
	v := d.uint()
	if v > uint64(len(d.buf)/size) {
		d.fail("%d %s do not fit in the remaining %d bytes", v, what, len(d.buf))
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

// input also returns the number of lexicons.
func (d *decoder) input() (in model.Input, lexicons int) {
	if d.uint() == 0 || d.err != nil {
		return in, 0
	}
	name, dialectName, source := d.string(), d.string(), d.string()
	dialect, err := features.ParseDialect(dialectName)
	if err != nil {
		d.fail("%v", err)
		return in, 0
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
	if d.err == nil && len(d.buf) > 0 {
		n := d.uint()
		if n == 0 || n > model.MaxLexicons {
			d.fail("%d lexicons", n)
			return in, 0
		}
		lexicons = int(n)
	}
	return in, lexicons
}

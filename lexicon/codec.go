package lexicon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// A Section is a part of a stored lexicon.
type Section struct {
	Name string // 1 to 4 bytes
	Data []byte
}

// Section names. The head describes the lexicon with strings, each after its length, and numbers,
// as varints.
const (
	secKind    = "kind" // of a registered kind, instead of the head
	secHead    = "head"
	secHomes   = "home"
	secKeys    = "keys"
	secNumbers = "nums"
	secRows    = "rows"
)

// Sections returns the stored form of l, from which [Decode] restores it. The form depends only on
// the contents of l. [Check] must accept l.
func Sections(l Lexicon) []Section {
	if ownKind(l.Kind()) {
		return l.Sections()
	}
	return append([]Section{{secKind, []byte(l.Kind())}}, l.Sections()...)
}

// Check returns an error if [Decode] could not restore l from its [Sections]. The error wraps
// [ErrName] if the name is not valid for a column, and [ErrKind] if the kind is not registered.
func Check(l Lexicon) error {
	if err := checkName(l.Name()); err != nil {
		return err
	}
	if ownKind(l.Kind()) {
		return nil
	}
	if _, ok := registered.Load(l.Kind()); !ok {
		return fmt.Errorf("%w: %.40q", ErrKind, l.Kind())
	}
	seen := map[string]bool{secKind: true}
	for _, s := range l.Sections() {
		if len(s.Name) < 1 || len(s.Name) > 4 || strings.Contains(s.Name, "\x00") || seen[s.Name] {
			return fmt.Errorf("lexicon of kind %s: section %.40q: want distinct names of 1 to 4 bytes", l.Kind(), s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// Decode restores a lexicon from its sections, which it aliases. The sections must start at
// multiples of 8 bytes and must not change. It returns an error that wraps [ErrDamaged] unless
// [Sections] created them. The error also wraps [ErrKind] if the kind is not registered.
func Decode(sections map[string][]byte) (Lexicon, error) {
	if kind, ok := sections[secKind]; ok {
		return decodeRegistered(string(kind), sections)
	}
	d := decoder{sections: sections, head: sections[secHead]}
	l := d.lexicon()
	if d.err == nil && len(d.head) > 0 {
		d.fail(errors.New("the head is too long"))
	}
	if d.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, d.err)
	}
	return l, nil
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// head returns the start of the first section.
func head(kind, name string, t *table) []byte {
	return binary.AppendUvarint(appendString(appendString(nil, kind), name), uint64(t.base))
}

func (t *table) sections(head []byte) []Section {
	return []Section{
		{secHead, head}, {secHomes, container.Bytes(t.homes)}, {secKeys, container.Bytes(t.keys)}, {secNumbers, container.Bytes(t.numbers)},
	}
}

// Sections implements [Lexicon].
func (x *Classes) Sections() []Section {
	h := head(x.Kind(), x.name, &x.table)
	tree := uint64(0)
	if x.tree {
		tree = 1
	}
	h = binary.AppendUvarint(binary.AppendUvarint(h, tree), uint64(len(x.names)))
	for _, name := range x.names {
		h = appendString(h, name)
	}
	return x.table.sections(h)
}

// Sections implements [Lexicon].
func (g *Gazetteer) Sections() []Section {
	return g.table.sections(binary.AppendUvarint(head(g.Kind(), g.name, &g.table), uint64(g.entries)))
}

// Sections implements [Lexicon].
func (x *Vectors) Sections() []Section {
	h := binary.AppendUvarint(head(x.Kind(), x.name, &x.table), uint64(x.dim))
	return append(x.table.sections(h), Section{secRows, container.Bytes(x.rows)})
}

// decoder reads sections. It keeps the first error in err. All reads after an error return zero
// values.
type decoder struct {
	sections map[string][]byte
	head     []byte // unread rest of the head
	err      error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.head = err, nil
	}
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.head)
	if n <= 0 {
		d.fail(errors.New("the head is truncated"))
		return 0
	}
	d.head = d.head[n:]
	return v
}

// count reads the number of items of at least one byte each.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.head)) {
		d.fail(errors.New("the head is truncated"))
		return 0
	}
	return int(n)
}

func (d *decoder) string() string {
	n := d.count()
	s := string(d.head[:n])
	d.head = d.head[n:]
	return s
}

func (d *decoder) lexicon() Lexicon {
	kind, name, base := d.string(), d.string(), d.uint()
	if d.err != nil {
		return nil
	}
	if err := checkName(name); err != nil {
		d.fail(err)
		return nil
	}
	if base >= fingerprint.Bases {
		d.fail(fmt.Errorf("unknown fingerprint base %d", base))
		return nil
	}
	switch kind {
	case new(Classes).Kind():
		x := &Classes{name: name, tree: d.uint() == 1}
		for range d.count() {
			x.names = append(x.names, d.string())
		}
		x.table = d.table(int(base), uint32(len(x.names)))
		return x
	case new(Gazetteer).Kind():
		g := &Gazetteer{name: name}
		entries := d.uint()
		g.table = d.table(int(base), entryLimit)
		if entries > uint64(len(g.table.keys)) {
			d.fail(errors.New("more entries than keys"))
		}
		g.entries = int(min(entries, uint64(len(g.table.keys))))
		return g
	case new(Vectors).Kind():
		x := &Vectors{name: name}
		dim := d.uint()
		x.rows = view[float32](d, secRows)
		x.table = d.table(int(base), uint32(len(d.sections[secKeys])/8))
		if dim < 1 || dim > maxDim || uint64(len(x.rows)) != dim*uint64(len(x.table.keys)) {
			d.fail(fmt.Errorf("found %d numbers for %d vectors of dimension %d", len(x.rows), len(x.table.keys), dim))
		}
		x.dim = int(min(dim, maxDim))
		for _, v := range x.rows {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				d.fail(errors.New("a vector is not finite"))
				break
			}
		}
		return x
	}
	d.fail(fmt.Errorf("%w: %.40q", ErrKind, kind))
	return nil
}

func (d *decoder) table(base int, limit uint32) table {
	t := table{base: base, hasher: fingerprint.NewHasher(base)}
	t.homes, t.keys, t.numbers = view[uint32](d, secHomes), view[uint64](d, secKeys), view[uint32](d, secNumbers)
	if d.err == nil {
		if err := t.check(limit); err != nil {
			d.fail(err)
		}
	}
	return t
}

func view[T any](d *decoder, name string) []T {
	list, err := container.View[T](d.sections[name])
	if err != nil {
		d.fail(fmt.Errorf("section %s: %w", name, err))
	}
	return list
}

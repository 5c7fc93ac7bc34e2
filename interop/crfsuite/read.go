package crfsuite

import (
	"fmt"
	"math"
)

// Sniff reports whether a file that starts with head is a model of CRFsuite. It needs 48 bytes.
func Sniff(head []byte) bool {
	return len(head) >= headerSize && string(head[:len(magic)]) == magic && string(head[atKind:atKind+len(kind)]) == kind
}

// Read reads a model file. It does not retain data. It checks counts, offsets, references, hash
// tables and weights before it uses them. The result is either a model that CRFsuite can also read
// or an error that wraps [ErrModel]. Time and memory are proportional to the size of the file,
// whatever its content. Read accepts files of other programs that differ in what CRFsuite itself
// does not read: the names and sizes of the reference chunks, and alignment.
func Read(data []byte) (*Model, error) {
	if !Sniff(data) {
		return nil, invalid("no header of a first-order CRFsuite model")
	}
	field := func(at int) uint32 { return le.Uint32(data[at:]) }
	if v := field(atVersion); v != version {
		return nil, invalid("version %d, expected %d", v, version)
	}
	if size := field(atSize); uint64(size) != uint64(len(data)) {
		return nil, invalid("file has %d bytes, but its header says %d", len(data), size)
	}
	labels, err := readDict(data, field(atLabels), field(atLabelCount))
	if err != nil {
		return nil, invalid("labels: %w", err)
	}
	if len(labels) == 0 {
		return nil, invalid("no labels")
	}
	attributes, err := readDict(data, field(atAttrs), field(atAttrCount))
	if err != nil {
		return nil, invalid("attributes: %w", err)
	}
	f := featureTable{data: data, labels: len(labels), attributes: len(attributes)}
	if err := f.open(field(atFeatures)); err != nil {
		return nil, invalid("features: %w", err)
	}
	m := &Model{Labels: labels, Attributes: make([]Attribute, len(attributes)), Transitions: make([]Transition, 0, f.count[transition])}
	for a, name := range attributes {
		m.Attributes[a].Name = name
	}
	err = f.list(transition, field(atLabelRefs), func(from, to int, w float64) {
		m.Transitions = append(m.Transitions, Transition{from, to, w})
	})
	if err != nil {
		return nil, invalid("transitions of labels: %w", err)
	}
	flat := make([]Feature, 0, f.count[stateFeature])
	err = f.list(stateFeature, field(atAttrRefs), func(a, label int, w float64) {
		flat = append(flat, Feature{label, w})
		n := len(m.Attributes[a].Features) + 1
		m.Attributes[a].Features = flat[len(flat)-n : len(flat) : len(flat)]
	})
	if err != nil {
		return nil, invalid("features of attributes: %w", err)
	}
	return m, nil
}

// featureTable reads the features through the tables of references, as the tagger of CRFsuite does.
type featureTable struct {
	data               []byte
	labels, attributes int
	records            []byte
	count              [2]int // number of features of each type
}

// open validates all features.
func (f *featureTable) open(at uint32) error {
	head, err := part(f.data, uint64(at), chunkSize)
	if err != nil {
		return err
	}
	if got := string(head[:4]); got != featureChunk {
		return fmt.Errorf("chunk is named %q, expected %q", got, featureChunk)
	}
	n := le.Uint32(head[8:])
	if f.records, err = part(f.data, uint64(at)+chunkSize, uint64(n)*featureSize); err != nil {
		return err
	}
	for k := range int(n) {
		typ, src, dst, w := f.at(k)
		if typ != stateFeature && typ != transition {
			return fmt.Errorf("feature %d has type %d", k, typ)
		}
		if int64(src) >= int64(f.sources(typ)) || int64(dst) >= int64(f.labels) {
			return fmt.Errorf("feature %d leads from %d to %d, beyond %d attributes and %d labels", k, src, dst, f.attributes, f.labels)
		}
		if !isFinite(w) {
			return fmt.Errorf("feature %d has weight %v", k, w)
		}
		f.count[typ]++
	}
	return nil
}

func (f *featureTable) at(k int) (typ, src, dst uint32, w float64) {
	r := f.records[k*featureSize:]
	return le.Uint32(r), le.Uint32(r[4:]), le.Uint32(r[8:]), math.Float64frombits(le.Uint64(r[12:]))
}

// sources returns the number of labels or attributes that features of a type can come from.
func (f *featureTable) sources(typ uint32) int {
	if typ == transition {
		return f.labels
	}
	return f.attributes
}

// list yields the features of a type from the table of references at an offset, source by source.
// It returns an error unless the table lists all features of the type, each with a different pair
// of source and label.
func (f *featureTable) list(typ, at uint32, yield func(src, dst int, w float64)) error {
	n := f.sources(typ)
	head, err := part(f.data, uint64(at), chunkSize)
	if err != nil {
		return err
	}
	if have := le.Uint32(head[8:]); uint64(have) < uint64(n) {
		return fmt.Errorf("%d lists of references, expected %d", have, n)
	}
	lists, err := part(f.data, uint64(at)+chunkSize, 4*uint64(n))
	if err != nil {
		return err
	}
	seen := make([]int, f.labels) // 1 + the last source with a feature of the label
	total := 0
	for i := range n {
		at := uint64(le.Uint32(lists[4*i:]))
		count, err := part(f.data, at, 4)
		if err != nil {
			return err
		}
		ids, err := part(f.data, at+4, 4*uint64(le.Uint32(count)))
		if err != nil {
			return err
		}
		for ; len(ids) > 0; ids = ids[4:] {
			id := le.Uint32(ids)
			if uint64(id) >= uint64(len(f.records)/featureSize) {
				return fmt.Errorf("entry %d refers to feature %d, but there are %d", i, id, len(f.records)/featureSize)
			}
			got, src, dst, w := f.at(int(id))
			if got != typ || src != uint32(i) {
				return fmt.Errorf("entry %d refers to feature %d of another entry", i, id)
			}
			if seen[dst] == i+1 {
				return fmt.Errorf("entry %d has two features of label %d", i, dst)
			}
			seen[dst] = i + 1
			total++
			yield(i, int(dst), w)
		}
	}
	if total != f.count[typ] {
		return fmt.Errorf("%d references to %d features", total, f.count[typ])
	}
	return nil
}

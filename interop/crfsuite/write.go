package crfsuite

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// ErrTooLarge means that a model exceeds a file of 4 GiB, the range of the offsets, or has more
// than 8192 labels, the maximum for a [Labeller].
var ErrTooLarge = errors.New("too large")

// Write writes a model as a file that CRFsuite and its bindings can load. Features are numbered
// attribute by attribute, followed by the transitions. So a file written by CRFsuite, read by
// [Read], is written as the same bytes. If the model is not valid, nothing is written.
func Write(w io.Writer, m *Model) error {
	if err := m.Validate(); err != nil {
		return err
	}
	size := fileSize(m)
	if size > math.MaxUint32 || size > math.MaxInt {
		return fmt.Errorf("%w: file would have %d bytes", ErrTooLarge, size)
	}
	buf := make([]byte, headerSize, size)
	place := func(at int) { le.PutUint32(buf[at:], uint32(len(buf))) }
	copy(buf, magic)
	copy(buf[atKind:], kind)
	le.PutUint32(buf[atSize:], uint32(size))
	le.PutUint32(buf[atVersion:], version)
	le.PutUint32(buf[atLabelCount:], uint32(len(m.Labels)))
	le.PutUint32(buf[atAttrCount:], uint32(len(m.Attributes)))

	place(atFeatures)
	buf = appendFeatures(buf, m)
	place(atLabels)
	buf = appendDict(buf, len(m.Labels), func(j int) string { return m.Labels[j] })
	place(atAttrs)
	buf = appendDict(buf, len(m.Attributes), func(a int) string { return m.Attributes[a].Name })
	buf = align(buf)
	place(atLabelRefs)
	buf = appendLabelRefs(buf, m)
	place(atAttrRefs)
	buf = appendAttrRefs(buf, m)
	_, err := w.Write(buf)
	return err
}

// legacyLabels is the number of lists for the labels before and after a sentence. They are no
// longer written but still counted.
const legacyLabels = 2

func fileSize(m *Model) uint64 {
	l, a, k := uint64(len(m.Labels)), uint64(len(m.Attributes)), uint64(m.Features())
	names := 0
	for _, name := range m.Labels {
		names += len(name) + 1
	}
	for i := range m.Attributes {
		names += len(m.Attributes[i].Name) + 1
	}
	// For each name: the record, two slots, and a link.
	size := headerSize + chunkSize + featureSize*k + 2*dictSize + (recordSize+2*slotSize+4)*(l+a) + uint64(names)
	size = (size + 3) / 4 * 4
	// For each label and attribute an offset and a count, for each feature its number.
	return size + 2*chunkSize + 4*legacyLabels + 8*(l+a) + 4*k
}

func align(buf []byte) []byte {
	for len(buf)%4 != 0 {
		buf = append(buf, 0)
	}
	return buf
}

// appendChunk appends the header of a chunk of the given size.
func appendChunk(buf []byte, name string, size, count int) []byte {
	buf = append(buf, name...)
	buf = le.AppendUint32(buf, uint32(size))
	return le.AppendUint32(buf, uint32(count))
}

func appendFeatures(buf []byte, m *Model) []byte {
	k := m.Features()
	buf = appendChunk(buf, featureChunk, chunkSize+featureSize*k, k)
	add := func(typ, src, dst int, w float64) {
		buf = le.AppendUint32(buf, uint32(typ))
		buf = le.AppendUint32(buf, uint32(src))
		buf = le.AppendUint32(buf, uint32(dst))
		buf = le.AppendUint64(buf, math.Float64bits(w))
	}
	for a := range m.Attributes {
		for _, f := range m.Attributes[a].Features {
			add(stateFeature, a, f.Label, f.Weight)
		}
	}
	for _, f := range m.Transitions {
		add(transition, f.From, f.To, f.Weight)
	}
	return buf
}

func appendLabelRefs(buf []byte, m *Model) []byte {
	states := m.Features() - len(m.Transitions)
	lists := make([][]uint32, len(m.Labels))
	for k, f := range m.Transitions {
		lists[f.From] = append(lists[f.From], uint32(states+k))
	}
	n := len(lists) + legacyLabels
	buf = appendChunk(buf, labelChunk, chunkSize+4*n+4*len(lists)+4*len(m.Transitions), n)
	at := len(buf) + 4*n
	for _, list := range lists {
		buf = le.AppendUint32(buf, uint32(at))
		at += 4 + 4*len(list)
	}
	buf = append(buf, make([]byte, 4*legacyLabels)...)
	for _, list := range lists {
		buf = le.AppendUint32(buf, uint32(len(list)))
		for _, id := range list {
			buf = le.AppendUint32(buf, id)
		}
	}
	return buf
}

func appendAttrRefs(buf []byte, m *Model) []byte {
	n := len(m.Attributes)
	buf = appendChunk(buf, attrChunk, chunkSize+8*n+4*(m.Features()-len(m.Transitions)), n)
	at := len(buf) + 4*n
	for a := range m.Attributes {
		buf = le.AppendUint32(buf, uint32(at))
		at += 4 + 4*len(m.Attributes[a].Features)
	}
	id := uint32(0)
	for a := range m.Attributes {
		buf = le.AppendUint32(buf, uint32(len(m.Attributes[a].Features)))
		for range m.Attributes[a].Features {
			buf = le.AppendUint32(buf, id)
			id++
		}
	}
	return buf
}

// appendDict appends the dictionary of n names, numbered in order.
func appendDict(buf []byte, n int, name func(int) string) []byte {
	var tables [dictTables][]slot
	links := make([]uint32, n)
	start := len(buf)
	here := func() uint32 { return uint32(len(buf) - start) }
	buf = append(buf, make([]byte, dictSize)...)
	for k := range n {
		key := name(k)
		links[k] = here()
		buf = le.AppendUint32(buf, uint32(k))
		buf = le.AppendUint32(buf, uint32(len(key)+1))
		buf = append(append(buf, key...), 0)
		hash := lookup3(buf[len(buf)-len(key)-1:])
		tables[hash%dictTables] = append(tables[hash%dictTables], slot{hash, links[k]})
	}
	for t, names := range tables {
		if len(names) == 0 {
			continue
		}
		ref := buf[start+dictHeaderSize+8*t:]
		le.PutUint32(ref, here())
		le.PutUint32(ref[4:], uint32(2*len(names)))
		slots := make([]slot, 2*len(names))
		for _, s := range names {
			k := int(s.hash>>8) % len(slots)
			for slots[k].at != 0 {
				k = (k + 1) % len(slots)
			}
			slots[k] = s
		}
		for _, s := range slots {
			buf = le.AppendUint32(buf, s.hash)
			buf = le.AppendUint32(buf, s.at)
		}
	}
	head := buf[start:]
	copy(head, dictChunk)
	le.PutUint32(head[atDictMark:], dictMark)
	le.PutUint32(head[atLinkCount:], uint32(n))
	if n > 0 {
		le.PutUint32(head[atLinks:], here())
	}
	for _, at := range links {
		buf = le.AppendUint32(buf, at)
	}
	le.PutUint32(buf[start+atDictSize:], here())
	return buf
}

package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	headerSize = 64
	entrySize  = 32
	nameSize   = 8
	align      = 64 // a cache line
	maxLength  = 1 << 62
)

// ErrFormat means that bytes are not a container of the expected format: another format, damaged,
// or another version.
var ErrFormat = errors.New("not a valid file")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Format is a kind of file.
type Format struct {
	Magic   string // 8 bytes
	Version uint32 // the newest version
	Oldest  uint32 // the oldest version that can be read; 0 means Version
}

// At returns the format that writes another version.
func (f Format) At(version uint32) Format {
	f.Version = version
	return f
}

// kinds maps the magic of each kind of file of this module to its name for error messages.
var kinds = map[string]string{
	"TRELLISM": "a linear-chain model",
	"TRELSEMI": "a semi-Markov model",
	"TRELCRF2": "a pruned higher-order model",
	"TRELSEGM": "a learned tokenizer",
}

// Section is a named part of a file.
type Section struct {
	Name string // 1 to 8 bytes, none of them zero
	Data []byte
}

// padding returns the number of zeros between n bytes and the next section.
func padding(n int) int { return -n & (align - 1) }

// Write writes a file of sections. Their names must differ.
func (f Format) Write(w io.Writer, sections []Section) error {
	table := make([]byte, 0, entrySize*len(sections))
	at := headerSize + entrySize*len(sections)
	for _, s := range sections {
		at += padding(at)
		table = append(table, s.Name...)
		table = append(table, make([]byte, nameSize-len(s.Name))...)
		table = binary.LittleEndian.AppendUint64(table, uint64(at))
		table = binary.LittleEndian.AppendUint64(table, uint64(len(s.Data)))
		table = binary.LittleEndian.AppendUint32(table, crc32.Checksum(s.Data, castagnoli))
		table = binary.LittleEndian.AppendUint32(table, 0)
		at += len(s.Data)
	}
	head := append([]byte(f.Magic), make([]byte, headerSize-len(f.Magic))...)
	binary.LittleEndian.PutUint32(head[8:], f.Version)
	binary.LittleEndian.PutUint32(head[12:], uint32(len(sections)))
	binary.LittleEndian.PutUint64(head[16:], uint64(at))
	binary.LittleEndian.PutUint32(head[24:], crc32.Checksum(table, castagnoli))
	binary.LittleEndian.PutUint32(head[60:], crc32.Checksum(head[:60], castagnoli))
	at = 0
	put := func(data []byte) error {
		n, err := w.Write(data)
		at += n
		return err
	}
	if err := put(append(head, table...)); err != nil {
		return err
	}
	for _, s := range sections {
		if err := put(make([]byte, padding(at))); err != nil {
			return err
		}
		if err := put(s.Data); err != nil {
			return err
		}
	}
	return nil
}

// Parse returns the sections of a file by name; they alias data. Data that Write would not produce
// with this magic and version is an error that wraps ErrFormat and describes the problem.
func (f Format) Parse(data []byte) (map[string][]byte, error) {
	n, err := f.header(data)
	if err != nil {
		return nil, err
	}
	at := headerSize + entrySize*n
	sections := make(map[string][]byte, n)
	for k := range n {
		entry := data[headerSize+entrySize*k:][:entrySize]
		name := string(bytes.TrimRight(entry[:nameSize], "\x00"))
		offset, length := binary.LittleEndian.Uint64(entry[8:]), binary.LittleEndian.Uint64(entry[16:])
		start := at + padding(at)
		if _, twice := sections[name]; twice || name == "" || offset != uint64(start) || start > len(data) || length > uint64(len(data)-start) {
			return nil, fmt.Errorf("%w: section %q is at %d..%d+%d of %d bytes: want %d", ErrFormat, name, offset, offset, length, len(data), start)
		}
		for _, b := range data[at:start] {
			if b != 0 {
				return nil, fmt.Errorf("%w: bytes before section %q are not zero", ErrFormat, name)
			}
		}
		at = start + int(length)
		sections[name] = data[start:at:at]
		if crc32.Checksum(sections[name], castagnoli) != binary.LittleEndian.Uint32(entry[24:]) {
			return nil, fmt.Errorf("%w: wrong checksum of section %q: the file is damaged", ErrFormat, name)
		}
	}
	if at != len(data) {
		return nil, fmt.Errorf("%w: the file has %d bytes: want %d", ErrFormat, len(data), at)
	}
	return sections, nil
}

// length checks the header and returns the file length that it states.
func (f Format) length(data []byte) (uint64, error) {
	if len(data) < headerSize {
		return 0, fmt.Errorf("%w: the file has %d bytes, fewer than the header", ErrFormat, len(data))
	}
	if string(data[:len(f.Magic)]) != f.Magic {
		if other, ok := kinds[string(data[:len(f.Magic)])]; ok {
			return 0, fmt.Errorf("%w: it is %s", ErrFormat, other)
		}
		if bytes.HasPrefix(data, []byte("lCRF")) {
			return 0, fmt.Errorf("%w: it is a CRFsuite model", ErrFormat)
		}
		return 0, fmt.Errorf("%w: it does not start with %q", ErrFormat, f.Magic)
	}
	// Check the version first: the rest of the header may differ between versions.
	switch version := binary.LittleEndian.Uint32(data[8:]); {
	case version > f.Version:
		return 0, fmt.Errorf("%w: written by a newer version of the program (format %d, this version reads %d)", ErrFormat, version, f.Version)
	case version < f.Version && (f.Oldest == 0 || version < f.Oldest):
		return 0, fmt.Errorf("%w: written by an older version of the program (format %d, this version reads %d): create it again", ErrFormat, version, f.Version)
	}
	if crc32.Checksum(data[:60], castagnoli) != binary.LittleEndian.Uint32(data[60:]) {
		return 0, fmt.Errorf("%w: wrong checksum of the header: the file is damaged", ErrFormat)
	}
	length := binary.LittleEndian.Uint64(data[16:])
	if length < headerSize || length > maxLength {
		return 0, fmt.Errorf("%w: the header states a length of %d bytes", ErrFormat, length)
	}
	return length, nil
}

// header checks the header and the checksum of the table and returns the number of sections.
func (f Format) header(data []byte) (int, error) {
	length, err := f.length(data)
	if err != nil {
		return 0, err
	}
	if length != uint64(len(data)) {
		return 0, fmt.Errorf("%w: the file is damaged or cut short: it has %d bytes, want %d", ErrFormat, len(data), length)
	}
	n := binary.LittleEndian.Uint32(data[12:])
	if uint64(n) > uint64(len(data)-headerSize)/entrySize {
		return 0, fmt.Errorf("%w: %d sections do not fit into %d bytes", ErrFormat, n, len(data))
	}
	if crc32.Checksum(data[headerSize:headerSize+entrySize*int(n)], castagnoli) != binary.LittleEndian.Uint32(data[24:]) {
		return 0, fmt.Errorf("%w: wrong checksum of the section table: the file is damaged", ErrFormat)
	}
	return int(n), nil
}

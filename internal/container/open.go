package container

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/edsrzf/mmap-go"
)

// mapFrom is the minimum size in bytes of a mapped file. Reading a smaller file takes a fraction of
// a millisecond, and later changes to the file cannot affect it.
const mapFrom = 1 << 20

// Mapping is the content of a file. A mapped file is read page by page on demand and shared with
// other processes. Small files, and files that cannot be mapped, such as pipes, are copied.
type Mapping struct {
	Data   []byte // read-only; do not use after Close
	path   string
	mapped mmap.MMap   // nil for a copy
	file   *os.File    // open while it is mapped
	opened fs.FileInfo // state of file when it was opened
}

// Open opens a file of the format. It reads a pipe or device only up to the length in the header,
// or only the magic if that differs. [Format.Parse] checks the content.
//
// Renaming another file over a mapped one is safe. Truncating or writing to it is not: see [Guard]
// and [Mapping.Check].
func (f Format) Open(path string) (*Mapping, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() && info.Size() >= mapFrom {
		if data, err := mmap.Map(file, mmap.RDONLY, 0); err == nil {
			m := &Mapping{Data: data, path: path, mapped: data, file: file, opened: info}
			mapped.add(m)
			return m, nil
		}
	}
	defer file.Close()
	data, err := f.Read(file)
	if err != nil {
		return nil, err
	}
	return &Mapping{Data: data}, nil
}

// Read reads the bytes of a file of the format from r. It reads at most one byte more than the
// length in the header, so that Parse can detect trailing data. Bytes of another format are an
// error that wraps ErrFormat.
func (f Format) Read(r io.Reader) ([]byte, error) {
	data := make([]byte, headerSize)
	n, err := io.ReadFull(r, data)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	data = data[:n]
	length, err := f.length(data)
	if err != nil {
		return nil, err
	}
	rest, err := io.ReadAll(io.LimitReader(r, int64(length)-headerSize+1))
	if err != nil {
		return nil, err
	}
	return append(data, rest...), nil
}

// Check returns an error that wraps ErrChanged if the size or modification time of a mapped file
// changed since Open. It costs one system call.
func (m *Mapping) Check() error {
	if m == nil || m.mapped == nil {
		return nil
	}
	info, err := m.file.Stat()
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	if info.Size() != m.opened.Size() || !info.ModTime().Equal(m.opened.ModTime()) {
		return m.changed()
	}
	return nil
}

func (m *Mapping) changed() error { return fmt.Errorf("%s: %w", m.path, ErrChanged) }

// Close releases the memory. Closing twice is safe.
func (m *Mapping) Close() error {
	m.Data = nil
	if m.mapped == nil {
		return nil
	}
	mapped.remove(m)
	err := m.mapped.Unmap()
	m.mapped = nil
	return errors.Join(err, m.file.Close())
}

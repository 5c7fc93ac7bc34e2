package container

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/edsrzf/mmap-go"
)

// mapFrom is the size in bytes from which a file is mapped. Reading a smaller one takes a fraction of a millisecond,
// and nothing that happens to the file later can do harm.
const mapFrom = 1 << 20

// A Mapping is the content of a file: mapped into memory, so that it is read page by page when it is needed and shared
// with other processes, or a copy if the file is small or cannot be mapped (a pipe, say).
type Mapping struct {
	Data   []byte // must not be written to, nor used after Close
	path   string
	mapped mmap.MMap   // nil for a copy
	file   *os.File    // open as long as it is mapped
	opened fs.FileInfo // of file, when it was opened
}

// Open opens a file of the format. It reads a pipe or a device only as far as the header says, and not beyond the magic
// if that is another. [Format.Parse] checks the content.
//
// Moving another file into the place of a mapped one does no harm. Cutting the file short or writing to it does: see
// [Guard] and [Mapping.Check].
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

// Read reads the bytes of a file of the format from r: no more than the header says and one, by which Parse sees that
// something follows. Bytes of another format are an error that wraps ErrFormat.
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

// Check returns an error that wraps ErrChanged if a mapped file has another size or time of modification than when it
// was opened. It costs one system call.
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

// Close gives the memory back. Twice does no harm.
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

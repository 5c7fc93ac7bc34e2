package container

import (
	"io"
	"os"

	"github.com/edsrzf/mmap-go"
)

// A Mapping is the content of a file: mapped into memory, so that it is read page by page when it is asked
// for and shared with other processes, or read where it cannot be mapped (a pipe, say).
type Mapping struct {
	Data   []byte // must not be written to, nor used after Close
	mapped mmap.MMap
}

// Open maps a file. Whoever cuts the file short while it is mapped crashes the program; moving another file
// into its place does no harm.
func Open(path string) (*Mapping, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		if m, err := mmap.Map(f, mmap.RDONLY, 0); err == nil {
			return &Mapping{Data: m, mapped: m}, nil
		}
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &Mapping{Data: data}, nil
}

// Close gives the memory back. Twice does no harm.
func (m *Mapping) Close() error {
	m.Data = nil
	if m.mapped == nil {
		return nil
	}
	return m.mapped.Unmap()
}

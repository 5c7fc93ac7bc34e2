package safefile

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
)

// In returns a function that creates files in a folder, which it creates, too. Each file is written
// once it is closed. Names have slashes.
func In(folder string) func(name string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		return &closedFile{path: path}, os.MkdirAll(filepath.Dir(path), 0o777)
	}
}

// A closedFile is written when it is closed.
type closedFile struct {
	bytes.Buffer
	path string
}

// Close implements [io.Closer].
func (f *closedFile) Close() error {
	return Write(f.path, func(w io.Writer) error {
		_, err := f.WriteTo(w)
		return err
	})
}

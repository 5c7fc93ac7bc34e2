package safefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A File is a file being written. End it with Commit or Abort.
type File struct {
	f      *os.File
	path   string // final path, without symbolic links
	beside bool   // f is a temporary file, not path itself
	err    error  // first write error
}

var _ io.Writer = (*File)(nil)

// Create starts writing a file. The existing file at path stays until [File.Commit].
func Create(path string) (*File, error) {
	place, err := resolve(path)
	if err != nil {
		return nil, about(path, err)
	}
	info, err := os.Stat(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return nil, about(path, err)
	case info.IsDir():
		return nil, fmt.Errorf("%s: is a directory", path)
	case !info.Mode().IsRegular():
		f, err := os.OpenFile(place, os.O_WRONLY, 0)
		if err != nil {
			return nil, about(path, err)
		}
		return &File{f: f, path: place}, nil
	}
	mode := fs.FileMode(0o666)
	if info != nil {
		mode = info.Mode().Perm() // never more permissive than the final mode
	}
	f, err := createBeside(place, mode)
	if err == nil && info != nil {
		if err = own(f, info); err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return nil, about(path, err)
	}
	return &File{f: f, path: place, beside: true}, nil
}

// createBeside creates a temporary file in the directory of place. Its name is random, because
// several processes may write the same file.
func createBeside(place string, mode fs.FileMode) (*os.File, error) {
	dir, name := filepath.Split(place)
	removeStale(dir, name)
	for try := 0; ; try++ {
		temp := dir + prefix(name) + strconv.FormatUint(rand.Uint64(), 36) + suffix
		f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, fs.ErrExist) || try == 100 {
			return f, err
		}
	}
}

// prefix returns the prefix of the temporary files of name. It truncates long names to stay within
// the limits of file systems.
func prefix(name string) string {
	if len(name) > longName {
		name = strings.ToValidUTF8(name[:longName], "")
	}
	return "." + name + "."
}

const (
	suffix   = ".tmp"
	longName = 200 // in bytes
)

// stale is the age at which a temporary file counts as left by a killed process.
const stale = 24 * time.Hour

// removeStale removes old temporary files of name in dir. It ignores errors.
func removeStale(dir, name string) {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		id, ours := strings.CutPrefix(e.Name(), prefix(name))
		id, whole := strings.CutSuffix(id, suffix)
		if !ours || !whole {
			continue
		}
		if _, err := strconv.ParseUint(id, 36, 64); err != nil {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > stale {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Write implements [io.Writer].
func (f *File) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	if err != nil && f.err == nil {
		f.err = err
	}
	return n, err
}

// Commit moves the file to its path. After an error, here or in Write, it aborts instead.
func (f *File) Commit() error {
	if f.err != nil {
		f.Abort()
		return about(f.path, f.err)
	}
	if !f.beside {
		return f.f.Close()
	}
	if err := f.f.Sync(); err != nil {
		f.Abort()
		return about(f.path, err)
	}
	if err := f.f.Close(); err != nil {
		f.Abort()
		return about(f.path, err)
	}
	if err := os.Rename(f.f.Name(), f.path); err != nil {
		f.Abort()
		return about(f.path, err)
	}
	syncFolder(filepath.Dir(f.path))
	return nil
}

// Abort discards the new content. It does nothing after Commit.
func (f *File) Abort() {
	_ = f.f.Close() // may already be closed
	if f.beside {
		_ = os.Remove(f.f.Name())
	}
}

// syncFolder makes a rename durable, on systems that can sync directories.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Write writes a file all or nothing. It returns errors of write unchanged.
func Write(path string, write func(io.Writer) error) error {
	return WriteContext(context.Background(), path, write)
}

// WriteContext is like Write, but stops waiting for the reader of a FIFO when ctx ends; see [Wait].
func WriteContext(ctx context.Context, path string, write func(io.Writer) error) error {
	f, err := Wait(ctx, path, func() (*File, error) { return Create(path) })
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Abort()
		if f.err != nil {
			return about(path, f.err)
		}
		return err
	}
	return f.Commit()
}

// Check returns the error that [Create] would return, without side effects. It opens only regular
// files: the reader of a FIFO would take the close for the end of the data.
func Check(path string) error {
	if info, err := os.Stat(path); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil
	}
	f, err := Create(path)
	if err != nil {
		return err
	}
	f.Abort()
	return nil
}

// about prefixes err with the final path, once, and removes the name of the temporary file.
func about(path string, err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

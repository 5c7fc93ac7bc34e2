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

// A File is being written. Either Commit or Abort ends it.
type File struct {
	f      *os.File
	path   string // the place, without symbolic links
	beside bool   // f is a file beside it, else the place itself
	err    error  // the first error of writing
}

var _ io.Writer = (*File)(nil)

// Create begins a file for path. What stands there is left alone until [File.Commit].
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
		mode = info.Mode().Perm() // at no time more than in the end
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

// createBeside creates a new file in the folder of place. The name is random, as two processes may write at
// the same time.
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

// prefix is what the names of files beside name start with. Of a long name it is the start, so that they are no longer
// than file systems allow.
func prefix(name string) string {
	if len(name) > longName {
		name = strings.ToValidUTF8(name[:longName], "")
	}
	return "." + name + "."
}

const (
	suffix   = ".tmp"
	longName = 200 // bytes
)

// stale is how long nobody has written to a file for it to be one that a killed process left behind.
const stale = 24 * time.Hour

// removeStale removes what processes that were killed left beside the place name of folder dir. What cannot be
// removed does no harm.
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

// Commit puts the file in its place. If that fails, or a write failed before, the file is aborted.
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

// Abort leaves the place as it was. After Commit it does nothing.
func (f *File) Abort() {
	_ = f.f.Close() // twice does no harm
	if f.beside {
		_ = os.Remove(f.f.Name())
	}
}

// syncFolder makes a rename last. Systems that cannot sync a folder need not.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// Write puts what write writes at path, all or nothing. An error of write is returned as it is.
func Write(path string, write func(io.Writer) error) error {
	return WriteContext(context.Background(), path, write)
}

// WriteContext is Write that does not wait for a reader of a FIFO when ctx ends; see [Wait].
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

// Check tells beforehand what would keep [Create] from working, and leaves no trace. It does not open what is not a
// regular file: the reader of a FIFO would take the close for the end.
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

// about says which file err is about, once and without the name of the file beside it.
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

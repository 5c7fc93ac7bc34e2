package tag

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
)

// transient is an error of fetching or writing a file. Trying again may help.
type transient struct{ error }

// Unwrap returns the error.
func (t transient) Unwrap() error { return t.error }

// again marks an error as transient.
func again(err error) error {
	if err == nil {
		return nil
	}
	return transient{err}
}

// remote reports whether a name has a scheme, such as gs://.
func remote(name string) bool { return strings.Contains(name, "://") }

// fetch returns the path of a local file with the content of name, and a function that removes
// what fetch has made. A local file is its own copy.
func fetch(ctx context.Context, name string) (local string, done func(), err error) {
	if !remote(name) {
		return name, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "trellis-")
	if err != nil {
		return "", nil, again(err)
	}
	done = func() { _ = os.RemoveAll(folder) }
	local = folder + "/" + path.Base(name)
	if err := copyTo(ctx, local, name); err != nil {
		done()
		return "", nil, again(fmt.Errorf("%s: %w", name, err))
	}
	return local, done, nil
}

func copyTo(ctx context.Context, local, name string) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer fs.Close()
	from, err := fs.OpenRead(ctx, name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(local)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// named replaces the name of the local copy in an error by the name of the file.
type named struct {
	error
	local, name string
}

// Error returns the message.
func (n named) Error() string { return strings.ReplaceAll(n.error.Error(), n.local, n.name) }

// Unwrap returns the error.
func (n named) Unwrap() error { return n.error }

// A sink remembers the error of the file that it writes to.
type sink struct {
	w   io.Writer
	err error
}

// Write implements [io.Writer].
func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.err = errors.Join(s.err, err)
	return n, err
}

// write writes a file all or nothing: under a temporary name first, which it then renames. It
// returns errors of fill unchanged, and all others as transient.
func write(ctx context.Context, name string, fill func(io.Writer) error) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return again(err)
	}
	defer fs.Close()
	at := strings.LastIndexByte(name, '/') + 1
	temporary := name[:at] + ".trellis-" + rand.Text() + "-" + name[at:]
	file, err := fs.OpenWrite(ctx, temporary)
	if err != nil {
		return again(fmt.Errorf("%s: %w", name, err))
	}
	to := &sink{w: file}
	buffered := bufio.NewWriterSize(to, 1<<20)
	err = fill(buffered)
	failed := errors.Join(to.err, buffered.Flush(), file.Close())
	if failed != nil {
		err = again(fmt.Errorf("%s: %w", name, failed))
	}
	if err == nil {
		if err = filesystem.Rename(ctx, fs, temporary, name); err != nil {
			err = again(fmt.Errorf("%s: %w", name, err))
		}
	}
	if err != nil {
		if r, ok := fs.(filesystem.Remover); ok {
			_ = r.Remove(context.WithoutCancel(ctx), temporary)
		}
	}
	return err
}

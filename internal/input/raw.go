package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// Stdin is the name of standard input.
const Stdin = "-"

// A Raw is a file, or standard input, as bytes.
type Raw struct {
	io.Reader
	Name string // for messages
	Live bool   // somebody may be waiting for each sentence: a pipe, a terminal

	file io.Closer // nil for standard input
}

// OpenRaw opens a file, or stdin where the name is [Stdin]; a nil stdin is that of the process. Reading ends with ctx.
func OpenRaw(ctx context.Context, name string, stdin io.Reader) (*Raw, error) {
	raw := &Raw{Name: name}
	r := stdin
	switch {
	case name != Stdin:
		f, err := safefile.Wait(ctx, name, func() (*os.File, error) { return OpenFile(name) })
		if err != nil {
			return nil, err
		}
		raw.file, r = f, f
	case stdin == nil:
		r = os.Stdin
		fallthrough
	default:
		raw.Name = "stdin"
	}
	raw.Live = !Regular(r)
	raw.Reader = newInterruptible(ctx, r)
	return raw, nil
}

// Close closes the file. Nothing was written to it, so that there is no error to report.
func (r *Raw) Close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// OpenFile opens a file that is not a directory. Its errors have the form "name: what is wrong".
func OpenFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, named(name, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, fmt.Errorf("%s: is a directory", name)
	}
	return f, nil
}

// named puts the name of a file before what is wrong with it.
func named(name string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Twice reports whether a file can be opened and read twice, without opening it: that of a pipe or a device cannot. It
// reports true of what cannot be opened at all, so that opening says why.
func Twice(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.IsDir() || info.Mode().IsRegular()
}

// Regular reports whether r is a file on a disk, which nobody is still writing.
func Regular(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

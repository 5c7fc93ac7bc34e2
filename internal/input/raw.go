package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// Stdin is the name of standard input.
const Stdin = "-"

// A Raw reads the bytes of a file or of standard input. It decompresses gzip and Zstandard streams.
type Raw struct {
	io.Reader
	Name string // for error messages
	Live bool   // someone may wait for each sentence, as with a pipe or terminal

	file   io.Closer // nil for standard input
	stream *compress.Reader
}

// OpenRaw opens a file. For the name [Stdin] it returns stdin, or os.Stdin if that is nil. Reading
// ends with ctx.
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
	raw.stream = compress.NewReader(newInterruptible(ctx, r), raw.Name)
	raw.Reader = raw.stream
	return raw, nil
}

// Close closes the file. It ignores the error, because the file was only read.
func (r *Raw) Close() {
	if r.stream != nil {
		_ = r.stream.Close()
	}
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

// named prefixes an error with the file name.
func named(name string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Twice reports whether a file can be read twice, without opening it. Pipes and devices cannot. It
// returns true for files that cannot be opened, so that opening them gives the error.
func Twice(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.IsDir() || info.Mode().IsRegular()
}

// Regular reports whether r is a regular file.
func Regular(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

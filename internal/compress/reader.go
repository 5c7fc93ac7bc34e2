package compress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that a Zstandard stream may require: the window of `zstd --ultra`.
const maxWindow = 128 << 20

// A format is a kind of compression. Its streams start with the magic bytes.
type format struct {
	name, magic, extension string
	reader                 func(io.Reader) (io.ReadCloser, error)
	writer                 func(io.Writer) (io.WriteCloser, error)
}

var formats = []format{
	{"gzip", "\x1f\x8b", ".gz",
		func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
		func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }},
	{"Zstandard", "\x28\xb5\x2f\xfd", ".zst",
		func(r io.Reader) (io.ReadCloser, error) {
			d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, err
			}
			return d.IOReadCloser(), nil
		},
		func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) }},
}

const longestMagic = 4

// Is reports whether a file that starts with these bytes is compressed.
func Is(head []byte) bool {
	for _, f := range formats {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return true
		}
	}
	return false
}

// A Reader reads a stream that may be compressed. It reads the first bytes when they are needed,
// and no more of them than decide. An error of the stream is a [*fs.PathError] with the name.
type Reader struct {
	src  source
	name string
	kind string        // of the compression, or ""
	in   io.Reader     // what Read reads, nil before the first Read
	open io.ReadCloser // of a compressed stream
}

// NewReader returns a reader of src. Name stands for it in errors.
func NewReader(src io.Reader, name string) *Reader { return &Reader{src: source{r: src}, name: name} }

// A source remembers its error, which is none of the compressed stream.
type source struct {
	r   io.Reader
	err error
}

// Read implements [io.Reader].
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	if r.in == nil {
		if err := r.start(); err != nil {
			return 0, err
		}
	}
	n, err := r.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && r.kind != "" {
		err = r.wrap(err)
	}
	return n, err
}

// Close releases the memory of a compressed stream. It does not close src.
func (r *Reader) Close() error {
	if r.open == nil {
		return nil
	}
	return r.open.Close()
}

// start reads the first bytes, as long as they may be the magic bytes of a format.
func (r *Reader) start() error {
	var head []byte
	var end error
	for end == nil && mayBe(head) {
		var next [longestMagic]byte
		n, err := r.src.Read(next[:longestMagic-len(head)])
		head, end = append(head, next[:n]...), err
	}
	in := io.MultiReader(bytes.NewReader(head), &r.src)
	if end != nil {
		in = io.MultiReader(bytes.NewReader(head), failing{end})
	}
	for _, f := range formats {
		if !bytes.HasPrefix(head, []byte(f.magic)) {
			continue
		}
		r.kind = f.name
		open, err := f.reader(in)
		if err != nil {
			err = r.wrap(err)
			r.in = failing{err}
			return err
		}
		r.open, in = open, open
		break
	}
	r.in = in
	return nil
}

// mayBe reports whether more bytes are needed to know whether a stream is compressed.
func mayBe(head []byte) bool {
	for _, f := range formats {
		if len(head) < len(f.magic) && f.magic[:len(head)] == string(head) {
			return true
		}
	}
	return false
}

func (r *Reader) wrap(err error) error {
	switch {
	case r.src.err != nil:
		return r.src.err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = fmt.Errorf("the %s stream is truncated: %w", r.kind, io.ErrUnexpectedEOF)
	default:
		err = fmt.Errorf("the %s stream is damaged: %w", r.kind, err)
	}
	return &fs.PathError{Op: "decompress", Path: r.name, Err: err}
}

// failing returns an error.
type failing struct{ err error }

// Read implements [io.Reader].
func (f failing) Read([]byte) (int, error) { return 0, f.err }

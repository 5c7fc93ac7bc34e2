package serve

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Encodings of bodies.
const (
	encodingGzip = "gzip"
	encodingZstd = "zstd"
)

// minPacked is the size of a body that compression makes smaller.
const minPacked = 1 << 10

// media returns the media type of the request.
func (x *exchange) media() (string, error) {
	value := x.request.Header.Get("Content-Type")
	if value == "" || value == "application/json" {
		return "application/json", nil
	}
	media, parameters, err := mime.ParseMediaType(value)
	if charset := parameters["charset"]; err != nil || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", x.wrongMedia(value)
	}
	return media, nil
}

func (x *exchange) wrongMedia(value string) error {
	p := refuse(http.StatusUnsupportedMediaType, "Content-Type %q: expected application/json", value)
	p.header = [2]string{"Accept-Post", "application/json"}
	if x.route.name == "/v1/tag" {
		p.detail = p.detail + ", application/x-ndjson or text/plain"
		p.header[1] = "application/json, application/x-ndjson, text/plain"
	}
	return p
}

// open returns the body without its compression. Close it.
func (x *exchange) open(body io.Reader) (io.ReadCloser, error) {
	switch encoding := strings.ToLower(x.request.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return io.NopCloser(body), nil
	case encodingGzip, "x-gzip":
		z, err := gzip.NewReader(body)
		return z, asProblem(err)
	case encodingZstd:
		z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	default:
		p := refuse(http.StatusUnsupportedMediaType, "Content-Encoding %q: expected gzip or zstd", encoding)
		p.header = [2]string{"Accept-Encoding", "gzip, zstd"}
		return nil, p
	}
}

// asProblem makes an error of reading a body the fault of the client.
func asProblem(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	p := problemOf(err)
	if p.status == http.StatusInternalServerError {
		p = refuse(http.StatusBadRequest, "the body is truncated or damaged: %s", err)
	}
	return p
}

// read reads the whole body into x.in.
func (x *exchange) read() error {
	most := int64(x.server.limits.Body)
	if x.request.ContentLength > most {
		return tooLarge("the body has %d bytes, the limit is %d", x.request.ContentLength, most)
	}
	body, err := x.open(http.MaxBytesReader(x.writer, x.request.Body, most))
	if err != nil {
		if err == io.EOF {
			err = refuse(http.StatusBadRequest, "the body is empty, expected a stream of gzip")
		}
		return err
	}
	defer body.Close()
	for {
		if len(x.in) == cap(x.in) {
			x.in = append(x.in, 0)[:len(x.in)]
		}
		n, err := body.Read(x.in[len(x.in):min(cap(x.in), int(most)+1)])
		x.in = x.in[:len(x.in)+n]
		switch {
		case int64(len(x.in)) > most:
			return tooLarge("the body has more than %d bytes", most)
		case err == io.EOF:
			return valid(x.in)
		case err != nil:
			return asProblem(err)
		}
	}
}

// readJSON reads a body of JSON.
func (x *exchange) readJSON() error {
	media, err := x.media()
	if err != nil {
		return err
	}
	if media != "application/json" && media != "application/x-www-form-urlencoded" { // the default of curl
		return x.wrongMedia(media)
	}
	return x.read()
}

// accepted returns the encoding to answer with: zstd, gzip or "".
func accepted(h http.Header) string {
	var gzip bool
	for _, value := range h["Accept-Encoding"] {
		for part := range strings.SplitSeq(value, ",") {
			name, rest, _ := strings.Cut(part, ";")
			q := strings.ReplaceAll(rest, " ", "")
			if strings.HasPrefix(q, "q=0") && strings.Trim(q, "q=0.") == "" {
				continue
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case encodingZstd:
				return encodingZstd
			case encodingGzip:
				gzip = true
			}
		}
	}
	if gzip {
		return encodingGzip
	}
	return ""
}

// packed is a buffer of compressed bytes.
type packed struct{ buffer bytes.Buffer }

// A packer compresses.
type packer interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

var packers = map[string]*sync.Pool{
	encodingGzip: {New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that exists
		return z
	}},
	encodingZstd: {New: func() any {
		z, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20)) // valid options
		return z
	}},
}

// compress returns the body in an encoding that the client accepts, and sets the headers.
func (x *exchange) compress(body []byte) []byte {
	h := x.writer.Header()
	h["Vary"] = []string{"Accept-Encoding"}
	encoding := accepted(x.request.Header)
	if len(body) < minPacked || encoding == "" {
		return body
	}
	z := packers[encoding].Get().(packer)
	defer packers[encoding].Put(z)
	out := &x.packed.buffer
	if out.Cap() > maxKept {
		*out = bytes.Buffer{}
	}
	out.Reset()
	z.Reset(out)
	_, err := z.Write(body)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return body
	}
	h["Content-Encoding"] = []string{encoding}
	return out.Bytes()
}

package serve

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// A lineStream answers line by line.
type lineStream struct {
	x       *exchange
	control *http.ResponseController
	in      *bufio.Reader
	out     *bufio.Writer
	pool    *sync.Pool // of pack
	pack    packer     // nil without compression
	line    []byte     // a long line
	set     time.Time
}

// stream answers a body of JSON Lines with a line for each line, in order. A line that is refused
// has a problem as its answer. The stream ends after a line that is too long.
func stream(x *exchange) error {
	s := &lineStream{x: x, control: http.NewResponseController(x.writer)}
	// Answers start before the body ends. Errors mean that the server always works so (HTTP/2), or
	// that it has no deadlines.
	_ = s.control.EnableFullDuplex()
	s.extend()
	body, err := x.open(&deadlineReader{s, x.request.Body})
	if errors.Is(err, io.EOF) {
		body, err = io.NopCloser(http.NoBody), nil
	}
	if err != nil {
		return err
	}
	defer body.Close()
	s.in = bufio.NewReaderSize(body, 64<<10)
	s.begin()
	err = s.run()
	if err == nil {
		err = s.finish()
	}
	if err != nil {
		x.cause = err
		panic(http.ErrAbortHandler)
	}
	return nil
}

// A deadlineReader gives each read of the body the time of a request.
type deadlineReader struct {
	s *lineStream
	r io.Reader
}

func (r *deadlineReader) Read(p []byte) (int, error) {
	r.s.extend()
	return r.r.Read(p)
}

// extend gives the client the time of a request for its next bytes.
func (s *lineStream) extend() {
	now := time.Now()
	if now.Sub(s.set) < s.x.server.limits.Time/8 {
		return
	}
	s.set = now
	end := now.Add(s.x.server.limits.Time)
	_ = s.control.SetReadDeadline(end)
	_ = s.control.SetWriteDeadline(end)
}

// begin sends the header.
func (s *lineStream) begin() {
	h := s.x.writer.Header()
	h["Content-Type"] = []string{"application/x-ndjson"}
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = noSniff
	h["Vary"] = []string{"Accept-Encoding"}
	to := io.Writer((*counter)(s.x))
	if encoding := accepted(s.x.request.Header); encoding != "" {
		h["Content-Encoding"] = []string{encoding}
		s.pool = packers[encoding]
		s.pack = s.pool.Get().(packer)
		s.pack.Reset(to)
		to = s.pack
	}
	s.out = bufio.NewWriterSize(to, 32<<10)
	s.x.status = http.StatusOK
	s.x.writer.WriteHeader(http.StatusOK)
}

// A counter writes the answer of an exchange.
type counter exchange

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.writer.Write(p)
	c.sent += int64(n)
	return n, err
}

// run answers the lines.
func (s *lineStream) run() error {
	x := s.x
	defaults := x.tag // the options in the URL
	for {
		line, err := s.next()
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		last := err != nil && !errors.Is(err, io.EOF)
		if len(bytes.TrimSpace(line)) > 0 || last {
			if !last {
				x.tag = tagRequest{model: defaults.model, nbest: defaults.nbest, probabilities: defaults.probabilities, unit: defaults.unit,
					list: x.tag.list[:0], words: x.tag.words[:0]}
				x.out, err = s.answer(x.out[:0], line)
			}
			if err != nil {
				p := problemOf(err)
				if p.err != nil {
					x.server.log.Error("line of a stream failed", "id", x.id, "error", p.err)
				}
				x.out = append(p.append(append(x.out[:0], `{"error":`...), x.id), "}\n"...)
			}
			if _, err := s.out.Write(x.out); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
		if !s.ready() {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
}

// next returns the next line, which is valid until the next call.
func (s *lineStream) next() ([]byte, error) {
	line, err := s.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, s.why(err)
	}
	s.line = append(s.line[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(s.line) > s.x.server.limits.Body {
			return nil, tooLarge("a line has more than %d bytes", s.x.server.limits.Body)
		}
		line, err = s.in.ReadSlice('\n')
		s.line = append(s.line, line...)
	}
	return s.line, s.why(err)
}

// why returns the problem of an error of reading.
func (s *lineStream) why(err error) error { return asProblem(err) }

// answer appends the answer to a line.
func (s *lineStream) answer(dst, line []byte) ([]byte, error) {
	x := s.x
	if err := valid(line); err != nil {
		return dst, err
	}
	q := &x.tag
	if err := q.body(&x.server.limits, line); err != nil {
		return dst, err
	}
	if q.batch {
		return dst, refuse(http.StatusBadRequest, "%s: expected one document a line, text or tokens", q.form)
	}
	x.job.deadline = x.server.deadline()
	return x.labelled(dst, q, false)
}

// ready reports whether the next line is here already.
func (s *lineStream) ready() bool {
	buffered, _ := s.in.Peek(s.in.Buffered()) // which needs no read
	return bytes.IndexByte(buffered, '\n') >= 0
}

// flush sends all answers so far.
func (s *lineStream) flush() error {
	s.extend()
	if err := s.out.Flush(); err != nil {
		return err
	}
	if s.pack != nil {
		if err := s.pack.Flush(); err != nil {
			return err
		}
	}
	return s.control.Flush()
}

func (s *lineStream) finish() error {
	if err := s.flush(); err != nil {
		return err
	}
	if s.pack == nil {
		return nil
	}
	if err := s.pack.Close(); err != nil {
		return err
	}
	s.pool.Put(s.pack)
	return nil
}

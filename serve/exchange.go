package serve

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/trellis-nlp/trellis/model"
)

// maxKept is the size of a buffer that is kept for the next request.
const maxKept = 1 << 18

// An exchange is a request and its answer, with memory for the next one.
type exchange struct {
	server  *Server
	writer  http.ResponseWriter
	request *http.Request
	route   *route // nil for an unknown path
	slot    *slot  // the model, once it is known
	id      string
	start   time.Time

	status int // 0 before the answer starts
	sent   int64
	job    job
	cause  error // for the log

	in, out []byte
	tag     tagRequest
	doc     model.Document
	packed  packed
}

func (x *exchange) begin(s *Server, w http.ResponseWriter, r *http.Request) {
	x.server, x.writer, x.request, x.start = s, w, r, time.Now()
	x.id = requestID(r)
	x.job.limits, x.job.gate, x.job.deadline = &s.limits, s.gate, x.start.Add(s.limits.Time)
	w.Header()["X-Request-Id"] = []string{x.id}
	if s.closing.Load() {
		w.Header()["Connection"] = []string{"close"}
	}
	s.metrics.inFlight.Inc()
}

// requestID returns the id that the client or a proxy gave the request, or a random one.
func requestID(r *http.Request) string {
	if list := r.Header["X-Request-Id"]; len(list) == 1 && len(list[0]) <= 100 && list[0] != "" {
		for _, c := range []byte(list[0]) {
			if c <= ' ' || c > '~' {
				return newID()
			}
		}
		return list[0]
	}
	return newID()
}

func newID() string {
	var b [16]byte
	const digits = "0123456789abcdef"
	n := rand.Uint64()
	for k := range b {
		b[k] = digits[n&15]
		n >>= 4
	}
	return string(b[:])
}

// end counts and logs the request, after a panic too.
func (x *exchange) end() {
	s := x.server
	panicked := recover()
	if panicked != nil && panicked != http.ErrAbortHandler {
		x.cause = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		if x.status == 0 {
			x.refuse(problemOf(x.cause))
			panicked = nil
		} else {
			panicked = http.ErrAbortHandler // to end the connection amid the answer
		}
	}
	took := time.Since(x.start)
	s.metrics.inFlight.Dec()
	s.metrics.done(x, took)
	level := slog.LevelDebug
	switch {
	case x.status >= 500 && x.status != http.StatusServiceUnavailable:
		level = slog.LevelError
	case x.status >= 400:
		level = slog.LevelInfo
	}
	if s.log.Enabled(context.Background(), level) {
		x.log(level, took)
	}
	if panicked != nil { // its buffers may be in use
		panic(panicked)
	}
	x.forget()
	s.requests.Put(x)
}

func (x *exchange) log(level slog.Level, took time.Duration) {
	r := x.request
	list := []slog.Attr{
		slog.String("id", x.id), slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", x.status),
		slog.Duration("took", took), slog.Int64("bytes", x.sent), slog.String("client", r.RemoteAddr),
	}
	if x.slot != nil {
		list = append(list, slog.String("model", x.slot.name), slog.Int("tokens", x.job.tokens))
	}
	if x.cause != nil {
		list = append(list, slog.Any("error", x.cause))
	}
	x.server.log.LogAttrs(context.Background(), level, "request", list...)
}

// forget drops everything of the request but its memory.
func (x *exchange) forget() {
	x.tag.reset()
	in, out := x.in, x.out
	if cap(in) > maxKept {
		in = nil
	}
	if cap(out) > maxKept {
		out = nil
	}
	*x = exchange{in: in[:0], out: out[:0], tag: x.tag, packed: x.packed, job: x.job.scratch()}
}

var (
	typeJSON    = []string{"application/json"}
	typeProblem = []string{"application/problem+json"}
	noStore     = []string{"no-store"}
	noSniff     = []string{"nosniff"}
)

// reply answers with a whole body.
func (x *exchange) reply(status int, contentType []string, body []byte) error {
	h := x.writer.Header()
	h["Content-Type"] = contentType
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = noStore
	}
	h["X-Content-Type-Options"] = noSniff
	body = x.compress(body)
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.status = status
	x.writer.WriteHeader(status)
	if x.request.Method == http.MethodHead {
		return nil
	}
	n, err := x.writer.Write(body)
	x.sent += int64(n)
	if err != nil {
		x.cause = err // the client has gone
	}
	return nil
}

// refuse answers with a problem. If the answer has started, it ends the connection instead.
func (x *exchange) refuse(p *problem) {
	if x.cause == nil {
		x.cause = p
	}
	if p.err != nil {
		x.cause = p.err
	}
	if x.status != 0 {
		panic(http.ErrAbortHandler)
	}
	if p.header[0] != "" {
		x.writer.Header().Set(p.header[0], p.header[1])
	}
	if p.status == http.StatusRequestEntityTooLarge || p.status == http.StatusRequestTimeout {
		x.writer.Header().Set("Connection", "close") // the rest of the body is of no use
	}
	x.out = p.append(x.out[:0], x.id)
	_ = x.reply(p.status, typeProblem, append(x.out, '\n')) // which never fails
}

// label runs f inside the gate, with a tagger of the version and the options.
func (x *exchange) label(v *version, o model.TagOptions, bounded bool, f func() error) error {
	if err := x.server.gate.enter(x.job.deadline, bounded); err != nil {
		return err
	}
	defer x.server.gate.leave()
	if err := x.job.start(v, o); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err // and drop the tagger, which may be in any state
	}
	x.job.stop()
	return nil
}

// equal compares two hashes in constant time.
func equal(a, b *[sha256.Size]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

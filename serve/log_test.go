package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/serve"
)

// A lockedBuffer is a log that several goroutines use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Reset empties the log.
func (l *lockedBuffer) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

func (l *lockedBuffer) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestLog(t *testing.T) {
	var log lockedBuffer
	s := newServer(t, serve.Options{Logger: log.logger()})
	type entry struct {
		Level, Msg, ID, Method, Path, Model, Error string
		Status, Tokens, Bytes                      int
	}
	last := func() (e entry) {
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &e))
		return e
	}
	assert.Equal(t, entry{Level: "INFO", Msg: "model loaded", Model: "names"}, last())
	a := send(s, "POST", "/v1/tag", `{"text":"`+story+`"}`, "X-Request-Id", "abc")
	assert.Equal(t, entry{Level: "DEBUG", Msg: "request", ID: "abc", Method: "POST", Path: "/v1/tag", Model: "names", Status: 200, Tokens: 10, Bytes: len(a.body)}, last())
	a = send(s, "POST", "/v1/tag", `{}`, "X-Request-Id", "abd")
	assert.Equal(t, entry{Level: "INFO", Msg: "request", ID: "abd", Method: "POST", Path: "/v1/tag", Status: 400, Bytes: len(a.body),
		Error: "no document: expected one of text, tokens, texts and sentences"}, last())
	serve.Break(s)
	a = send(s, "GET", "/v1/models", "", "X-Request-Id", "abe")
	assert.Equal(t, "the server failed; the log has the reason under the id of the request", problem(t, a, 500))
	e := last()
	assert.Equal(t, "ERROR", e.Level)
	assert.Contains(t, e.Error, "panic: runtime error")
	assert.Contains(t, e.Error, "listModels")
	assert.Equal(t, http.StatusOK, send(s, "GET", "/healthz", "").status)
}

func TestWarnsWithoutToken(t *testing.T) {
	const warning = "other machines can reach the server, which requires no token"
	for _, c := range []struct {
		addr, token string
		warns       bool
	}{{"127.0.0.1:0", "", false}, {"0.0.0.0:0", "", true}, {"0.0.0.0:0", "secret", false}} {
		var log lockedBuffer
		s := newServer(t, serve.Options{Logger: log.logger(), Token: c.token})
		l, err := net.Listen("tcp", c.addr)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, s.Serve(ctx, l, serve.ServeOptions{}))
		assert.Equal(t, c.warns, strings.Contains(log.String(), warning), c)
	}
}

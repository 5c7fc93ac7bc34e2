package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/serve"
)

// A running server has an address.
type running struct {
	addr string
	stop func() error // shuts down, and returns what Serve returned
}

// start serves on a free port of the loopback interface.
func start(t testing.TB, s *serve.Server, o serve.ServeOptions) *running {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l, o) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return &running{l.Addr().String(), stop}
}

// client returns a client whose connections end with the test.
func client(t testing.TB) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// dial opens a connection and writes a text.
func dial(t testing.TB, addr, text string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	return c.(*net.TCPConn)
}

func request(body string) string {
	return fmt.Sprintf("POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// status reads the head of an answer and returns its status line.
func status(t testing.TB, c net.Conn) string {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	line, err := bufio.NewReader(c).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

// A client that has closed its half of the connection still gets its answer.
func TestHalfClosedConnection(t *testing.T) {
	r := start(t, newServer(t, serve.Options{}), serve.ServeOptions{})
	for range 20 {
		c := dial(t, r.addr, request(`{"text":"Oslo"}`))
		require.NoError(t, c.CloseWrite())
		b, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Contains(t, string(b), `"label":"LOC"`)
	}
}

func TestSlowClients(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Time: 300 * time.Millisecond}})
	r := start(t, s, serve.ServeOptions{})
	// Those that never send the rest of the header, or of the body, are dropped.
	head := dial(t, r.addr, "POST /v1/tag HTTP/1.1\r\nHost: x\r\n")
	assert.Equal(t, "HTTP/1.1 408 Request Timeout", statusOrClosed(t, head))
	body := dial(t, r.addr, "POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{\"text\":")
	assert.Equal(t, "HTTP/1.1 408 Request Timeout", status(t, body))
	// One that does not read its answer does not hold the server.
	big := request(`{"text":"` + strings.Repeat("Oslo ", 90_000) + `"}`)
	for range 3 * runtime.GOMAXPROCS(0) {
		c := dial(t, r.addr, "")
		require.NoError(t, c.SetReadBuffer(1<<10))
		go func() { _, _ = io.WriteString(c, big) }()
	}
	assert.Contains(t, post(t, s, "/v1/tag", `{"text":"Oslo"}`), "LOC")
	require.NoError(t, r.stop(), "a slow client holds the server")
}

// statusOrClosed is status for a server that may close the connection without an answer.
func statusOrClosed(t testing.TB, c net.Conn) string {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	line, err := bufio.NewReader(c).ReadString('\n')
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return "HTTP/1.1 408 Request Timeout"
	}
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

func TestLargeAndTruncatedBodies(t *testing.T) {
	s := newServer(t, serve.Options{})
	r := start(t, s, serve.ServeOptions{})
	// A body of 1 GB is refused before it is sent.
	c := dial(t, r.addr, "POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n{\"text\":\"")
	assert.Equal(t, "HTTP/1.1 413 Request Entity Too Large", status(t, c))
	// So is one of unknown length, as soon as it is too long.
	sent := &zeros{left: 1 << 30}
	q, err := http.NewRequest("POST", "http://"+r.addr+"/v1/tag", io.MultiReader(strings.NewReader(`{"text":"`), sent))
	require.NoError(t, err)
	answer, err := client(t).Do(q)
	if err == nil { // the client may fail to write before it reads
		assert.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
		answer.Body.Close()
	}
	assert.Less(t, sent.sent.Load(), int64(64<<20))
	// Compressed bodies count as what they hold.
	for _, encoding := range []string{"gzip", "zstd"} {
		bomb := pack(t, encoding, append([]byte(`{"text":"`), make([]byte, 100<<20)...))
		require.Less(t, len(bomb), 1<<20)
		before := memory()
		assert.Equal(t, "the body has more than 4194304 bytes", problem(t, send(s, "POST", "/v1/tag", bomb, "Content-Encoding", encoding), 413))
		assert.Less(t, memory()-before, uint64(80<<20))
		whole := pack(t, encoding, []byte(`{"text":"`+strings.Repeat("Oslo ", 100)+`"}`))
		for _, cut := range []int{0, 1, 5, len(whole) / 2, len(whole) - 1} {
			problem(t, send(s, "POST", "/v1/tag", whole[:cut], "Content-Encoding", encoding), 400)
		}
		damaged := []byte(whole)
		damaged[len(damaged)-2] ^= 0xff
		problem(t, send(s, "POST", "/v1/tag", string(damaged), "Content-Encoding", encoding), 400)
	}
	// A body that ends early.
	c = dial(t, r.addr, "POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"text\":\"Oslo\"}")
	require.NoError(t, c.CloseWrite())
	assert.Equal(t, "HTTP/1.1 400 Bad Request", status(t, c))
	assert.Contains(t, post(t, s, "/v1/tag", `{"text":"Oslo"}`), "LOC")
}

// zeros is a long body. It counts what was read.
type zeros struct {
	left int64
	sent atomic.Int64
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	for k := range p[:n] {
		p[k] = 'a'
	}
	z.left -= n
	z.sent.Add(n)
	return int(n), nil
}

// memory returns the number of bytes that were ever allocated.
func memory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// A full line refuses requests, and a long document lets short ones pass.
func TestConcurrency(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Concurrency: 1, Queue: 2, Tokens: 1 << 20, SentenceTokens: 1 << 20, Body: 64 << 20}})
	// One sentence, which is not divided.
	long := `{"tokens":["Oslo"` + strings.Repeat(`,"lives"`, 600_000) + `]}`
	var group sync.WaitGroup
	counts := make(map[int]int)
	var mu sync.Mutex
	group.Go(func() { send(s, "POST", "/v1/tag", long) })
	require.Eventually(t, func() bool { return serve.Running(s) == 1 }, 10*time.Second, time.Millisecond)
	for range 8 {
		group.Go(func() {
			a := send(s, "POST", "/v1/tag", `{"text":"Oslo"}`)
			if a.status == http.StatusTooManyRequests {
				assert.Equal(t, "1", a.header.Get("Retry-After"))
				assert.Equal(t, "2 requests wait already", problem(t, a, 429))
			}
			mu.Lock()
			defer mu.Unlock()
			counts[a.status]++
		})
	}
	group.Wait()
	assert.Equal(t, map[int]int{200: 2, 429: 6}, counts)

	// Turns: the document of many sentences ends after the short ones that came later.
	many := `{"text":"` + strings.Repeat("Zoë lives in Oslo. ", 15_000) + `"}`
	var order []string
	for _, body := range []string{many, `{"text":"Oslo"}`} {
		group.Go(func() {
			a := send(s, "POST", "/v1/tag", body)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, fmt.Sprint(a.status, " ", len(a.body) > 10_000))
		})
		require.Eventually(t, func() bool { return serve.Running(s) == 1 || length(&mu, &order) > 0 }, 10*time.Second, time.Microsecond)
	}
	group.Wait()
	assert.Equal(t, []string{"200 false", "200 true"}, order)
}

// length returns the length of a list under its lock.
func length(mu *sync.Mutex, list *[]string) int {
	mu.Lock()
	defer mu.Unlock()
	return len(*list)
}

func TestTimeLimit(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Concurrency: 1, Time: 10 * time.Millisecond, Tokens: 1 << 30, Body: 64 << 20}})
	// The documents of a batch, and the paragraphs and sentences of a text.
	batch := `{"texts":["Zoë lives in Oslo."` + strings.Repeat(`,"Zoë lives in Oslo."`, 900) + `]}`
	text := `{"text":"` + strings.Repeat(`Zoë lives in Oslo. Zoë lives.\n\n`, 100_000) + `"}`
	release := serve.Hold(s)
	a := send(s, "POST", "/v1/tag", `{"text":"Oslo"}`)
	assert.Equal(t, "the server was too busy to start within the time limit", problem(t, a, 503))
	assert.Equal(t, "1", a.header.Get("Retry-After"))
	release()
	assert.Equal(t, "the request took longer than the time limit", problem(t, send(s, "POST", "/v1/tag", text), 504))
	slow := newServer(t, serve.Options{Limits: serve.Limits{Time: time.Nanosecond}})
	assert.Equal(t, "the request took longer than the time limit", problem(t, send(slow, "POST", "/v1/tag", batch), 504))
}

// All requests that the server takes have an answer that arrives, though the server shuts down. A
// client that respects Connection: close never sees an error. Other clients may be refused.
func TestShutdownUnderLoad(t *testing.T) {
	for _, respects := range []bool{true, false, true, false} {
		s := newServer(t, serve.Options{})
		r := start(t, s, serve.ServeOptions{Drain: 200 * time.Millisecond})
		var group sync.WaitGroup
		var answered atomic.Int64
		c := client(t)
		for range 16 {
			group.Go(func() {
				for closed := false; !closed || !respects; {
					resp, err := c.Post("http://"+r.addr+"/v1/tag", "application/json", strings.NewReader(`{"text":"`+story+`"}`))
					if err != nil {
						assert.False(t, respects, err)
						return
					}
					body, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					if !assert.NoError(t, err) || !assert.Equal(t, storyJSON, string(body)) {
						return
					}
					closed = resp.Close
					answered.Add(1)
				}
			})
		}
		require.Eventually(t, func() bool { return answered.Load() > 200 }, 10*time.Second, time.Millisecond)
		require.NoError(t, r.stop())
		group.Wait()
		metrics := send(s, "GET", "/metrics", "").body
		assert.Contains(t, metrics, fmt.Sprintf("\ntrellis_requests_total{code=\"200\",route=\"/v1/tag\"} %d\n", answered.Load()))
	}
}

// While the server drains, it reports that it is not ready, and answers with Connection: close.
func TestDrain(t *testing.T) {
	s := newServer(t, serve.Options{})
	r := start(t, s, serve.ServeOptions{Drain: 500 * time.Millisecond})
	get := func(path string) *http.Response {
		resp, err := client(t).Get("http://" + r.addr + path)
		require.NoError(t, err)
		resp.Body.Close()
		return resp
	}
	assert.Equal(t, 200, get("/readyz").StatusCode)
	assert.False(t, get("/readyz").Close)
	done := make(chan error, 1)
	go func() { done <- r.stop() }()
	require.Eventually(t, func() bool { return send(s, "GET", "/readyz", "").status == 503 }, 10*time.Second, time.Millisecond)
	resp := get("/readyz")
	assert.Equal(t, 503, resp.StatusCode)
	assert.True(t, resp.Close)
	assert.Equal(t, 200, get("/healthz").StatusCode)
	require.NoError(t, <-done)
}

// A request that outlasts the shutdown is cut off.
func TestShutdownTimeLimit(t *testing.T) {
	s := newServer(t, serve.Options{})
	r := start(t, s, serve.ServeOptions{Shutdown: 50 * time.Millisecond})
	dial(t, r.addr, "POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"text\":")
	require.Eventually(t, func() bool {
		return strings.Contains(send(s, "GET", "/metrics", "").body, "trellis_requests_in_flight 2")
	}, 10*time.Second, time.Millisecond)
	assert.ErrorContains(t, r.stop(), "serve: requests were still in progress at the end")
}

// Requests during reloads have an answer of the old or of the new model.
func TestReloadUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.model")
	files := [][]byte{fileOf(t, "LOC"), fileOf(t, "GPE")}
	put(t, path, files[0])
	s := newServer(t, serve.Options{Models: []serve.Model{{File: path}}})
	var stop atomic.Bool
	var answered atomic.Int64
	var group sync.WaitGroup
	want := []string{storyJSON, strings.ReplaceAll(storyJSON, "LOC", "GPE")}
	for range 8 {
		group.Go(func() {
			for !stop.Load() {
				a := send(s, "POST", "/v1/tag", `{"text":"`+story+`"}`)
				if !assert.Equal(t, 200, a.status) || !assert.Contains(t, want, a.body) {
					return
				}
				answered.Add(1)
			}
		})
	}
	for k := 1; k <= 100; k++ {
		put(t, path, files[k%2])
		before := answered.Load()
		require.NoError(t, s.Reload())
		require.Equal(t, want[k%2], post(t, s, "/v1/tag", `{"text":"`+story+`"}`))
		require.Eventually(t, func() bool { return answered.Load() > before || t.Failed() }, 10*time.Second, 100*time.Microsecond)
	}
	stop.Store(true)
	group.Wait()
	assert.Contains(t, send(s, "GET", "/metrics", "").body, "\ntrellis_model_loads_total{model=\"names\",result=\"loaded\"} 101\n")
}

func TestWatch(t *testing.T) {
	var log lockedBuffer
	path := filepath.Join(t.TempDir(), "names.model")
	good, better := fileOf(t, "LOC"), fileOf(t, "GPE")
	put(t, path, good)
	hangUp := make(chan os.Signal, 1)
	s := newServer(t, serve.Options{Models: []serve.Model{{File: path}}, Logger: log.logger()})
	r := start(t, s, serve.ServeOptions{Watch: 5 * time.Millisecond, Reload: hangUp})
	label := func() string {
		a := send(s, "POST", "/v1/tag", `{"text":"Oslo"}`)
		require.Equal(t, 200, a.status)
		return a.body[strings.LastIndex(a.body, `"label":"`)+9:][:3]
	}
	failed := func() bool {
		return strings.Contains(send(s, "GET", "/metrics", "").body, `trellis_model_load_failed{model="names"} 1`)
	}
	eventually := func(f func() bool, what string) {
		t.Helper()
		require.Eventually(t, f, 20*time.Second, time.Millisecond, what)
	}
	assert.Equal(t, "LOC", label())
	put(t, path, better)
	eventually(func() bool { return label() == "GPE" }, "a replaced file")
	// Overwritten in place: truncated, garbage, empty, gone. The old one stays.
	for name, spoil := range map[string]func() error{
		"truncated": func() error { return os.Truncate(path, int64(len(better)/2)) },
		"garbage":   func() error { return os.WriteFile(path, bytes.Repeat([]byte("x"), len(better)), 0o644) },
		"empty":     func() error { return os.Truncate(path, 0) },
		"gone":      func() error { return os.Remove(path) },
	} {
		require.NoError(t, spoil())
		eventually(failed, name)
		assert.Equal(t, "GPE", label(), name)
		models := send(s, "GET", "/v1/models", "").body
		assert.Contains(t, models, `"error":"`, name)
		assert.Contains(t, models, "names.model", name)
		assert.NotContains(t, models, filepath.Dir(path), "the folder of the model")
		assert.Contains(t, log.String(), "model not loaded, the old one stays")
		put(t, path, better)
		eventually(func() bool { return !failed() }, "repaired after "+name)
		assert.NotContains(t, send(s, "GET", "/v1/models", "").body, `"error"`)
		log.Reset()
	}
	// SIGHUP reads the file although it has not changed.
	loads := strings.Count(log.String(), "model loaded")
	hangUp <- syscall.SIGHUP
	eventually(func() bool { return strings.Count(log.String(), "model loaded") > loads }, "a signal")
	require.NoError(t, r.stop())
}

// The old version is garbage after its last request.
func TestOldModelIsFreed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.model")
	put(t, path, fileOf(t, "LOC"))
	s := newServer(t, serve.Options{Models: []serve.Model{{File: path}}})
	freed := serve.Freed(s)
	post(t, s, "/v1/tag", `{"text":"Oslo"}`)
	require.NoError(t, s.Reload())
	require.Eventually(t, func() bool { runtime.GC(); return freed.Load() }, 20*time.Second, time.Millisecond)
}

func TestReloadErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.model")
	put(t, path, fileOf(t, "LOC"))
	s := newServer(t, serve.Options{Models: []serve.Model{{File: path}, {Name: "open", Model: loaded(t)}}})
	require.NoError(t, s.Reload())
	put(t, path, []byte("nothing"))
	assert.ErrorContains(t, s.Reload(), "names.model")
	assert.Contains(t, post(t, s, "/v1/tag", `{"text":"Oslo"}`), "LOC")
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Mkdir(path, 0o755))
	assert.ErrorContains(t, s.Reload(), "not a regular file")
}

package serve_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/serve"
)

const lines = "application/x-ndjson"

// pack compresses a text.
func pack(t testing.TB, encoding string, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	var z io.WriteCloser = gzip.NewWriter(&b)
	if encoding == "zstd" {
		var err error
		z, err = zstd.NewWriter(&b)
		require.NoError(t, err)
	}
	_, err := z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

// unpack returns the text of an answer.
func unpack(t testing.TB, encoding string, r io.Reader) string {
	t.Helper()
	switch encoding {
	case "gzip":
		z, err := gzip.NewReader(r)
		require.NoError(t, err)
		return read(t, z)
	case "zstd":
		z, err := zstd.NewReader(r)
		require.NoError(t, err)
		defer z.Close()
		return read(t, z)
	}
	return read(t, r)
}

func TestCompression(t *testing.T) {
	s := newServer(t, serve.Options{})
	long := `{"text":"` + strings.Repeat(story+" ", 50) + `"}`
	want := post(t, s, "/v1/tag", long)
	for _, c := range []struct{ accept, encoding string }{
		{"gzip", "gzip"}, {"zstd", "zstd"}, {"gzip, zstd", "zstd"}, {"br;q=1, gzip;q=0.8", "gzip"}, {"zstd;q=0, gzip", "gzip"}, {"zstd; q=0.000", ""},
		{"", ""}, {"br", ""}, {"identity", ""}, {"*", ""}, {"gzip;q=0", ""},
	} {
		a := send(s, "POST", "/v1/tag", long, "Accept-Encoding", c.accept)
		require.Equal(t, c.encoding, a.header.Get("Content-Encoding"), c.accept)
		assert.Equal(t, "Accept-Encoding", a.header.Get("Vary"))
		assert.Equal(t, fmt.Sprint(len(a.body)), a.header.Get("Content-Length"))
		assert.Equal(t, want, unpack(t, c.encoding, strings.NewReader(a.body)))
	}
	for _, encoding := range []string{"gzip", "zstd"} {
		assert.Equal(t, want, send(s, "POST", "/v1/tag", pack(t, encoding, []byte(long)), "Content-Encoding", encoding).body)
		small := send(s, "GET", "/healthz", "", "Accept-Encoding", encoding)
		assert.Empty(t, small.header.Get("Content-Encoding"))
	}
}

func TestStream(t *testing.T) {
	s := newServer(t, serve.Options{})
	body := `{"text":"` + story + `"}` + "\n\r\n \n" + `{"text":"Oslo","probabilities":true}` + "\r\n{\n" + `{"texts":["a"]}` + "\n" +
		`{"text":"a","model":"b"}` + "\n{\"text\":\"\xff\"}\n" + `{"tokens":["Zoë"]}`
	for _, encoding := range []string{"", "gzip", "zstd"} {
		for _, accept := range []string{"", "gzip", "zstd"} {
			packed := body
			if encoding != "" {
				packed = pack(t, encoding, []byte(body))
			}
			a := send(s, "POST", "/v1/tag?offsets=bytes", packed, "Content-Type", lines, "Content-Encoding", encoding, "Accept-Encoding", accept)
			require.Equal(t, 200, a.status)
			assert.Equal(t, lines, a.header.Get("Content-Type"))
			assert.Equal(t, accept, a.header.Get("Content-Encoding"))
			got := strings.Split(unpack(t, accept, strings.NewReader(a.body)), "\n")
			require.Len(t, got, 8)
			assert.Contains(t, got[0], `"text":"😀 Zoë Keller lives in Oslo. Zoë lives.","start":0,"end":43,`)
			assert.Contains(t, got[1], `"label":"B-LOC","probability":0.9`)
			for k, want := range map[int]string{
				2: `{"error":{"type":"about:blank","title":"Bad Request","status":400,"detail":"byte 3: unexpected end, expected a key"`,
				3: `"detail":"texts: expected one document a line, text or tokens"`,
				4: `"status":404,"detail":"no model \"b\"; see /v1/models"`,
				5: `"detail":"byte 10 of the body is not UTF-8"`,
			} {
				assert.Contains(t, got[k], want)
				assert.True(t, json.Valid([]byte(got[k])), got[k])
			}
			assert.Contains(t, got[6], `"label":"PER"`)
			assert.Empty(t, got[7])
		}
	}
	assert.Empty(t, send(s, "POST", "/v1/tag", "", "Content-Type", lines).body)
	// Options in the URL are the defaults of each line.
	a := send(s, "POST", "/v1/tag?nbest=2&model=names", `{"tokens":["Oslo"]}`+"\n"+`{"tokens":["Oslo"],"nbest":0}`, "Content-Type", lines)
	got := strings.Split(a.body, "\n")
	assert.Contains(t, got[0], `"nbest":[`)
	assert.NotContains(t, got[1], `"nbest":[`)
}

func TestStreamEndsAfterABrokenBody(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Body: 100_000}})
	a := send(s, "POST", "/v1/tag", `{"text":"Oslo"}`+"\n"+`{"text":"`+strings.Repeat("a", 200_000)+"\"}\n{\"text\":\"b\"}\n", "Content-Type", lines)
	got := strings.Split(a.body, "\n")
	require.Len(t, got, 3)
	assert.Contains(t, got[0], `"LOC"`)
	assert.Contains(t, got[1], `"status":413,"detail":"a line has more than 100000 bytes"`)
	// A long line within the limit.
	a = send(s, "POST", "/v1/tag", `{"text":"`+strings.Repeat("a", 90_000)+"\"}\n{\"text\":\"Oslo\"}\n", "Content-Type", lines)
	got = strings.Split(a.body, "\n")
	require.Len(t, got, 3)
	assert.Contains(t, got[1], `"LOC"`)
	// Damaged compression.
	packed := pack(t, "gzip", []byte(strings.Repeat(`{"text":"Oslo"}`+"\n", 1000)))
	a = send(s, "POST", "/v1/tag", packed[:len(packed)-4], "Content-Type", lines, "Content-Encoding", "gzip")
	got = strings.Split(strings.TrimSpace(a.body), "\n")
	assert.Contains(t, got[len(got)-1], `"status":400,"detail":"the body is truncated or damaged: `)
}

// Answers arrive while the client still sends.
func TestStreamIsInteractive(t *testing.T) {
	r := start(t, newServer(t, serve.Options{Limits: serve.Limits{Time: 2 * time.Second}}), serve.ServeOptions{})
	for _, accept := range []string{"", "gzip", "zstd"} {
		body, pen := io.Pipe()
		q, err := http.NewRequest("POST", "http://"+r.addr+"/v1/tag", body)
		require.NoError(t, err)
		q.Header.Set("Content-Type", lines)
		q.Header.Set("Accept-Encoding", accept)
		type result struct {
			resp *http.Response
			err  error
		}
		c, answered := client(t), make(chan result, 1)
		go func() {
			resp, err := c.Do(q)
			answered <- result{resp, err}
		}()
		_, err = io.WriteString(pen, `{"text":"Oslo"}`+"\n")
		require.NoError(t, err)
		got := <-answered
		require.NoError(t, got.err)
		defer got.resp.Body.Close()
		plain := io.Reader(got.resp.Body)
		switch accept {
		case "gzip":
			plain, err = gzip.NewReader(plain)
			require.NoError(t, err)
		case "zstd":
			z, err := zstd.NewReader(plain, zstd.WithDecoderConcurrency(1))
			require.NoError(t, err)
			defer z.Close()
			plain = z
		}
		in := bufio.NewReader(plain)
		for range 5 {
			line, err := in.ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, line, `"LOC"`)
			_, err = io.WriteString(pen, `{"text":"Oslo"}`+"\n")
			require.NoError(t, err)
		}
		require.NoError(t, pen.Close())
		rest, err := io.ReadAll(in)
		require.NoError(t, err)
		assert.Equal(t, 1, bytes.Count(rest, []byte("\n")))
	}
}

// A stream may take longer than the time limit, as long as no line does.
func TestStreamOutlastsTheTimeLimit(t *testing.T) {
	r := start(t, newServer(t, serve.Options{Limits: serve.Limits{Time: 400 * time.Millisecond}}), serve.ServeOptions{})
	body, pen := io.Pipe()
	q, err := http.NewRequest("POST", "http://"+r.addr+"/v1/tag", body)
	require.NoError(t, err)
	q.Header.Set("Content-Type", lines)
	var group sync.WaitGroup
	group.Go(func() {
		for range 15 {
			_, _ = io.WriteString(pen, `{"text":"Oslo"}`+"\n")
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(600 * time.Millisecond) // too long
		_, _ = io.WriteString(pen, `{"text":"Oslo"}`+"\n")
		_ = pen.Close()
	})
	resp, err := client(t).Do(q)
	require.NoError(t, err)
	defer resp.Body.Close()
	all := strings.Split(strings.TrimSpace(read(t, resp.Body)), "\n")
	assert.Len(t, all, 16)
	assert.Contains(t, all[14], `"LOC"`)
	assert.Contains(t, all[15], `"status":408,"detail":"the body did not arrive in time"`)
	_ = body.Close()
	group.Wait()
}

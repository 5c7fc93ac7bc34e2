package serve_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/serve"
)

// discard is an http.ResponseWriter without a connection.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

var sentences = []string{
	`{"text":"The next meeting of the council is on Monday in the old town hall."}`,
	`{"tokens":["The","next","meeting","of","the","council","is","on","Monday","in","the","old","town","hall","."]}`,
}

// A request allocates a few small pieces of memory, and none for each token but its text.
func TestAllocations(t *testing.T) {
	m, err := trellis.Ready()
	require.NoError(t, err)
	s := newServer(t, serve.Options{Models: []serve.Model{{Name: "pos", Model: m}}})
	w := &discard{header: make(http.Header)}
	r := httptest.NewRequest("POST", "/v1/tag", nil)
	for k, most := range []float64{20, 36} {
		got := testing.AllocsPerRun(200, func() {
			clear(w.header)
			r.Body = bodyOf(sentences[k])
			s.ServeHTTP(w, r)
		})
		assert.LessOrEqual(t, got, most, sentences[k])
	}
}

// BenchmarkTag answers requests for one sentence, without a network.
func BenchmarkTag(b *testing.B) {
	m, err := trellis.Ready()
	require.NoError(b, err)
	s, err := serve.New(serve.Options{Models: []serve.Model{{Name: "pos", Model: m}}})
	require.NoError(b, err)
	for _, body := range sentences {
		b.Run(body[2:6], func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				w := &discard{header: make(http.Header)}
				r := httptest.NewRequest("POST", "/v1/tag", nil)
				for pb.Next() {
					clear(w.header)
					r.Body = bodyOf(body)
					s.ServeHTTP(w, r)
					if w.status != http.StatusOK {
						b.Fatal(w.status)
					}
				}
			})
		})
	}
}

type reader struct{ strings.Reader }

func (*reader) Close() error { return nil }

func bodyOf(s string) *reader {
	r := new(reader)
	r.Reset(s)
	return r
}

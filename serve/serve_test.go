package serve_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/serve"
	"github.com/trellis-nlp/trellis/structured"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fileOf returns the bytes of a model that knows a few words. Place is the type of Oslo.
func fileOf(t testing.TB, place string) []byte {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("U:%x[0,0]\nB\n"), "templates", features.DialectAuto)
	require.NoError(t, err)
	weigh := func(word string, label int) crf.Attribute {
		return crf.Attribute{Name: "U:" + word, Weights: []crf.LabelWeight{{Label: label, Weight: 4}}}
	}
	m, err := crf.New(crf.Content{
		Labels: []string{"O", "B-PER", "I-PER", "B-" + place}, Scheme: structured.BIO,
		Input:      model.Input{Templates: templates, Names: map[string]int{"form": 0}},
		Attributes: []crf.Attribute{weigh("Zoë", 1), weigh("Keller", 2), weigh("Oslo", 3), weigh("lives", 0), weigh("in", 0), weigh(".", 0), weigh("😀", 0)},
	})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, m.Save(&b, crf.SaveOptions{}))
	return b.Bytes()
}

// loaded returns the model of fileOf.
func loaded(t testing.TB) *trellis.Model {
	t.Helper()
	m, err := trellis.Load(bytes.NewReader(fileOf(t, "LOC")))
	require.NoError(t, err)
	return m
}

// put replaces a file by renaming.
func put(t testing.TB, path string, data []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", data, 0o644))
	require.NoError(t, os.Rename(path+".new", path))
}

// newServer returns a server of one model called names, unless the options have others.
func newServer(t testing.TB, o serve.Options) *serve.Server {
	t.Helper()
	if o.Models == nil {
		o.Models = []serve.Model{{Name: "names", Model: loaded(t)}}
	}
	s, err := serve.New(o)
	require.NoError(t, err)
	return s
}

// An answer is what a server sends.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request to a handler. The list holds names and values of headers.
func send(h http.Handler, method, url, body string, header ...string) answer {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	for k := 0; k < len(header); k += 2 {
		r.Header.Set(header[k], header[k+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// post posts JSON that must be accepted.
func post(t testing.TB, h http.Handler, url, body string) string {
	t.Helper()
	a := send(h, "POST", url, body, "Content-Type", "application/json")
	require.Equal(t, http.StatusOK, a.status, a.body)
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.True(t, json.Valid([]byte(a.body)), a.body)
	return a.body
}

// problem requires that a request is refused, and returns the detail.
func problem(t testing.TB, a answer, status int) string {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	assert.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	var p struct {
		Type, Title, Detail string
		Status              int
		ID                  string `json:"request_id"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &p), a.body)
	assert.Equal(t, "about:blank", p.Type)
	assert.Equal(t, http.StatusText(status), p.Title)
	assert.Equal(t, status, p.Status)
	assert.Equal(t, a.header.Get("X-Request-Id"), p.ID)
	assert.NotEmpty(t, p.ID)
	return p.Detail
}

const (
	story     = "😀 Zoë Keller lives in Oslo. Zoë lives."
	storyJSON = `{"text":"😀 Zoë Keller lives in Oslo. Zoë lives.","start":0,"end":38,"sentences":[{"start":0,"end":27},{"start":28,"end":38}],` +
		`"tokens":[{"text":"😀","start":0,"end":1,"label":"O"},{"text":"Zoë","start":2,"end":5,"label":"B-PER"},{"text":"Keller","start":6,"end":12,"label":"I-PER"},` +
		`{"text":"lives","start":13,"end":18,"label":"O"},{"text":"in","start":19,"end":21,"label":"O"},{"text":"Oslo","start":22,"end":26,"label":"B-LOC"},` +
		`{"text":".","start":26,"end":27,"label":"O"},{"text":"Zoë","start":28,"end":31,"label":"B-PER"},{"text":"lives","start":32,"end":37,"label":"O"},` +
		`{"text":".","start":37,"end":38,"label":"O"}],"entities":[{"start":2,"end":12,"text":"Zoë Keller","label":"PER","probability":0.929689},` +
		`{"start":22,"end":26,"text":"Oslo","label":"LOC","probability":0.964046},{"start":28,"end":31,"text":"Zoë","label":"PER","probability":0.948221}]}` + "\n"
)

func TestTag(t *testing.T) {
	s := newServer(t, serve.Options{})
	assert.Equal(t, storyJSON, post(t, s, "/v1/tag", `{"text":"`+story+`"}`))
	assert.Equal(t, storyJSON, post(t, s, "/v1/tag", ` { "model" : "names", "text" : "\ud83d\ude00 Zo\u00eb Keller lives in Oslo. Zoë lives.", "nbest" : 0.0 } `))
	// Tokens with spaces between them.
	tokens := post(t, s, "/v1/tag", `{"tokens":["Zoë","Keller",".","😀","Oslo"],"offsets":"utf16","probabilities":true}`)
	var d struct {
		Text     string
		Tokens   []struct{ Start, End int }
		Entities []struct {
			Start, End  int
			Text, Label string
			Probability float64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(tokens), &d))
	assert.Equal(t, "Zoë Keller . 😀 Oslo", d.Text)
	require.Len(t, d.Entities, 2)
	assert.Equal(t, "Zoë Keller", d.Entities[0].Text)
	assert.Equal(t, [2]int{16, 20}, [2]int{d.Entities[1].Start, d.Entities[1].End})
	assert.Equal(t, 5, strings.Count(tokens, `,"probability":`)-len(d.Entities))
	// Batches are the answers to single requests.
	one := post(t, s, "/v1/tag", `{"text":"Oslo."}`)
	assert.Equal(t, `{"documents":[`+strings.TrimSuffix(storyJSON, "\n")+","+strings.TrimSuffix(one, "\n")+"]}\n",
		post(t, s, "/v1/tag", `{"texts":["`+story+`","Oslo."]}`))
	assert.Equal(t, `{"documents":[`+strings.TrimSuffix(tokens, "\n")+`]}`+"\n",
		post(t, s, "/v1/tag?offsets=utf16&probabilities=true", `{"sentences":[["Zoë","Keller",".","😀","Oslo"]]}`))
	assert.Equal(t, `{"documents":[]}`+"\n", post(t, s, "/v1/tag", `{"texts":[]}`))
	for _, empty := range []string{`{"text":""}`, `{"tokens":[]}`} {
		assert.Equal(t, `{"text":"","start":0,"end":0,"sentences":[],"tokens":[],"entities":[]}`+"\n", post(t, s, "/v1/tag", empty))
	}
	// Plain text, and the default type of curl.
	assert.Equal(t, storyJSON, send(s, "POST", "/v1/tag", story, "Content-Type", "text/plain; charset=UTF-8").body)
	assert.Equal(t, storyJSON, send(s, "POST", "/v1/tag", `{"text":"`+story+`"}`, "Content-Type", "application/x-www-form-urlencoded").body)
}

// The answers are what tagger tag --json writes.
func TestTagEqualsTagTextFiles(t *testing.T) {
	m := loaded(t)
	s := newServer(t, serve.Options{Models: []serve.Model{{Name: "names", Model: m}}})
	for _, text := range []string{story, "Zoë lives\n\n\nin Oslo . \n", strings.Repeat(story+"\n\n", 3000)} {
		d, err := m.TagText(text)
		require.NoError(t, err)
		request, err := json.Marshal(map[string]any{"text": text, "offsets": "bytes"})
		require.NoError(t, err)
		var got struct {
			Sentences []struct{ Start, End int }
			Tokens    []struct {
				Text       string
				Start, End int
				Label      string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(post(t, s, "/v1/tag", string(request))), &got))
		require.Len(t, got.Sentences, len(d.Sentences))
		n := 0
		for k, sentence := range d.Sentences {
			require.Equal(t, sentence.Start.Byte, got.Sentences[k].Start)
			for j, token := range sentence.Tokens {
				require.Equal(t, token.Text, got.Tokens[n].Text)
				require.Equal(t, token.End.Byte, got.Tokens[n].End)
				require.Equal(t, sentence.Labels[j], got.Tokens[n].Label)
				n++
			}
		}
		require.Len(t, got.Tokens, n)
	}
}

func TestNBest(t *testing.T) {
	s := newServer(t, serve.Options{})
	var d struct {
		NBest [][]struct {
			Probability float64
			Labels      []string
			Entities    []struct{ Text, Label string }
		}
	}
	for range 3 { // new taggers and used ones
		require.NoError(t, json.Unmarshal([]byte(post(t, s, "/v1/tag", `{"text":"`+story+`","nbest":3}`)), &d))
		require.Len(t, d.NBest, 2)
		require.Len(t, d.NBest[1], 3)
		assert.Equal(t, []string{"B-PER", "O", "O"}, d.NBest[1][0].Labels)
		assert.Greater(t, d.NBest[1][0].Probability, d.NBest[1][1].Probability)
	}
}

func TestRefusedRequests(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Body: 2000, Documents: 2, Tokens: 12, SentenceTokens: 8, NBest: 5}})
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{``, 400, "byte 1: unexpected end, expected an object"},
		{`null`, 400, `byte 1: found 'n', expected an object`},
		{`{}`, 400, "no document: expected one of text, tokens, texts and sentences"},
		{`{"text":"a"`, 400, `byte 12: unexpected end, expected "," or "}"`},
		{`{"text":"a"} x`, 400, `byte 14: found 'x', expected the end`},
		{`{"text":"a","tokens":[]}`, 400, "byte 22: both text and tokens, expected one of them"},
		{`{"text":"a","model":"names","model":"names"}`, 400, `byte 37: key "model" for the second time`},
		{`{"txt":"a"}`, 400, `byte 8: unknown key "txt"`},
		{`{"text":null}`, 400, `byte 9: found 'n', expected a string`},
		{`{"tokens":["a",1]}`, 400, `byte 16: found '1', expected a string`},
		{`{"tokens":["a",]}`, 400, `byte 16: found ']', expected a string`},
		{`{"text":"\x"}`, 400, `byte 11: found 'x', expected a character that can be escaped`},
		{"{\"text\":\"a\nb\"}", 400, `byte 11: a control character in a string`},
		{"{\"text\":\"a\xff\"}", 400, `byte 11 of the body is not UTF-8`},
		{`{"text":"a","nbest":6}`, 400, `byte 21: expected a whole number from 0 to 5`},
		{`{"text":"a","nbest":-1}`, 400, `byte 21: expected a whole number from 0 to 5`},
		{`{"text":"a","nbest":01}`, 400, `byte 21: an ill-formed number`},
		{`{"text":"a","nbest":"1"}`, 400, `byte 21: found '"', expected a whole number from 0 to 5`},
		{`{"text":"a","probabilities":1}`, 400, `byte 29: found '1', expected true or false`},
		{`{"text":"a","offsets":"words"}`, 400, `byte 30: offsets: unknown unit "words": expected runes, bytes or utf16`},
		{`{"text":"a","model":"other"}`, 404, `no model "other"; see /v1/models`},
		{`{"texts":["a","b","c"]}`, 413, "more than 2 documents"},
		{`{"tokens":["1","2","3","4","5","6","7","8","9"]}`, 413, "a sentence of 9 tokens, the limit is 8"},
		{`{"text":"1 2 3 4 5 6 7 8\n\n1 2 3 4 5"}`, 413, "13 tokens, the limit is 12"},
		{`{"text":"` + strings.Repeat("a", 2000) + `"}`, 413, "the body has 2011 bytes, the limit is 2000"},
		{strings.Repeat("[", 1000), 400, `byte 1: found '[', expected an object`},
		{`{"text":` + strings.Repeat("[", 1000), 400, `byte 9: found '[', expected a string`},
	} {
		a := send(s, "POST", "/v1/tag", c.body)
		assert.Equal(t, c.want, problem(t, a, c.status), "%.60s", c.body)
	}
	for _, c := range []struct{ query, want string }{
		{"nbest=6", `parameter nbest: "6", expected a whole number from 0 to 5`},
		{"nbest=x", `parameter nbest: "x", expected a whole number from 0 to 5`},
		{"probabilities=yes", `parameter probabilities: "yes", expected true or false`},
		{"offsets=lines", `parameter offsets: unknown unit "lines": expected runes, bytes or utf16`},
		{"colour=red", `unknown parameter "colour", expected one of ["model" "nbest" "probabilities" "offsets"]`},
		{"model=a&model=b", `parameter "model": given 2 times`},
		{"%zz", "the query of the URL is ill-formed"},
	} {
		assert.Equal(t, c.want, problem(t, send(s, "POST", "/v1/tag?"+c.query, `{"text":"a"}`), 400))
	}
	assert.Equal(t, `no model "x"; see /v1/models`, problem(t, send(s, "POST", "/v1/tag?model=x", `{"text":"a"}`), 404))
	// The server still works.
	assert.Contains(t, post(t, s, "/v1/tag", `{"text":"Oslo"}`), `"LOC"`)
}

func TestHTTP(t *testing.T) {
	s := newServer(t, serve.Options{})
	assert.Equal(t, "no page /nowhere", problem(t, send(s, "GET", "/nowhere", ""), 404))
	a := send(s, "GET", "/v1/tag", "")
	assert.Equal(t, "/v1/tag does not answer GET", problem(t, a, 405))
	assert.Equal(t, "POST", a.header.Get("Allow"))
	a = send(s, "DELETE", "/v1/models", "")
	problem(t, a, 405)
	assert.Equal(t, "GET, HEAD", a.header.Get("Allow"))
	a = send(s, "HEAD", "/healthz", "")
	assert.Equal(t, answer{200, a.header, ""}, a)
	assert.Equal(t, "16", a.header.Get("Content-Length"))
	a = send(s, "POST", "/v1/tag", `{}`, "Content-Type", "text/html")
	assert.Equal(t, `Content-Type "text/html": expected application/json, application/x-ndjson or text/plain`, problem(t, a, 415))
	assert.Equal(t, "application/json, application/x-ndjson, text/plain", a.header.Get("Accept-Post"))
	a = send(s, "POST", "/hf", `{}`, "Content-Type", "application/json; charset=latin1")
	assert.Equal(t, `Content-Type "application/json; charset=latin1": expected application/json`, problem(t, a, 415))
	a = send(s, "POST", "/v1/tag", `{}`, "Content-Encoding", "br")
	assert.Equal(t, `Content-Encoding "br": expected gzip or zstd`, problem(t, a, 415))

	// Request ids.
	assert.Equal(t, "abc-1", send(s, "GET", "/healthz", "", "X-Request-Id", "abc-1").header.Get("X-Request-Id"))
	for _, bad := range []string{"", "a b", "a\nb", "ö", strings.Repeat("a", 101)} {
		id := send(s, "GET", "/healthz", "", "X-Request-Id", bad).header.Get("X-Request-Id")
		assert.Len(t, id, 16)
		assert.NotEqual(t, bad, id)
	}
	// Pages of other sites.
	a = send(s, "POST", "/v1/tag", `{"text":"a"}`, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, "a page of another site sent the request", problem(t, a, 403))
	assert.Empty(t, a.header.Get("Access-Control-Allow-Origin"))
	a = send(s, "POST", "/v1/tag", `{"text":"a"}`, "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, 200, a.status)
}

func TestToken(t *testing.T) {
	s := newServer(t, serve.Options{Token: "secret"})
	for _, c := range []struct {
		header string
		status int
	}{
		{"", 401}, {"Bearer", 401}, {"Bearer wrong", 401}, {"Bearer secret2", 401}, {"secret", 401}, {"Digest secret", 401},
		{"Bearer secret", 200}, {"bearer  secret", 200}, {"Basic YTpzZWNyZXQ=", 200}, {"Basic YTp3cm9uZw==", 401},
	} {
		for _, path := range []string{"/v1/models", "/metrics", "/openapi.json"} {
			a := send(s, "GET", path, "", "Authorization", c.header)
			assert.Equal(t, c.status, a.status, c.header)
			if c.status == 401 {
				assert.Equal(t, "this server needs a token in the header Authorization", problem(t, a, 401))
				assert.Equal(t, `Bearer realm="trellis"`, a.header.Get("WWW-Authenticate"))
			}
		}
	}
	assert.Equal(t, 200, send(s, "GET", "/healthz", "").status)
	assert.Equal(t, 200, send(s, "GET", "/readyz", "").status)
}

func TestModels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "places.model")
	put(t, path, fileOf(t, "LOC"))
	s := newServer(t, serve.Options{Models: []serve.Model{{File: path}, {Name: "b", File: path}, {Name: "c", Model: loaded(t)}}})
	assert.Equal(t, []string{"places", "b", "c"}, s.Names())
	var list struct {
		Models []struct {
			Name, Kind, Version string
			Default, Spans      bool
			Bytes               int
			Labels              []string
		}
	}
	a := send(s, "GET", "/v1/models", "")
	require.NoError(t, json.Unmarshal([]byte(a.body), &list), a.body)
	require.Len(t, list.Models, 3)
	m := list.Models[0]
	assert.Equal(t, "places", m.Name)
	assert.Equal(t, "chain", m.Kind)
	assert.Len(t, m.Version, 12)
	assert.True(t, m.Default && m.Spans && !list.Models[1].Default)
	assert.Equal(t, []string{"O", "B-PER", "I-PER", "B-LOC"}, m.Labels)
	assert.Equal(t, len(fileOf(t, "LOC")), m.Bytes)
	assert.Equal(t, m.Version, list.Models[1].Version)
	assert.Empty(t, list.Models[2].Version)
}

func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.model")
	put(t, broken, []byte("TRELLISM, but no more"))
	templates, err := features.Parse(strings.NewReader("U:%x[0,1]\n"), "templates", features.DialectAuto)
	require.NoError(t, err)
	columns, err := crf.New(crf.Content{Labels: []string{"A", "B"}, Input: model.Input{Templates: templates, Columns: 2, Names: map[string]int{"form": 0}}})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, columns.Save(&b, crf.SaveOptions{}))
	pos := filepath.Join(dir, "pos.model")
	put(t, pos, b.Bytes())
	for _, c := range []struct {
		o    serve.Options
		want string
	}{
		{serve.Options{}, "serve: no model"},
		{serve.Options{Models: []serve.Model{{File: filepath.Join(dir, "no.model")}}}, "no such file"},
		{serve.Options{Models: []serve.Model{{File: broken}}}, "broken.model: "},
		{serve.Options{Models: []serve.Model{{File: pos}}}, "pos.model: unfit input: only words, but the model reads column 2 too"},
		{serve.Options{Models: []serve.Model{{Name: "a", File: dir}}}, "not a regular file"},
		{serve.Options{Models: []serve.Model{{Name: "a b", Model: loaded(t)}}}, `serve: model name "a b": want up to 64 letters`},
		{serve.Options{Models: []serve.Model{{Name: "a", Model: loaded(t)}, {Name: "a", Model: loaded(t)}}}, `serve: two models named "a"`},
		{serve.Options{Models: []serve.Model{{Name: "a", Model: loaded(t)}}, Limits: serve.Limits{Queue: -1}}, "queue: want a positive number, or 0 for the default"},
	} {
		_, err := serve.New(c.o)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestMetrics(t *testing.T) {
	s := newServer(t, serve.Options{})
	post(t, s, "/v1/tag", `{"text":"`+story+`"}`)
	send(s, "POST", "/v1/tag", `{`)
	send(s, "GET", "/nowhere", "")
	a := send(s, "GET", "/metrics", "")
	require.Equal(t, 200, a.status)
	for _, line := range []string{
		`trellis_requests_total{code="200",route="/v1/tag"} 1`, `trellis_requests_total{code="400",route="/v1/tag"} 1`,
		`trellis_requests_total{code="404",route="unknown"} 1`, `trellis_tokens_total{model="names"} 10`, `trellis_sentences_total{model="names"} 2`,
		`trellis_request_seconds_count{route="/v1/tag"} 2`, `trellis_requests_in_flight 1`, `trellis_requests_waiting 0`,
		`trellis_model_loads_total{model="names",result="loaded"} 1`, `trellis_model_info{kind="chain",model="names",version=""} 1`,
		`trellis_model_load_failed{model="names"} 0`, "go_goroutines ", "process_resident_memory_bytes ",
	} {
		assert.Contains(t, a.body, "\n"+line)
	}
}

// The description of the service has exactly the routes that the server answers.
func TestOpenAPIHasAllRoutes(t *testing.T) {
	s := newServer(t, serve.Options{DisablePage: true})
	a := send(s, "GET", "/openapi.json", "")
	require.Equal(t, 200, a.status)
	var description struct {
		Paths map[string]map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &description))
	require.Len(t, description.Paths, serve.Routes(s))
	for path, methods := range description.Paths {
		for method := range methods {
			path = strings.ReplaceAll(path, "{model}", "names")
			a := send(s, strings.ToUpper(method), path, "{}")
			assert.NotContains(t, []int{404, 405, 500}, a.status, "%s %s", method, path)
		}
	}
}

// read reads all of a body.
func read(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

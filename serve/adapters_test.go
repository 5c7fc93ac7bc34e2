package serve_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/serve"
)

// rounded returns JSON with all numbers rounded to three digits.
func rounded(t testing.TB, text string) string {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	var round func(v any) any
	round = func(v any) any {
		switch v := v.(type) {
		case float64:
			return float64(int(v*1000+0.5)) / 1000
		case []any:
			for k := range v {
				v[k] = round(v[k])
			}
		case map[string]any:
			for k := range v {
				v[k] = round(v[k])
			}
		}
		return v
	}
	b, err := json.Marshal(round(v))
	require.NoError(t, err)
	return string(b)
}

// places returns a server whose model also has labels without spans.
func places(t testing.TB) *serve.Server {
	return newServer(t, serve.Options{Models: []serve.Model{{Name: "names", Model: loaded(t)}, {Name: "words", Model: plain(t)}}, Limits: serve.Limits{Documents: 3}})
}

// plain returns a model whose labels encode no spans.
func plain(t testing.TB) *trellis.Model {
	t.Helper()
	m, err := trellis.Ready()
	require.NoError(t, err)
	return m
}

func TestHuggingFace(t *testing.T) {
	s := places(t)
	const entities = `[{"end":5,"entity_group":"PER","score":0.948,"start":2,"word":"Zoë"},{"end":10,"entity_group":"LOC","score":0.948,"start":6,"word":"Oslo"}]`
	assert.JSONEq(t, entities, rounded(t, post(t, s, "/hf", `{"inputs":"😀 Zoë Oslo"}`)))
	assert.Equal(t, "["+rounded(t, post(t, s, "/hf", `{"inputs":"Zoë"}`))+",[]]", rounded(t, post(t, s, "/hf/names", `{"inputs":["Zoë",""],"options":{"wait_for_model":true}}`)))
	tokens := post(t, s, "/hf", `{"inputs":"in Oslo","parameters":{"aggregation_strategy":"none","x":[1]}}`)
	var list []struct {
		Entity, Word      string
		Index, Start, End int
		Score             float64
	}
	require.NoError(t, json.Unmarshal([]byte(tokens), &list))
	require.Len(t, list, 1)
	assert.Equal(t, "B-LOC", list[0].Entity)
	assert.Equal(t, [3]int{2, 3, 7}, [3]int{list[0].Index, list[0].Start, list[0].End})
	assert.InDelta(t, 0.96, list[0].Score, 0.02)
	words := post(t, s, "/hf/words", `{"inputs":"Maria lives in Oslo."}`)
	assert.Contains(t, words, `{"entity_group":"PROPN","score":`)
	assert.Contains(t, words, `"word":"lives","start":6,"end":11}`)
	assert.Equal(t, "[]\n", post(t, s, "/hf", `{"inputs":[]}`))
	for body, want := range map[string]string{
		`{}`:           `no key "inputs"`,
		`{"inputs":1}`: `byte 11: found '1', expected a string`,
		`{"inputs":["a"],"parameters":{"aggregation_strategy":3}}`: `byte 54: found '3', expected a string`,
		`[]`: `byte 1: found '[', expected an object`,
	} {
		assert.Equal(t, want, problem(t, send(s, "POST", "/hf", body), 400))
	}
	assert.Equal(t, "more than 3 documents", problem(t, send(s, "POST", "/hf", `{"inputs":["a","b","c","d"]}`), 413))
	problem(t, send(s, "POST", "/hf/other", `{"inputs":"a"}`), 404)
}

func TestLabelStudio(t *testing.T) {
	s := places(t)
	assert.JSONEq(t, `{"status":"UP","model_class":"trellis"}`, send(s, "GET", "/health", "").body)
	assert.JSONEq(t, `{"model_version":"names"}`, post(t, s, "/setup", `{"project":"1.2","schema":"<View/>","hostname":"x"}`))
	assert.JSONEq(t, `{"model_version":"words"}`, post(t, s, "/label-studio/words/setup", `{"project":"1.2"}`))
	assert.JSONEq(t, `{"status":"ignored"}`, post(t, s, "/webhook", `{"action":"ANNOTATION_CREATED"}`))
	const config = `<View><Labels name=\"ner\" toName=\"body\"><Label value=\"LOC\"/><Label value=\"ORG\"/></Labels><Text name=\"title\" value=\"$head\"/>` +
		`<Text name=\"body\" value=\"$article\"/><Choices name=\"c\"><Label value=\"PER\"/></Choices></View>`
	// The configuration names the text and the labels.
	assert.JSONEq(t, `{"results":[{"model_version":"names","score":0.948,"result":[{"id":"t1r1","from_name":"ner","to_name":"body","type":"labels","score":0.948,`+
		`"value":{"start":6,"end":10,"text":"Oslo","labels":["LOC"]}}]},{"model_version":"names","score":1,"result":[]}]}`,
		rounded(t, post(t, s, "/predict", `{"tasks":[{"id":1,"data":{"head":"Oslo","article":"😀 Zoë Oslo"}},{"data":{"article":"Zoë"}}],"label_config":"`+config+`"}`)))
	// Without one, the text is the key text or the only string.
	for _, data := range []string{`{"text":"Zoë Oslo","other":"x"}`, `{"other":"Zoë Oslo","n":1,"none":null}`} {
		body := post(t, s, "/predict", `{"tasks":[{"data":`+data+`}],"params":{"context":null}}`)
		assert.Contains(t, body, `"from_name":"label","to_name":"text"`, data)
		assert.Contains(t, body, `"labels":["PER"]`)
		assert.Contains(t, body, `"labels":["LOC"]`)
	}
	body := post(t, s, "/label-studio/words/predict", `{"tasks":[{"data":{"text":"Maria lives in Oslo."}}]}`)
	assert.Contains(t, body, `"value":{"start":6,"end":11,"text":"lives","labels":["VERB"]}`)
	for body, want := range map[string]string{
		`{}`:                                     `no list "tasks"`,
		`{"tasks":null}`:                         `no list "tasks"`,
		`{"tasks":[{}]}`:                         "task 1 has no text: expected data.text, or only one string",
		`{"tasks":[{"data":{"a":"x","b":"y"}}]}`: "task 1 has no text: expected data.text, or only one string",
		`{"tasks":[{"data":{"x":"a"}}],"label_config":"` + config + `"}`:        "task 1 has no text: expected a string in data.article",
		`{"tasks":[{"data":{"article":null}}],"label_config":"` + config + `"}`: "task 1 has no text: expected a string in data.article",
		`{"tasks":{}}`: "tasks: found object",
		`null`:         `byte 1: found 'n', expected an object`,
		`{"tasks":[]`:  `byte 12: unexpected end, expected "," or "}"`,
	} {
		assert.Equal(t, want, problem(t, send(s, "POST", "/predict", body), 400), body)
	}
	assert.Equal(t, "more than 3 tasks", problem(t, send(s, "POST", "/predict", `{"tasks":[{},{},{},{}]}`), 413))
	assert.JSONEq(t, `{"results":[]}`, post(t, s, "/predict", `{"tasks":[]}`))
}

func TestBigQuery(t *testing.T) {
	s := places(t)
	one := strings.TrimSpace(post(t, s, "/v1/tag", `{"text":"Zoë"}`))
	assert.Equal(t, `{"replies":[`+one+`,null,`+one+`]}`+"\n",
		post(t, s, "/bigquery", `{"requestId":"1","caller":"x","userDefinedContext":{"model":"names","a":"b"},"calls":[["Zoë"],[null,2],["Zoë",{"a":[]}]]}`))
	assert.Contains(t, post(t, s, "/bigquery", `{"calls":[["Oslo"]],"userDefinedContext":{"model":"words"}}`), `"PROPN"`)
	assert.Equal(t, `{"replies":[]}`+"\n", post(t, s, "/bigquery", `{"calls":[],"userDefinedContext":null}`))
	for body, want := range map[string]string{
		`{}`:               `no key "calls"`,
		`{"calls":[[]]}`:   "byte 13: a call without arguments, expected a text",
		`{"calls":[[1]]}`:  `byte 12: found '1', expected a string`,
		`{"calls":["a"]}`:  `byte 11: found '"', expected an array`,
		`{"calls":[["a"]]`: `byte 17: unexpected end, expected "," or "}"`,
	} {
		assert.Equal(t, want, problem(t, send(s, "POST", "/bigquery", body), 400), body)
	}
	assert.Equal(t, "more than 3 calls", problem(t, send(s, "POST", "/bigquery", `{"calls":[["a"],["a"],["a"],["a"]]}`), 413))
	problem(t, send(s, "POST", "/bigquery", `{"calls":[],"userDefinedContext":{"model":"other"}}`), 404)
}

// FuzzHandler sends anything to every path. The server must answer, with valid JSON, and never with
// a failure of its own.
func FuzzHandler(f *testing.F) {
	paths := []string{"/v1/tag", "/v1/explain", "/hf", "/predict", "/setup", "/webhook", "/bigquery", "/v1/tag?nbest=2&probabilities=true&offsets=utf16"}
	types := []string{"application/json", "application/x-ndjson", "text/plain"}
	encodings := []string{"", "gzip", "zstd"}
	for _, body := range []string{
		`{"text":"Zoë lives in Oslo."}`, `{"tokens":["Zoë","\ud83d\ude00",""],"nbest":3}`, `{"texts":["a\n\nb",""],"offsets":"bytes"}`, `{"sentences":[[],["Oslo"]]}`,
		`{"inputs":["Oslo"],"parameters":{"aggregation_strategy":"none"}}`, `{"tasks":[{"data":{"text":"Oslo"}}],"label_config":"<View><Text name=\"t\" value=\"$x\"/>"}`,
		`{"calls":[["Oslo"],[null]]}`, "{\"text\":\"a\"}\n{\"text\":\"b\"}\n\n{", `[[[[[[[[`, "\xff\xfe", "",
	} {
		for k := range paths {
			f.Add(uint8(k), uint8(k%2), uint8(0), []byte(body))
		}
	}
	f.Add(uint8(0), uint8(1), uint8(1), []byte(pack(f, "gzip", []byte(`{"text":"Oslo"}`))))
	f.Add(uint8(0), uint8(0), uint8(2), []byte(pack(f, "zstd", []byte(`{"text":"Oslo"}`))))
	s := newServer(f, serve.Options{Limits: serve.Limits{Body: 10_000, Tokens: 500, SentenceTokens: 100, NBest: 5}})
	f.Fuzz(func(t *testing.T, path, kind, encoding uint8, body []byte) {
		media := types[int(kind)%len(types)]
		a := send(s, "POST", paths[int(path)%len(paths)], string(body), "Content-Type", media, "Content-Encoding", encodings[int(encoding)%len(encodings)])
		if a.status >= 500 {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		for line := range bytes.Lines([]byte(a.body)) {
			if !json.Valid(line) {
				t.Fatalf("not JSON: %q", line)
			}
		}
	})
}

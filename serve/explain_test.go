package serve_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/serve"
)

// The explanations are the objects that package report writes.
func TestExplain(t *testing.T) {
	m := loaded(t)
	s := newServer(t, serve.Options{Models: []serve.Model{{Name: "names", Model: m}}, Limits: serve.Limits{Explained: 12}})
	list, err := m.ExplainText(story, trellis.ExplainOptions{NBest: 2})
	require.NoError(t, err)
	var lines bytes.Buffer
	out := report.NewExplanationJSON(&lines)
	for _, x := range list {
		require.NoError(t, out.Write(x))
	}
	want := `{"explanations":[` + strings.ReplaceAll(strings.TrimSpace(lines.String()), "\n", ",") + "]}\n"
	assert.Equal(t, want, post(t, s, "/v1/explain", `{"text":"`+story+`","nbest":2,"model":"names"}`))

	var answer struct {
		Explanations []struct {
			Tokens []struct {
				Label    string
				Contrast *struct {
					Label      string
					Difference float64
					Parts      []struct{ Difference float64 }
				}
				Attributes []any
			}
		}
	}
	body := post(t, s, "/v1/explain", `{"tokens":["Zoë","Oslo"],"token":2,"against":"O","brief":true}`)
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Len(t, answer.Explanations, 1)
	tokens := answer.Explanations[0].Tokens
	require.Len(t, tokens, 2)
	assert.Nil(t, tokens[0].Contrast)
	assert.Nil(t, tokens[1].Attributes)
	assert.Equal(t, "O", tokens[1].Contrast.Label)
	sum := 0.
	for _, p := range tokens[1].Contrast.Parts {
		sum += p.Difference
	}
	assert.InDelta(t, tokens[1].Contrast.Difference, sum, 1e-9)
	for _, empty := range []string{`{"text":""}`, `{"tokens":[]}`} {
		assert.Equal(t, `{"explanations":[]}`+"\n", post(t, s, "/v1/explain", empty))
	}
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"texts":[]}`, 400, `byte 10: unknown key "texts"`},
		{`{"tokens":["Oslo"],"offsets":"bytes"}`, 400, `byte 30: unknown key "offsets"`},
		{`{"tokens":["Oslo"],"token":2}`, 404, "token 2: the sentence has 1 tokens"},
		{`{"tokens":["Oslo"],"against":"B-ORG"}`, 404, "against B-ORG: want a label of the model"},
	} {
		assert.Contains(t, problem(t, send(s, "POST", "/v1/explain", c.body), c.status), c.want)
	}
	long := `{"text":"` + strings.Repeat("Oslo ", 13) + `"}`
	assert.Equal(t, "13 tokens to explain, the limit is 12", problem(t, send(s, "POST", "/v1/explain", long), 413))
	assert.Equal(t, "13 tokens to explain, the limit is 12", problem(t, send(s, "POST", "/v1/explain", `{"tokens":["a"`+strings.Repeat(`,"a"`, 12)+`]}`), 413))
	problem(t, send(s, "POST", "/v1/explain", `{"text":"a","model":"x"}`), 404)
	problem(t, send(s, "POST", "/v1/explain", "a", "Content-Type", "text/plain"), 415)
}

// Explanations that wait for others do not delay labels.
func TestManyExplanations(t *testing.T) {
	s := newServer(t, serve.Options{Limits: serve.Limits{Concurrency: 2, Time: time.Second}})
	serve.HoldExplanations(s)
	a := send(s, "POST", "/v1/explain", `{"text":"Oslo"}`)
	assert.Equal(t, "the server was too busy to start within the time limit", problem(t, a, 503))
	assert.Zero(t, serve.Running(s))
	post(t, s, "/v1/tag", `{"text":"Oslo"}`)
}

// Short explanations have the most important parts.
func TestShortExplanations(t *testing.T) {
	m, err := trellis.Ready()
	require.NoError(t, err)
	s := newServer(t, serve.Options{Models: []serve.Model{{Name: "pos", Model: m}}})
	full := post(t, s, "/v1/explain", `{"text":"Anna lives in Oslo."}`)
	short := post(t, s, "/v1/explain", `{"text":"Anna lives in Oslo.","top":3,"brief":true}`)
	assert.Less(t, 4*len(short), len(full))
	want, err := m.ExplainText("Anna lives in Oslo.", trellis.ExplainOptions{Top: 3, Brief: true})
	require.NoError(t, err)
	require.NotNil(t, want[0].Tokens[0].Contrast.Others)
	var lines bytes.Buffer
	require.NoError(t, report.NewExplanationJSON(&lines).Write(want[0]))
	assert.Equal(t, `{"explanations":[`+strings.TrimSpace(lines.String())+"]}\n", short)
}

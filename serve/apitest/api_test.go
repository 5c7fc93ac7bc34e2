package apitest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/serve"
)

// An api is a server with its description.
type api struct {
	server *serve.Server
	doc    *openapi3.T
	router routers.Router
}

func open(t *testing.T) *api {
	t.Helper()
	m, err := trellis.Ready()
	require.NoError(t, err)
	a := new(api)
	a.server, err = serve.New(serve.Options{Models: []serve.Model{{Name: "pos", Model: m}}, Limits: serve.Limits{Documents: 5}})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	require.Equal(t, 200, w.Code)
	a.doc, err = openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	require.NoError(t, err)
	a.router, err = gorillamux.NewRouter(a.doc)
	require.NoError(t, err)
	return a
}

// The description is valid OpenAPI 3.1, and its examples fit their schemas.
func TestDescription(t *testing.T) {
	a := open(t)
	assert.Equal(t, "3.1.0", a.doc.OpenAPI)
	require.NoError(t, a.doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()))
}

// Each request fits the description or not, as the server says, and each answer fits.
func TestRequestsAndAnswers(t *testing.T) {
	a := open(t)
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		b, err := io.ReadAll(body)
		return string(b), err
	})
	const text = `{"text":"She lives in Oslo."}`
	for _, c := range []struct {
		method, path, media, body string
		valid                     bool
		status                    int
	}{
		{"POST", "/v1/tag", "", text, true, 200},
		{"POST", "/v1/tag", "", `{"tokens":["She","lives"],"probabilities":true,"offsets":"utf16","nbest":2,"model":"pos"}`, true, 200},
		{"POST", "/v1/tag?nbest=2&probabilities=true&offsets=bytes&model=pos", "", `{"texts":["a","","b. c."]}`, true, 200},
		{"POST", "/v1/tag", "", `{"sentences":[["a"],[]]}`, true, 200},
		{"POST", "/v1/tag", "text/plain", "She lives.", true, 200},
		{"POST", "/v1/tag", "application/x-ndjson", text + "\n" + text + "\n", true, 200},
		{"POST", "/v1/tag", "", `{}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":"a","tokens":[]}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":"a","x":1}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":null}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":"a","nbest":101}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":"a","nbest":1.5}`, false, 400},
		{"POST", "/v1/tag", "", `{"text":"a","offsets":"x"}`, false, 400},
		{"POST", "/v1/tag?nbest=x", "", text, false, 400},
		{"POST", "/v1/tag", "image/png", "x", false, 415},
		{"POST", "/v1/tag", "", `{"text":"a","model":"x"}`, true, 404},
		{"POST", "/v1/tag", "", `{"texts":["","","","","",""]}`, true, 413},
		{"POST", "/v1/explain", "", text, true, 200},
		{"POST", "/v1/explain", "", `{"tokens":["She","lives"],"token":2,"against":"NOUN","nbest":3,"brief":true}`, true, 200},
		{"POST", "/v1/explain", "", `{"tokens":["She"],"token":2}`, true, 404},
		{"POST", "/v1/explain", "", `{"texts":[]}`, false, 400},
		{"GET", "/v1/models", "", "", true, 200},
		{"GET", "/healthz", "", "", true, 200},
		{"GET", "/readyz", "", "", true, 200},
		{"GET", "/metrics", "", "", true, 200},
		{"GET", "/openapi.json", "", "", true, 200},
		{"POST", "/hf", "", `{"inputs":"She lives in Oslo."}`, true, 200},
		{"POST", "/hf", "", `{"inputs":["She lives.",""],"parameters":{"aggregation_strategy":"none"}}`, true, 200},
		{"POST", "/hf/pos", "", `{"inputs":[]}`, true, 200},
		{"POST", "/hf", "", `{"inputs":null}`, false, 400},
		{"POST", "/hf/other", "", `{"inputs":[]}`, true, 404},
		{"POST", "/bigquery", "", `{"calls":[["She lives."],[null]],"userDefinedContext":{"model":"pos"}}`, true, 200},
		{"POST", "/bigquery", "", `{"calls":[[1]]}`, false, 400},
		{"POST", "/bigquery", "", `{"calls":[[]]}`, false, 400},
		{"GET", "/health", "", "", true, 200},
		{"POST", "/setup", "", `{"project":"1"}`, true, 200},
		{"POST", "/setup", "", `[]`, false, 400},
		{"POST", "/webhook", "", `{"action":"x"}`, true, 200},
		{"POST", "/predict", "", `{"tasks":[{"id":1,"data":{"text":"She lives."}}],"label_config":"<View/>"}`, true, 200},
		{"POST", "/predict", "", `{"tasks":[{"data":{}}]}`, false, 400},
		{"POST", "/label-studio/pos/predict", "", `{"tasks":[]}`, true, 200},
		{"GET", "/label-studio/pos/health", "", "", true, 200},
		{"POST", "/label-studio/pos/setup", "", `{}`, true, 200},
		{"POST", "/label-studio/pos/webhook", "", `{}`, true, 200},
	} {
		name := c.method + " " + c.path + " " + c.body
		if c.media == "" {
			c.media = "application/json"
		}
		request := func() *http.Request {
			r := httptest.NewRequest(c.method, "http://localhost"+c.path, strings.NewReader(c.body))
			if c.method == "POST" {
				r.Header.Set("Content-Type", c.media)
			}
			return r
		}
		r := request()
		route, parameters, err := a.router.FindRoute(r)
		require.NoError(t, err, name)
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
		err = openapi3filter.ValidateRequest(t.Context(), in)
		assert.Equal(t, c.valid, err == nil, "%s: %v", name, err)

		w := httptest.NewRecorder()
		a.server.ServeHTTP(w, request())
		assert.Equal(t, c.status, w.Code, "%s: %s", name, w.Body)
		require.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		}), name)
	}
}

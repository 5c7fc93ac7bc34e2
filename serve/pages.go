package serve

import (
	_ "embed" // embeds the description of the service
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

//go:embed openapi.json
var openAPISource []byte

// openAPI answers GET /openapi.json.
func openAPI(x *exchange) error { return x.reply(http.StatusOK, typeJSON, openAPISource) }

// healthy answers GET /healthz.
func healthy(x *exchange) error {
	return x.reply(http.StatusOK, typeJSON, []byte(`{"status":"ok"}`+"\n"))
}

// ready answers GET /readyz.
func ready(x *exchange) error {
	if x.server.closing.Load() {
		return later(http.StatusServiceUnavailable, "the server shuts down")
	}
	return x.reply(http.StatusOK, typeJSON, []byte(`{"status":"ready"}`+"\n"))
}

// modelInfo describes a model in the answer to GET /v1/models.
type modelInfo struct {
	Name    string    `json:"name"`
	Default bool      `json:"default"`
	Kind    string    `json:"kind"`
	Version string    `json:"version"` // "" for a model that is no file
	Bytes   int64     `json:"bytes"`
	Loaded  time.Time `json:"loaded"`
	Spans   bool      `json:"spans"`
	// Language is the code of the language that the tokenizer has rules for; "" if it is unknown.
	Language string   `json:"language,omitempty"`
	Labels   []string `json:"labels"`
	Error    string   `json:"error,omitempty"` // of the last load
}

// labelsOf returns the labels that a model writes, each once.
func labelsOf(m model.Labeller) []string {
	all, _ := model.Shown(m)
	var list []string
	for _, label := range all {
		if !slices.Contains(list, label) {
			list = append(list, label)
		}
	}
	return list
}

// listModels answers GET /v1/models.
func listModels(x *exchange) error {
	answer := struct {
		Models []modelInfo `json:"models"`
	}{}
	for k, slot := range x.server.slots {
		v, failure := slot.status()
		info := modelInfo{Name: slot.name, Default: k == 0, Kind: v.labeller.Kind(), Version: v.short(), Bytes: v.bytes, Loaded: v.loaded.UTC(),
			Spans: v.spans, Labels: labelsOf(v.labeller)}
		if rules, ok := v.tokenizer.(*text.Rules); ok {
			info.Language = rules.Language
		}
		if failure != nil { // without the folder, which is of no use to clients
			info.Error = strings.ReplaceAll(failure.Error(), slot.path, filepath.Base(slot.path))
		}
		answer.Models = append(answer.Models, info)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return x.reply(http.StatusOK, typeJSON, append(body, '\n'))
}

package serve

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/text"
)

// A studioConfig is what a labelling configuration of Label Studio says about spans of text.
type studioConfig struct {
	from, to string   // names of the controls for labels and for the text
	key      string   // of the text in the data of a task; "" if not known
	labels   []string // that the configuration has; nil means any
}

// configOf reads a labelling configuration, which is XML. Parts that are missing have the names of
// Label Studio's template for named entities.
func configOf(source string) studioConfig {
	c := studioConfig{from: "label", to: "text"}
	texts := make(map[string]string) // name to value
	inside := false
	d := xml.NewDecoder(strings.NewReader(source))
	for {
		token, err := d.Token()
		if err != nil { // also at the end of the text, and of a text that is not XML
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			attributes := make(map[string]string)
			for _, a := range e.Attr {
				attributes[a.Name.Local] = a.Value
			}
			switch {
			case e.Name.Local == "Text":
				texts[attributes["name"]] = strings.TrimPrefix(attributes["value"], "$")
			case e.Name.Local == "Labels" && c.labels == nil:
				c.from, c.to, c.labels, inside = attributes["name"], attributes["toName"], []string{}, true
			case e.Name.Local == "Label" && inside:
				c.labels = append(c.labels, attributes["value"])
			}
		case xml.EndElement:
			inside = inside && e.Name.Local != "Labels"
		}
	}
	c.key = texts[c.to]
	return c
}

// text returns the text of a task: the value that the configuration names, or the only string.
func (c *studioConfig) text(data map[string]json.RawMessage) (string, bool) {
	var found string
	n := 0
	for key, raw := range data {
		var value string
		if json.Unmarshal(raw, &value) != nil || string(raw) == "null" {
			continue
		}
		if key == c.key || c.key == "" && key == "text" {
			return value, true
		}
		found = value
		n++
	}
	return found, n == 1 && c.key == ""
}

// studioTask is a task of Label Studio.
type studioTask struct {
	Data map[string]json.RawMessage `json:"data"`
}

// A studioPrediction is the prediction of a task.
type studioPrediction struct {
	Result  []studioRegion `json:"result"`
	Score   float64        `json:"score"` // the lowest of the regions, or 1 without any
	Version string         `json:"model_version"`
}

// A studioRegion is a labelled range of the text.
type studioRegion struct {
	ID    string      `json:"id"`
	From  string      `json:"from_name"`
	To    string      `json:"to_name"`
	Type  string      `json:"type"`
	Score float64     `json:"score"`
	Value studioValue `json:"value"`
}

type studioValue struct {
	Start  int      `json:"start"` // in code points
	End    int      `json:"end"`
	Text   string   `json:"text"`
	Labels []string `json:"labels"`
}

// studioHealth answers GET /health.
func studioHealth(x *exchange) error {
	return x.reply(http.StatusOK, typeJSON, []byte(`{"status":"UP","model_class":"trellis"}`+"\n"))
}

// studioSetup answers POST /setup.
func studioSetup(x *exchange) error {
	if err := x.readObject(&struct{}{}); err != nil {
		return err
	}
	v, err := x.choose("")
	if err != nil {
		return err
	}
	return x.replyJSON(map[string]string{"model_version": x.versionName(v)})
}

// studioWebhook answers POST /webhook: the service does not train.
func studioWebhook(x *exchange) error {
	if err := x.readObject(&struct{}{}); err != nil {
		return err
	}
	return x.replyJSON(map[string]string{"status": "ignored"})
}

// versionName returns the name of a model and its version.
func (x *exchange) versionName(v *version) string {
	if v.hash == "" {
		return x.slot.name
	}
	return x.slot.name + "-" + v.short()
}

// readObject reads a body that is a JSON object.
func (x *exchange) readObject(to any) error {
	if err := x.readJSON(); err != nil {
		return err
	}
	s := scanner{data: x.in}
	if s.peek() != '{' {
		return s.expected("an object")
	}
	err := s.skip()
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(x.in, to); err != nil {
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return refuse(http.StatusBadRequest, "%s: found %s", e.Field, e.Value)
		}
		return refuse(http.StatusBadRequest, "%s", err)
	}
	return nil
}

// studioPredict answers POST /predict: it labels the texts of tasks.
func studioPredict(x *exchange) error {
	var request struct {
		Tasks  []studioTask `json:"tasks"`
		Config *string      `json:"label_config"`
	}
	if err := x.readObject(&request); err != nil {
		return err
	}
	switch l := &x.server.limits; {
	case request.Tasks == nil:
		return refuse(http.StatusBadRequest, `no list "tasks"`)
	case len(request.Tasks) > l.Documents:
		return tooLarge("more than %d tasks", l.Documents)
	}
	config := studioConfig{from: "label", to: "text"}
	if request.Config != nil {
		config = configOf(*request.Config)
	}
	for k, task := range request.Tasks {
		s, ok := config.text(task.Data)
		if !ok {
			want := "data.text, or only one string"
			if config.key != "" {
				want = "a string in data." + config.key
			}
			return refuse(http.StatusBadRequest, "task %d has no text: expected %s", k+1, want)
		}
		x.tag.list = append(x.tag.list, document{text: s, to: -1})
	}
	v, err := x.choose("")
	if err != nil {
		return err
	}
	results := make([]studioPrediction, 0, len(request.Tasks))
	err = x.documents(v, &x.tag, !v.spans, func() { results = append(results, x.prediction(v, &config, len(results))) })
	if err != nil {
		return err
	}
	return x.replyJSON(map[string]any{"results": results})
}

// prediction returns the prediction for the current document.
func (x *exchange) prediction(v *version, c *studioConfig, task int) studioPrediction {
	p := studioPrediction{Result: []studioRegion{}, Score: 1, Version: x.versionName(v)}
	add := func(r text.Range, s, label string, score float64) {
		if c.labels != nil && !slices.Contains(c.labels, label) {
			return
		}
		score = min(score, 1)
		p.Score = min(p.Score, score)
		id := "t" + strconv.Itoa(task+1) + "r" + strconv.Itoa(len(p.Result)+1)
		p.Result = append(p.Result, studioRegion{ID: id, From: c.from, To: c.to, Type: "labels", Score: score,
			Value: studioValue{Start: r.Start.Rune, End: r.End.Rune, Text: s, Labels: []string{label}}})
	}
	for k := range x.doc.Sentences {
		s := &x.doc.Sentences[k]
		for _, e := range s.Entities {
			add(e.Range, e.Text, e.Label, e.Probability)
		}
		for n := 0; !v.spans && n < len(s.Tokens); n++ {
			add(s.Tokens[n].Range, s.Tokens[n].Text, s.Labels[n], s.Probabilities[n])
		}
	}
	return p
}

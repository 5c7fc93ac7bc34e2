package standoff

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// A task is one of Label Studio.
type task struct {
	ID          json.RawMessage `json:"id"`
	Data        json.RawMessage `json:"data"`
	Annotations []work          `json:"annotations"`
	Completions []work          `json:"completions"` // of versions before 1.0
	Predictions []work          `json:"predictions"`
}

// A work is what one annotator, or a model, did.
type work struct {
	Result    []result `json:"result"`
	Cancelled bool     `json:"was_cancelled"`
}

type result struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value struct {
		Start, End json.RawMessage
		Text       *string
		Labels     []string
	} `json:"value"`
}

// task reads a task of Label Studio.
func (r *jsonReader) task(d *Document) error {
	var t task
	if err := json.Unmarshal(r.raw, &t); err != nil {
		return fmt.Errorf("found a task of another shape than Label Studio exports: %w", err)
	}
	if len(t.ID) > 0 {
		d.ID = id(t.ID)
	}
	if err := r.data(d, t.Data); err != nil {
		return err
	}
	results, ok := r.results(&t)
	d.Unlabelled = !ok
	var regions []result
	for _, x := range results {
		if x.Type != "labels" {
			r.lose(fmt.Sprintf("results of type %q", x.Type), 1)
			continue
		}
		regions = append(regions, x)
	}
	return r.regions(d, regions)
}

// data reads the text of a task and keeps the other data.
func (r *jsonReader) data(d *Document, raw json.RawMessage) error {
	if len(raw) == 0 {
		return errors.New(`found a task without "data", expected "data" with a text`)
	}
	fields, err := r.split(raw)
	if err != nil {
		return fmt.Errorf("key %q: %w", "data", err)
	}
	key, strings := r.o.TextKey, 0
	for _, f := range fields {
		if first, _ := opening(f.Value); first != '"' || r.o.TextKey != "" {
			continue
		}
		if strings++; key != "text" {
			key = f.Key
		}
	}
	if key == "" || key != "text" && strings > 1 {
		return fmt.Errorf("key %q: %w; name the key of the text with the option text-key", "data", missing("text", fields))
	}
	found := false
	for _, f := range fields {
		if f.Key != key {
			d.keep(f)
			continue
		}
		if d.Text, err = textOf(f); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return fmt.Errorf("key %q: %w", "data", missing(key, fields))
	}
	return nil
}

// results returns those of the first annotator who did not skip the task. It is not ok if there is
// none.
func (r *jsonReader) results(t *task) (list []result, ok bool) {
	works, chosen := append(t.Annotations, t.Completions...), -1
	for k, w := range works {
		switch {
		case w.Cancelled:
			r.lose("skipped annotations", 1)
		case chosen < 0:
			chosen = k
		default:
			r.lose("annotations of further annotators", 1)
		}
	}
	predictions := len(t.Predictions)
	if chosen < 0 && r.o.Predictions && predictions > 0 {
		r.lose("predictions", predictions-1)
		return t.Predictions[0].Result, true
	}
	r.lose("predictions", predictions)
	if chosen < 0 {
		r.lose("tasks without annotations", 1)
		return nil, false
	}
	return works[chosen].Result, true
}

// regions converts results to spans. Without a given unit it takes the first one in which all
// quoted texts are right.
func (r *jsonReader) regions(d *Document, list []result) error {
	units := []Unit{Runes, UTF16}
	if r.o.Unit != UnitAuto {
		units = []Unit{r.o.Unit}
	}
	var first error
	for _, unit := range units {
		r.offsets.Reset(d.Text, unit)
		spans, err := r.inUnit(d, list)
		if err == nil {
			d.Spans = spans
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (r *jsonReader) inUnit(d *Document, list []result) ([]Span, error) {
	spans := d.Spans[:0]
	for k, x := range list {
		at := func(err error) error { return fmt.Errorf("result %d: %w", k+1, err) }
		s := Span{ID: x.ID, Line: r.first}
		if json.Unmarshal(x.Value.Start, &s.Start) != nil || json.Unmarshal(x.Value.End, &s.End) != nil {
			return nil, at(errors.New(`expected a "value" with the numbers "start" and "end"`))
		}
		s, err := r.place(s)
		if err != nil {
			return nil, at(err)
		}
		if quoted := x.Value.Text; quoted != nil && !sameText(*quoted, d.Covered(s)) {
			return nil, at(fmt.Errorf("%w: found %.60q at its offsets, expected its text %.60q", ErrOffset, d.Covered(s), *quoted))
		}
		if len(x.Value.Labels) == 0 {
			return nil, at(errors.New(`expected a "value" with "labels"`))
		}
		for _, label := range x.Value.Labels {
			s.Label = label
			spans = append(spans, s)
		}
	}
	return spans, nil
}

// sameText compares without white space, which Label Studio writes in several ways: a line end may
// be a line end, the two characters \n, or nothing.
func sameText(a, b string) bool {
	squeeze := func(s string) string {
		s = strings.NewReplacer(`\n`, "", `\r`, "").Replace(s)
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	return a == b || squeeze(a) == squeeze(b)
}

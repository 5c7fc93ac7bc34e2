package serve

import (
	"encoding/json"
	"net/http"

	"github.com/trellis-nlp/trellis/model"
)

// A groupedEntity is an entity in the answer of a token classification pipeline.
type groupedEntity struct {
	Group string  `json:"entity_group"`
	Score float64 `json:"score"`
	Word  string  `json:"word"`
	Start int     `json:"start"` // in code points
	End   int     `json:"end"`
}

// A tokenEntity is a token in such an answer.
type tokenEntity struct {
	Entity string  `json:"entity"`
	Score  float64 `json:"score"`
	Index  int     `json:"index"`
	Word   string  `json:"word"`
	Start  int     `json:"start"`
	End    int     `json:"end"`
}

// huggingFace answers a request of the token classification task of Hugging Face.
func huggingFace(x *exchange) error {
	q := &x.tag
	if err := x.readJSON(); err != nil {
		return err
	}
	grouped, err := q.inputs(&x.server.limits, x.in)
	if err != nil {
		return err
	}
	v, err := x.choose("")
	if err != nil {
		return err
	}
	lists := make([]any, 0, len(q.list))
	err = x.documents(v, q, true, func() {
		if grouped {
			lists = append(lists, groups(v, &x.doc))
		} else {
			lists = append(lists, tokens(&x.doc))
		}
	})
	if err != nil {
		return err
	}
	if q.batch {
		return x.replyJSON(lists)
	}
	return x.replyJSON(lists[0])
}

// inputs reads a request of Hugging Face. It reports whether to group tokens to entities.
func (q *tagRequest) inputs(l *Limits, data []byte) (grouped bool, err error) {
	grouped = true
	s := scanner{data: data}
	err = s.object(func(key string) error {
		switch key {
		case "inputs":
			q.form, q.list = key, q.list[:0]
			if q.batch = s.peek() == '['; !q.batch {
				return q.text(&s)
			}
			return s.array(func() error {
				if len(q.list) == l.Documents {
					return tooLarge("more than %d documents", l.Documents)
				}
				return q.text(&s)
			})
		case "parameters":
			if s.null() {
				return nil
			}
			return s.object(func(key string) error {
				if key != "aggregation_strategy" {
					return s.skip()
				}
				strategy, err := s.str()
				grouped = strategy != "none"
				return err
			})
		}
		return s.skip()
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && q.form == "" {
		err = refuse(http.StatusBadRequest, `no key "inputs"`)
	}
	return grouped, err
}

// groups returns the entities of a document, or the tokens if the labels spell no spans.
func groups(v *version, d *model.Document) []groupedEntity {
	list := []groupedEntity{}
	for k := range d.Sentences {
		s := &d.Sentences[k]
		for _, e := range s.Entities {
			list = append(list, groupedEntity{e.Label, min(e.Probability, 1), e.Text, e.Start.Rune, e.End.Rune})
		}
		if v.spans {
			continue
		}
		for n, t := range s.Tokens {
			list = append(list, groupedEntity{s.Labels[n], min(s.Probabilities[n], 1), t.Text, t.Start.Rune, t.End.Rune})
		}
	}
	return list
}

// outside is the label of tokens outside of spans.
const outside = "O"

// tokens returns the tokens of a document that have a label.
func tokens(d *model.Document) []tokenEntity {
	list := []tokenEntity{}
	index := 0
	for k := range d.Sentences {
		s := &d.Sentences[k]
		for n, t := range s.Tokens {
			index++
			if s.Labels[n] != outside {
				list = append(list, tokenEntity{s.Labels[n], min(s.Probabilities[n], 1), index, t.Text, t.Start.Rune, t.End.Rune})
			}
		}
	}
	return list
}

// documents labels the documents of a request, with probabilities if probable is set. It calls use
// after each one, inside the gate.
func (x *exchange) documents(v *version, q *tagRequest, probable bool, use func()) error {
	return x.label(v, v.options(0, probable), true, func() error {
		for k, d := range q.list {
			if k > 0 {
				if err := x.job.pause(); err != nil {
					return err
				}
			}
			if err := x.job.document(q, d, &x.doc); err != nil {
				return err
			}
			use()
		}
		return nil
	})
}

// replyJSON answers with a value as JSON.
func (x *exchange) replyJSON(value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return x.reply(http.StatusOK, typeJSON, append(body, '\n'))
}

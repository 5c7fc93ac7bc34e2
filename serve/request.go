package serve

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/report"
)

// A tagRequest is a request to label one document or a batch of them.
type tagRequest struct {
	model         string
	nbest         int
	probabilities bool
	unit          report.Unit

	batch bool
	form  string // the key of the documents: text, tokens, texts or sentences
	list  []document
	words []string // of all documents, in order
}

// A document is either a text or tokens.
type document struct {
	text     string
	from, to int // of its words; to is -1 for a text
}

// parameters of the query of a URL, which are defaults for the body.
var parameters = []string{"model", "nbest", "probabilities", "offsets"}

// query reads the options in the query of a URL.
func (q *tagRequest) query(l *Limits, raw string) error {
	if raw == "" {
		return nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return refuse(http.StatusBadRequest, "the query of the URL is ill-formed")
	}
	for name, list := range values {
		value := list[0]
		if len(list) > 1 {
			return refuse(http.StatusBadRequest, "parameter %q: given %d times", name, len(list))
		}
		switch name {
		case "model":
			q.model = value
		case "nbest":
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 || n > l.NBest {
				return refuse(http.StatusBadRequest, "parameter nbest: %q, expected a whole number from 0 to %d", value, l.NBest)
			}
			q.nbest = n
		case "probabilities":
			if value != "true" && value != "false" {
				return refuse(http.StatusBadRequest, "parameter probabilities: %q, expected true or false", value)
			}
			q.probabilities = value == "true"
		case "offsets":
			if q.unit, err = report.ParseUnit(value); err != nil {
				return refuse(http.StatusBadRequest, "parameter offsets: %s", err)
			}
		default:
			return refuse(http.StatusBadRequest, "unknown parameter %q, expected one of %q", name, parameters)
		}
	}
	return nil
}

// body reads the JSON object of a request.
func (q *tagRequest) body(l *Limits, data []byte) error {
	s := scanner{data: data}
	return q.object(&s, func(key string) error { return q.field(l, &s, key) })
}

// object reads an object that has documents and no key twice. Field reads the value of a key.
func (q *tagRequest) object(s *scanner, field func(key string) error) error {
	seen := make([]string, 0, 8)
	err := s.object(func(key string) error {
		if slices.Contains(seen, key) {
			return s.fail("key %q for the second time", key)
		}
		seen = append(seen, key)
		return field(key)
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && q.form == "" {
		err = refuse(http.StatusBadRequest, "no document: expected one of text, tokens, texts and sentences")
	}
	return err
}

func (q *tagRequest) field(l *Limits, s *scanner, key string) (err error) {
	switch key {
	case "text", "tokens", "texts", "sentences":
		if q.form != "" {
			return s.fail("both %s and %s, expected one of them", q.form, key)
		}
		q.form, q.batch = key, key == "texts" || key == "sentences"
		one := q.text
		if key == "tokens" || key == "sentences" {
			one = q.tokens
		}
		if !q.batch {
			return one(s)
		}
		return s.array(func() error {
			if len(q.list) == l.Documents {
				return tooLarge("more than %d documents", l.Documents)
			}
			return one(s)
		})
	case "model":
		q.model, err = s.str()
	case "nbest":
		q.nbest, err = s.integer(l.NBest)
	case "probabilities":
		q.probabilities, err = s.boolean()
	case "offsets":
		var name string
		if name, err = s.str(); err == nil {
			if q.unit, err = report.ParseUnit(name); err != nil {
				return s.fail("offsets: %s", err)
			}
		}
	default:
		return s.fail("unknown key %q", key)
	}
	return err
}

// text reads a text.
func (q *tagRequest) text(s *scanner) error {
	text, err := s.str()
	q.list = append(q.list, document{text: text, to: -1})
	return err
}

// tokens reads the tokens of a sentence.
func (q *tagRequest) tokens(s *scanner) error {
	from := len(q.words)
	err := s.array(func() error {
		word, err := s.str()
		q.words = append(q.words, word)
		return err
	})
	q.list = append(q.list, document{from: from, to: len(q.words)})
	return err
}

// reset makes q ready for the next request. It drops texts, and memory that a large request needed.
func (q *tagRequest) reset() {
	const most = 1 << 12
	list, words := q.list, q.words
	clear(list)
	clear(words)
	if cap(list) > most || cap(words) > most {
		list, words = nil, nil
	}
	*q = tagRequest{list: list[:0], words: words[:0]}
}

package serve

import (
	"bytes"
	"errors"
	"math"
	"net/http"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

// explanations answers POST /v1/explain.
func explanations(x *exchange) error {
	if err := x.readJSON(); err != nil {
		return err
	}
	var o trellis.ExplainOptions
	if err := x.tag.explain(&x.server.limits, x.in, &o); err != nil {
		return err
	}
	v, err := x.choose(x.tag.model)
	if err != nil {
		return err
	}
	if err := x.explain(v, o); err != nil {
		return err
	}
	return x.reply(http.StatusOK, typeJSON, x.out)
}

// explain reads the body of a request for explanations.
func (q *tagRequest) explain(l *Limits, data []byte, o *trellis.ExplainOptions) error {
	s := scanner{data: data}
	return q.object(&s, func(key string) (err error) {
		switch key {
		case "text", "tokens", "model":
			return q.field(l, &s, key)
		case "nbest":
			o.NBest, err = s.integer(l.NBest)
		case "token":
			o.Token, err = s.integer(math.MaxInt32)
		case "against":
			o.Against, err = s.str()
		case "top":
			o.Top, err = s.integer(math.MaxInt32)
		case "brief":
			o.Brief, err = s.boolean()
		default:
			return s.fail("unknown key %q", key)
		}
		return err
	})
}

// explain appends the explanations of a document to x.out, inside the gates.
func (x *exchange) explain(v *version, o trellis.ExplainOptions) error {
	if err := x.server.slow.enter(x.job.deadline, true); err != nil {
		return err
	}
	defer x.server.slow.leave()
	if err := x.server.gate.enter(x.job.deadline, true); err != nil {
		return err
	}
	defer x.server.gate.leave()
	list, err := x.explained(v, o)
	if e, ok := errors.AsType[*model.OptionError](err); ok { // no such label or token
		return refuse(http.StatusNotFound, "%s", e.Error())
	}
	if err == nil {
		err = model.Check(v.labeller)
	}
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	out := report.NewExplanationJSON(&lines)
	x.out = append(x.out[:0], `{"explanations":[`...)
	for k, e := range list {
		lines.Reset()
		if err := out.Write(e); err != nil {
			return err
		}
		if k > 0 {
			x.out = append(x.out, ',')
		}
		x.out = append(x.out, bytes.TrimSuffix(lines.Bytes(), []byte("\n"))...)
	}
	x.out = append(x.out, "]}\n"...)
	return nil
}

// explained explains each sentence of the document of the request.
func (x *exchange) explained(v *version, o trellis.ExplainOptions) ([]*explain.Explanation, error) {
	j, d := &x.job, x.tag.list[0]
	j.list, j.split.Tokenizer = j.list[:0], v.tokenizer
	words := x.tag.words
	n := len(words)
	if d.to < 0 {
		if err := j.cut(d.text); err != nil {
			return nil, err
		}
		for _, s := range j.list {
			n += len(s.Tokens)
		}
	}
	if n > j.limits.Explained {
		return nil, tooLarge("%d tokens to explain, the limit is %d", n, j.limits.Explained)
	}
	j.tokens = n
	if d.to < 0 {
		return v.model.ExplainText(d.text, o)
	}
	e, err := v.model.Explain(words, o)
	if err != nil || n == 0 {
		return nil, err
	}
	return []*explain.Explanation{e}, nil
}

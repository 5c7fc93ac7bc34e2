package serve

import (
	"net/http"

	"github.com/trellis-nlp/trellis/report"
)

// bigQuery answers POST /bigquery: a call of a remote function of BigQuery. The first argument of
// each call is a text or null. The context may name a model.
func bigQuery(x *exchange) error {
	if err := x.readJSON(); err != nil {
		return err
	}
	q := &x.tag
	nulls, err := q.calls(&x.server.limits, x.in)
	if err != nil {
		return err
	}
	v, err := x.choose(q.model)
	if err != nil {
		return err
	}
	format := report.JSONOptions{Documents: true}
	x.out = append(x.out[:0], `{"replies":[`...)
	k := 0
	err = x.label(v, v.options(0, false), true, func() error {
		for n, null := range nulls {
			if n > 0 {
				x.out = append(x.out, ',')
			}
			if null {
				x.out = append(x.out, "null"...)
				continue
			}
			if err := x.job.pause(); err != nil {
				return err
			}
			if err := x.job.document(q, q.list[k], &x.doc); err != nil {
				return err
			}
			k++
			var err error
			if x.out, err = format.Append(x.out, &x.doc); err != nil {
				return err
			}
			x.out = x.out[:len(x.out)-1] // without the line end
		}
		return nil
	})
	if err != nil {
		return err
	}
	x.out = append(x.out, "]}\n"...)
	return x.reply(http.StatusOK, typeJSON, x.out)
}

// calls reads the calls. It reports which ones have null for a text.
func (q *tagRequest) calls(l *Limits, data []byte) (nulls []bool, err error) {
	s := scanner{data: data}
	err = s.object(func(key string) error {
		switch key {
		case "calls":
			nulls, q.list, q.form = nulls[:0], q.list[:0], key
			return s.array(func() error {
				if len(nulls) == l.Documents {
					return tooLarge("more than %d calls", l.Documents)
				}
				return q.call(&s, &nulls)
			})
		case "userDefinedContext":
			if s.null() {
				return nil
			}
			return s.object(func(key string) error {
				if key != "model" {
					return s.skip()
				}
				var err error
				q.model, err = s.str()
				return err
			})
		}
		return s.skip()
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && q.form == "" {
		err = refuse(http.StatusBadRequest, `no key "calls"`)
	}
	return nulls, err
}

// call reads the arguments of a call.
func (q *tagRequest) call(s *scanner, nulls *[]bool) error {
	n := 0
	err := s.array(func() error {
		if n++; n > 1 {
			return s.skip()
		}
		null := s.null()
		*nulls = append(*nulls, null)
		if null {
			return nil
		}
		return q.text(s)
	})
	if err == nil && n == 0 {
		return s.fail("a call without arguments, expected a text")
	}
	return err
}

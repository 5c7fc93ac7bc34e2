package serve

import (
	"net/http"

	"github.com/trellis-nlp/trellis/report"
)

// tag answers POST /v1/tag.
func tag(x *exchange) error {
	q := &x.tag
	if err := q.query(&x.server.limits, x.request.URL.RawQuery); err != nil {
		return err
	}
	media, err := x.media()
	if err != nil {
		return err
	}
	switch media {
	case "application/json", "application/x-www-form-urlencoded": // the default of curl
		if err := x.read(); err != nil {
			return err
		}
		if err := q.body(&x.server.limits, x.in); err != nil {
			return err
		}
	case "application/x-ndjson", "application/jsonl":
		return stream(x)
	case "text/plain":
		if err := x.read(); err != nil {
			return err
		}
		q.list = append(q.list, document{text: string(x.in), to: -1})
	default:
		return x.wrongMedia(media)
	}
	if x.out, err = x.labelled(x.out[:0], q, true); err != nil {
		return err
	}
	return x.reply(http.StatusOK, typeJSON, x.out)
}

// labelled appends the answer to a request, and a line end.
func (x *exchange) labelled(dst []byte, q *tagRequest, bounded bool) ([]byte, error) {
	v, err := x.choose(q.model)
	if err != nil {
		return dst, err
	}
	format := report.JSONOptions{Unit: q.unit, Documents: true}
	err = x.label(v, v.options(q.nbest, q.probabilities), bounded, func() error {
		if q.batch {
			dst = append(dst, `{"documents":[`...)
		}
		for k, d := range q.list {
			if k > 0 {
				dst[len(dst)-1] = ',' // instead of the line end
				if err := x.job.pause(); err != nil {
					return err
				}
			}
			if err := x.job.document(q, d, &x.doc); err != nil {
				return err
			}
			var err error
			if dst, err = format.Append(dst, &x.doc); err != nil {
				return err
			}
		}
		if q.batch {
			if len(q.list) > 0 {
				dst = dst[:len(dst)-1]
			}
			dst = append(dst, "]}\n"...)
		}
		return nil
	})
	return dst, err
}

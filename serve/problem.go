package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/model"
)

// A problem is an answer that reports an error, in the format of RFC 9457.
type problem struct {
	status int
	detail string
	header [2]string // a further header of the answer, or empty
	err    error     // the cause, for the log only
}

func (p *problem) Error() string { return p.detail }
func (p *problem) Unwrap() error { return p.err }

// refuse returns a problem with a status.
func refuse(status int, format string, a ...any) *problem {
	return &problem{status: status, detail: fmt.Sprintf(format, a...)}
}

// later returns a problem that goes away with time.
func later(status int, format string, a ...any) *problem {
	p := refuse(status, format, a...)
	p.header = [2]string{"Retry-After", "1"}
	return p
}

// tooLarge returns the problem of a request beyond a limit.
func tooLarge(format string, a ...any) *problem {
	return refuse(http.StatusRequestEntityTooLarge, format, a...)
}

// problemOf returns the problem of an error.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*errJSON](err); ok {
		return refuse(http.StatusBadRequest, "%s", e.Error())
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge("the body has more than %d bytes", e.Limit)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "the body did not arrive in time")
	case errors.Is(err, model.ErrChanged):
		p := later(http.StatusServiceUnavailable, "the file of the model was overwritten")
		p.err = err
		return p
	case errors.Is(err, model.ErrInput) || errors.Is(err, explain.ErrModel):
		return refuse(http.StatusBadRequest, "%s", err.Error())
	}
	return &problem{status: http.StatusInternalServerError, detail: "the server failed; the log has the reason under the id of the request", err: err}
}

// append appends the JSON object of the problem.
func (p *problem) append(dst []byte, id string) []byte {
	title := http.StatusText(p.status)
	// A struct of strings always has a JSON form.
	object, _ := json.Marshal(struct {
		Type      string `json:"type"`
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Detail    string `json:"detail"`
		RequestID string `json:"request_id"`
	}{"about:blank", title, p.status, strings.ToValidUTF8(p.detail, "\ufffd"), id})
	return append(dst, object...)
}

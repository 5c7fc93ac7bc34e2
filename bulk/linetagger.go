package bulk

import (
	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
)

// A LineTagger answers single lines, for programs that read and write lines themselves. One
// goroutine may use it at a time.
type LineTagger struct{ t *lineTagger }

// NewLineTagger returns a tagger with the options of [TagLines]. It ignores the number of threads.
func NewLineTagger(m *trellis.Model, o LineOptions) (*LineTagger, error) {
	p, err := newLinePipeline(m, o)
	if err != nil {
		return nil, err
	}
	t, err := p.newTagger()
	if err != nil {
		return nil, err
	}
	return &LineTagger{t}, nil
}

// Append appends the answer of [TagLines] to a line, with a line end. Fail adds the position of the
// line to an error in the answer. Append returns an error if the file of the model has changed.
func (t *LineTagger) Append(dst, line []byte, fail func(error) error) ([]byte, error) {
	dst = t.t.line(dst, line, len(line) > t.t.most, fail)
	return dst, model.Check(t.t.m)
}

// Total returns how many sentences, tokens and errors the answers since the last call have.
func (t *LineTagger) Total() (labelled trellis.Total, failed int) {
	labelled, failed = t.t.total, t.t.failed
	t.t.total, t.t.failed = trellis.Total{}, 0
	return labelled, failed
}

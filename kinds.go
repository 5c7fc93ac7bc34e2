package trellis

import (
	"io"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
)

// kinds lists all kinds of model. The first one opens files of an unknown kind, to give the error.
var kinds = []model.Kind{
	{Name: model.Chain, Detect: crf.Detect, Load: loader(crf.Load), Map: loader(crf.Open)},
	{Name: model.SemiMarkov, Detect: semicrf.Detect, Load: loader(semicrf.Load)},
	{Name: model.Pruned, Detect: prunedcrf.Detect, Load: loader(prunedcrf.Load)},
	{Name: model.CRFsuite, Detect: crfsuite.Sniff, Load: parser(func(data []byte) (*crfsuite.Labeller, error) {
		m, err := crfsuite.Read(data)
		if err != nil {
			return nil, err
		}
		return crfsuite.NewLabeller(m)
	})},
	{Name: model.Wapiti, Detect: wapiti.Sniff, Load: parser(wapiti.Read)},
	{Name: model.CRFPP, Detect: crfpp.Sniff, Load: parser(crfpp.Read)}, // last, because CRF++ files start with little to recognise them by
}

// loader adapts a function that returns a model to one that returns a Labeller, nil on error.
func loader[From any, M model.Labeller](load func(from From) (M, error)) func(from From) (model.Labeller, error) {
	return func(from From) (model.Labeller, error) {
		m, err := load(from)
		if err != nil {
			return nil, err
		}
		return m, nil
	}
}

// parser adapts a function that reads bytes to one that reads a stream.
func parser[M model.Labeller](read func(data []byte) (M, error)) func(r io.Reader) (model.Labeller, error) {
	return loader(func(r io.Reader) (m M, err error) {
		data, err := io.ReadAll(r)
		if err != nil {
			return m, err
		}
		return read(data)
	})
}

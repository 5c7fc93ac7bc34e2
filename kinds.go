package trellis

import (
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
)

// kinds are all kinds of model. The first opens files of none of them, to say what is wrong.
var kinds = []model.Kind{
	{Name: model.Chain, Detect: crf.Detect, Open: func(path string) (model.Labeller, error) {
		m, err := crf.Open(path)
		if err != nil {
			return nil, err
		}
		return m, nil
	}},
	{Name: model.SemiMarkov, Detect: semicrf.Detect, Open: opened(semicrf.Load)},
	{Name: model.Pruned, Detect: prunedcrf.Detect, Open: opened(prunedcrf.Load)},
	{Name: model.CRFsuite, Detect: crfsuite.Sniff, Open: opened(parsed(func(data []byte) (*crfsuite.Labeller, error) {
		m, err := crfsuite.Read(data)
		if err != nil {
			return nil, err
		}
		return crfsuite.NewLabeller(m)
	}))},
	{Name: model.Wapiti, Detect: wapiti.Sniff, Open: opened(parsed(wapiti.Read))},
	{Name: model.CRFPP, Detect: crfpp.Sniff, Open: opened(parsed(crfpp.Read))}, // whose files start with little that is their own
}

// opened makes a function that reads a stream open a file.
func opened[M model.Labeller](load func(r io.Reader) (M, error)) func(path string) (model.Labeller, error) {
	return func(path string) (model.Labeller, error) {
		f, err := input.OpenFile(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		m, err := load(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return m, nil
	}
}

// parsed makes a function that reads bytes read a stream.
func parsed[M model.Labeller](read func(data []byte) (M, error)) func(r io.Reader) (M, error) {
	return func(r io.Reader) (M, error) {
		data, err := io.ReadAll(r)
		if err != nil {
			var none M
			return none, err
		}
		return read(data)
	}
}

// KindOf returns the kind of a model file by its content: one of the constants of package model, or "" if it is none
// that [Open] knows.
func KindOf(path string) (string, error) {
	kind, err := model.Detect(path, kinds)
	if kind == nil || err != nil {
		return "", err
	}
	return kind.Name, nil
}

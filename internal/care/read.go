package care

import (
	"errors"
	"io"
	"os"

	"github.com/trellis-nlp/trellis/corpus"
)

// Read reads the words and labels of a file, up to a limit of sentences; 0 means all. Label is the
// label column, as for tagger train.
func Read(path, label string, limit int) (list []*corpus.Sentence, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := corpus.NewReader(file, path, corpus.Options{})
	layout, err := r.Layout()
	if err != nil {
		return nil, err
	}
	place, err := layout.Label(label)
	if err != nil {
		return nil, err
	}
	form, err := layout.Form("")
	if err != nil {
		return nil, err
	}
	var labels []string
	for limit == 0 || len(list) < limit {
		var s corpus.Sentence
		if err := r.Read(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		labels = place.Read(labels, &s)
		rows := make([][]string, s.Len())
		for t := range rows {
			rows[t] = []string{s.Field(t, form), labels[t]}
		}
		plain, err := corpus.NewSentence(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, plain)
	}
	return list, nil
}

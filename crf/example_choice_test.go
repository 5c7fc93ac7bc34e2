package crf_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A word list gives candidate labels for some words, and a few sentences determine the rest.
func ExampleDataset_AddChoices() {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nb\n"), "words", features.DialectTrellis)
	if err != nil {
		panic(err)
	}
	data, err := crf.NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}})
	if err != nil {
		panic(err)
	}
	for _, sentence := range []string{
		"the/DET can/NOUN", "we/PRON can/VERB", "the/DET can/NOUN|VERB", "the/DET flood/NOUN|VERB", "we/? flood/NOUN|VERB",
	} {
		var rows features.Rows
		var known []annotation.Choice
		for token := range strings.FieldsSeq(sentence) {
			word, label, _ := strings.Cut(token, "/")
			choice, err := annotation.Partial.Choice(label)
			if err != nil {
				panic(err)
			}
			rows, known = append(rows, []string{word}), append(known, choice)
		}
		if err := data.AddChoices(model.Sentence{Columns: rows}, known, 1); err != nil {
			panic(err)
		}
	}
	m, _, err := crf.Train(context.Background(), data, crf.Options{Penalty: optimize.Penalty{L2: 0.1}})
	if err != nil {
		panic(err)
	}
	for _, sentence := range []features.Rows{{{"the"}, {"flood"}}, {{"we"}, {"flood"}}} {
		labels, err := m.Tag(sentence)
		if err != nil {
			panic(err)
		}
		fmt.Println(labels)
	}
	// Output:
	// [DET NOUN]
	// [PRON VERB]
}

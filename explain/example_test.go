package explain_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

func ExampleExplainer() {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nb\n"), "templates", features.DialectTrellis)
	if err != nil {
		log.Fatal(err)
	}
	m, err := crf.New(crf.Content{
		Labels: []string{"NOUN", "VERB"},
		Input:  model.Input{Templates: templates, Names: map[string]int{"form": 0}},
		Attributes: []crf.Attribute{
			{Name: "u:w=time", Weights: []crf.LabelWeight{{Label: 0, Weight: 1.5}}},
			{Name: "u:w=flies", Weights: []crf.LabelWeight{{Label: 0, Weight: 0.5}, {Label: 1, Weight: 0.25}}},
		},
		Transitions: []crf.PairWeight{{From: 0, To: 1, Weight: 1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	e, err := explain.New(m)
	if err != nil {
		log.Fatal(err)
	}
	words := []string{"time", "flies"}
	sentence := model.Sentence{Columns: features.Rows{{"time"}, {"flies"}}}
	x, err := e.Explain(words, sentence, explain.Options{Token: 2})
	if err != nil {
		log.Fatal(err)
	}
	token := x.Tokens[1]
	fmt.Printf("%s: %s, not %s: %+.2f\n", token.Text, token.Label, token.Contrast.Label, token.Contrast.Difference)
	for _, p := range token.Contrast.Parts {
		fmt.Println(p.Kind, p.Name, p.Difference)
	}
	// Output:
	// flies: VERB, not NOUN: +0.75
	// transition  1
	// attribute u:w=flies -0.25
}

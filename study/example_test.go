package study_test

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

// sentences returns a small corpus of words and labels.
func sentences() corpus.Source {
	var source corpus.Source
	for _, place := range []string{"Rome", "Oslo", "Lima", "Bern", "Riga", "Kiev", "Baku", "Doha", "Male", "Suva"} {
		s, err := corpus.NewSentence([][]string{{"I", "O"}, {"like", "O"}, {place, "B-LOC"}, {".", "O"}})
		if err != nil {
			panic(err)
		}
		source.Sentences = append(source.Sentences, s)
	}
	return source
}

func ExampleSearch() {
	search := study.Search{
		Base:   recipe.Config{Threads: 1},
		Losses: []string{"cross-entropy", "perceptron"},
		L2:     []study.Range{{Lo: 0.5, Hi: 0.5}},
		Folds:  5,
	}
	ranking, err := search.Run(context.Background(), sentences())
	if err != nil {
		panic(err)
	}
	for _, t := range ranking.Trials {
		fmt.Printf("%.2f  %v\n", *t.Mean, t)
	}
	// Output:
	// 1.00  cross-entropy by lbfgs, l2 0.5, l1 0
	// 1.00  default: softmax-margin by lbfgs, l2 0.1, l1 0, cost scale 1
	// 0.87  perceptron by averaged-perceptron
}

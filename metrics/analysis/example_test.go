package analysis_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
)

func ExampleNew() {
	sentences := []analysis.Sentence{{
		File: "test.conll", Lines: []int{1, 2, 3, 4},
		Words:     []string{"Anna", "Keller", "visits", "Oslo"},
		Gold:      []string{"B-PER", "I-PER", "O", "B-LOC"},
		Predicted: []string{"B-PER", "O", "O", "B-ORG"},
	}}
	var scorer metrics.Scorer
	for _, s := range sentences {
		if err := scorer.Add(metrics.Pair{Gold: s.Gold, Predicted: s.Predicted}); err != nil {
			log.Fatal(err)
		}
	}
	scores := scorer.Results()
	a, err := analysis.New(&scores, sentences, analysis.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range a.Errors {
		fmt.Printf("%s:%d: %s: %v %v\n", e.File, e.Line, e.Kind, e.Gold, e.Predicted)
	}
	fmt.Printf("F1 %.2f, macro average %.2f\n", a.Scores.F1, a.Macro.F1)
	// Output:
	// test.conll:1: boundary: [{0 2 PER true} {3 4 LOC false}] [{0 1 PER true} {3 4 ORG false}]
	// test.conll:4: type: [{0 2 PER false} {3 4 LOC true}] [{0 1 PER false} {3 4 ORG true}]
	// F1 0.00, macro average 0.00
}

package metrics_test

import (
	"fmt"
	"os"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

func ExampleEvaluator() {
	e := metrics.Evaluator{Scheme: structured.BIO}
	for _, s := range []struct{ gold, predicted []string }{
		{[]string{"B-PER", "I-PER", "O", "B-LOC"}, []string{"B-PER", "I-PER", "O", "B-ORG"}},
		{[]string{"O", "B-LOC"}, []string{"O", "B-LOC"}},
	} {
		if err := e.Add(s.gold, s.predicted, nil); err != nil {
			fmt.Println(err)
		}
	}
	if err := e.Results().WriteTable(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 6 tokens in 2 sentences with 3 spans; found 3 spans, correct 2
	// precision 66.67%, recall 66.67%, F1 66.67%
	// accuracy 83.33%, whole sentences 50.00%
	//
	//   type  precision   recall       F1  gold  predicted  correct
	//    LOC    100.00%   50.00%   66.67%     2          1        1
	//    ORG      0.00%    0.00%    0.00%     0          1        0
	//    PER    100.00%  100.00%  100.00%     1          1        1
	//
	// most frequent confusions
	//    gold  predicted  tokens
	//   B-LOC      B-ORG       1
}

func ExampleEvaluate() {
	r, err := metrics.Evaluate(structured.Plain,
		[][]string{{"DET", "NOUN", "VERB"}, {"INTJ"}},
		[][]string{{"DET", "NOUN", "NOUN"}, {"INTJ"}})
	fmt.Println(r.Accuracy, r.SentenceAccuracy, r.Labels["NOUN"].Precision, err)
	// Output: 0.75 0.5 0.5 <nil>
}

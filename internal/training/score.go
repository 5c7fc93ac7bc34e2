package training

import (
	"context"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// Score compares the predicted labels of all sentences with the gold labels. For sentence s, label
// appends the gold labels to gold and the predicted labels to predicted, one per token. scheme is
// the label scheme.
func (p *Pool[S]) Score(scheme structured.Scheme, label func(scratch *S, s int, gold, predicted []string) (g, y []string, err error)) (metrics.Results, error) {
	scores := make([]metrics.Evaluator, len(p.workers))
	_, err := p.run(len(p.workers), func(k int) (float64, error) {
		scores[k].Scheme = scheme
		var gold, predicted []string
		return p.pass(context.Background(), k, func(scratch *S, s int) (_ float64, err error) {
			if gold, predicted, err = label(scratch, s, gold[:0], predicted[:0]); err == nil {
				err = scores[k].Add(gold, predicted, nil)
			}
			return 0, err
		})
	})
	if err != nil {
		return metrics.Results{}, err
	}
	for k := range scores[1:] {
		if err := scores[0].Merge(&scores[k+1]); err != nil {
			return metrics.Results{}, err
		}
	}
	return scores[0].Results(), nil
}

package learning

import (
	"context"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// Rehearse trains on one token, so that pairs of loss and optimizer that do not go together, and a penalty that the
// optimizer cannot take, are refused before anybody has waited for the data.
func Rehearse(c recipe.Config) error {
	c.Log, c.Warn, c.Progress, c.Begin = nil, nil, nil, nil
	completed, err := c.Complete(&recipe.Profile{Format: corpus.CRFsuite})
	if err != nil {
		return err
	}
	set, err := newChainSet(model.Input{})
	if err != nil {
		return err
	}
	token := []attrfile.Attribute{{Name: "a", Value: 1}}
	if err := set.add(example{items: [][]attrfile.Attribute{token}, labels: []string{"O"}, weight: 1}); err != nil {
		return err
	}
	completed.Cost, completed.LabelWeight, completed.Restarts, completed.Threads, completed.MinCount = "", nil, 0, 1, 0
	completed.Checkpoint, completed.Resume = "", ""
	_, _, err = set.train(context.Background(), &completed, nil, hooks{})
	if err = refused(&completed, err); isOption(err) {
		return err
	}
	return nil
}

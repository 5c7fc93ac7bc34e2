package model

import (
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/optimize"
)

// Progress is what training reports after each step: an iteration of a batch method, an epoch of a stochastic one.
type Progress struct {
	*optimize.Step
	Run  int              // 0, or the number of the restart
	Of   int              // steps at most, 0 if not known
	Dev  *metrics.Results // nil without development data
	Best bool             // the best score of the run on the development data so far

	// Of a pruned chain.
	Order int        // up to which this epoch scored
	Kept  [2]float64 // labels that a token kept on average before each order, 0 for an order that had not begun
}

// Empty is the warning that training gives for a model without features.
const Empty = "the model is empty: all weights are 0, so that it tells no label from another; " +
	"look at the weights of the sentences, the penalties and the loss"

// Summary says how training went.
type Summary struct {
	optimize.Result
	Features int              // weights, before those that are zero are dropped
	Skipped  int              // sentences that a semi-Markov model left out because a span is too long
	Kept     [2]float64       // labels that a token kept on average before each order of a pruned chain
	Dev      *metrics.Results // of the model that is returned
	BestStep int              // the step of that model, 0 for the start
	BestLoss float64          // the objective after that step; Objective is that after the last one
	Run      int              // the run of that model: 0, or the number of the restart
}

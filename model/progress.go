package model

import (
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/optimize"
)

// Progress describes training after a step: an iteration of a batch method, or an epoch of a
// stochastic one.
type Progress struct {
	*optimize.Step
	Run  int              // number of the restart, or 0
	Of   int              // maximum number of steps; 0 means unknown
	Dev  *metrics.Results // nil without development data
	Best bool             // best development score of the run so far

	// Pruned higher-order models.
	Order int        // highest order scored in this epoch
	Kept  [2]float64 // mean number of labels per token before each order; 0 for orders not yet trained
}

// Empty is the warning of training about a model without features.
const Empty = "the model is empty: all weights are 0, so all labels have the same score; " +
	"check the weights of the sentences, the penalties and the loss"

// Summary describes a training run.
type Summary struct {
	optimize.Result
	Features int              // number of weights, before dropping zeros
	Skipped  int              // sentences that a semi-Markov model skipped because of a long span
	Kept     [2]float64       // mean number of labels per token before each order of a pruned model
	Dev      *metrics.Results // of the returned model
	BestStep int              // step of the returned model; 0 is the initial model
	BestLoss float64          // objective after BestStep; Objective is the one after the last step
	Run      int              // run of the returned model: the number of the restart, or 0
}

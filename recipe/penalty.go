package recipe

// defaultL2 is the factor of ||w||^2 for each loss, from the study on development data in
// docs/explanation/training.md. Losses outside the study have the factor of related losses: 0.01 if
// the cost bounds the loss, otherwise 0.1. On two data sets in docs/benchmarks/loss-study.md the
// differences to the best factors are within noise.
var defaultL2 = map[string]float64{
	"cross-entropy":        0.1,
	"perceptron":           0,
	"hinge":                0.1,
	"squared-hinge":        0.1,
	"smoothed-hinge":       0.1,
	"softmax-margin":       0.1,
	"risk":                 0.01,
	"jensen-risk-bound":    0.01,
	"ramp1":                0.01,
	"ramp2":                0.01,
	"ramp3":                0.01,
	"soft-ramp1":           0.01,
	"soft-ramp2":           0.01,
	"soft-ramp3":           0.01,
	"token-marginal":       0.1,
	"sparsemap":            0.1,
	"large-margin-softmax": 0.1,
}

// prunedL2 is the default L2 of pruned models, which have more weights for the same labels
// (docs/benchmarks/accuracy.md).
const prunedL2 = 0.3

// prunedBatch is the default batch size of pruned models. It gives the result of single sentences
// in a third of the time (docs/benchmarks/performance.md).
const prunedBatch = 8

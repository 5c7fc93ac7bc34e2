package recipe

// defaultL2 is the factor of ||w||^2 by loss, from the study on development data in docs/reference/cli.md; the losses that are
// not there have those of related losses: 0.01 where the cost bounds the loss, else 0.1. By docs/benchmarks/loss-study.md none of
// them is off by more than noise on two data sets.
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

// prunedL2 is the penalty of pruned chains: there are more weights for the same labels (docs/benchmarks/accuracy.md).
const prunedL2 = 0.3

// prunedBatch sentences a step end where single ones do, in a third of the time (docs/benchmarks/performance.md).
const prunedBatch = 8

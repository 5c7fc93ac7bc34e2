package optimize

import (
	"github.com/trellis-nlp/trellis/internal/checkpoint"
	"github.com/trellis-nlp/trellis/internal/enum"
)

// Step is the argument of a report, after each iteration of a batch method or epoch of a stochastic
// method. Methods of other packages set the exported fields.
type Step struct {
	// Number counts the steps from 1: iterations of a batch method, epochs of a stochastic method.
	Number int
	// Updates counts the updates of the weights so far, one for each iteration or mini-batch.
	Updates int
	// Evaluations counts the evaluations: of the whole objective in a batch method, of a mini-batch
	// in a stochastic method.
	Evaluations int
	// Seconds is the time since the start of the run.
	Seconds float64
	// Objective is f plus the penalty. A stochastic method sums the losses of the batches of the
	// epoch, each at the weights it was evaluated at, and adds the penalty of the weights at the
	// end of the epoch.
	Objective float64
	// GradNorm is the Euclidean norm of the gradient of the objective; with L1, of the
	// pseudo-gradient. For a stochastic method it is the root mean square, over the batches of the
	// epoch, of the norm of the mean gradient of their losses, without the penalty. It is NaN for
	// the steps of an [SGDObjective].
	GradNorm float64
	// Gap bounds the distance of Objective from the minimum; NaN if no bound was computed. With a
	// gap, Objective is the objective at the weights, not the sum over the epoch. [BCFW] and [SAGA]
	// compute gaps.
	Gap float64
	// Rate is the learning rate at the end of the epoch, 0 for methods without one.
	Rate float64
	// Last means that the run ends with this step, whatever the report returns. It is false for the
	// last step of a batch method that ends because no further step lowers the objective.
	Last bool

	// Weights returns the weights that the run would return if it ended now, with scale and
	// averaging applied. They are valid during the report and must not be changed. Every method
	// sets Weights.
	Weights func() []float64

	state func(*checkpoint.Coder) // of the run; nil for methods of other packages
}

// send calls report, which may be nil.
func send(report func(*Step) error, step *Step) error {
	if report == nil {
		return nil
	}
	return report(step)
}

// Result describes how a run ended.
type Result struct {
	// Steps counts the finished steps, Updates the updates of the weights. They equal Number and
	// Updates of the last [Step], except that Updates includes the updates of an unfinished epoch.
	Steps, Updates int
	// Evaluations has the meaning of [Step].Evaluations.
	Evaluations int
	// Objective and GradNorm are the values of the last [Step], or NaN if there was none.
	Objective, GradNorm float64
	// Gap is the value of the last [Step], or NaN if there was none.
	Gap    float64
	Reason Reason
}

// Reason is the reason why a run ended.
type Reason int

const (
	// Failed: the returned error ended the run.
	Failed Reason = iota
	// Converged: the objective, its gradient or its gap reached the tolerance.
	Converged
	// LimitReached: the run reached the maximum number of iterations or epochs first.
	LimitReached
	// FloorReached: the objective fell below the floor. Without a penalty it may have no finite
	// minimum.
	FloorReached
	// NoProgress: no step lowers the objective although the gradient is not small. This happens
	// with non-smooth losses.
	NoProgress
	// Stopped: the report returned [ErrStop].
	Stopped
	// Cancelled: the context ended; Minimize also returns its error.
	Cancelled

	// running means that the run has not ended.
	running Reason = -1
)

var reasons = enum.Names[Reason]{"failed", "converged", "limit reached", "loss below the floor", "no further progress", "stopped by the report", "cancelled"}

func (r Reason) String() string { return reasons.String(r) }

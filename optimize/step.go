package optimize

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// Step is what a method passes to its report, after each iteration of a batch method or epoch of a stochastic one. A
// method of your own fills the exported fields.
type Step struct {
	// Number counts the steps from 1: the iterations of a batch method, the epochs of a stochastic one.
	Number int
	// Updates counts the updates of the weights so far: one an iteration, or one a mini-batch.
	Updates int
	// Evaluations counts the evaluations of the whole objective (batch) or of a mini-batch (stochastic).
	Evaluations int
	// Seconds since the start of the run.
	Seconds float64
	// Objective is f plus the penalty. A stochastic method sums the losses of the epoch's batches, each
	// at the weights of its time, and adds the penalty of the weights at the epoch's end.
	Objective float64
	// GradNorm is the Euclidean norm of the gradient of the objective, with L1 that of the
	// pseudo-gradient. For a stochastic method it is the root mean square, over the epoch's batches, of
	// the norm of the mean gradient of their losses, without the penalty; NaN for the steps of a [SGDObjective].
	GradNorm float64
	// Gap bounds how far Objective, then that of the weights and not of the epoch, is above the minimum;
	// NaN where no bound was computed. [BCFW] and [SAGA] compute one.
	Gap float64
	// Rate is the learning rate at the end of the epoch, 0 for methods without one.
	Rate float64
	// Last says that the run ends with this step, whatever the report returns. The last step of a batch method lacks
	// it where the run ends because no further step lowers the objective.
	Last bool

	// Weights returns the weights that the run would return if it ended now, scale and averaging applied.
	// They are valid during the report and must not be changed. Every method sets it.
	Weights func() []float64

	state func(*checkpoint.Coder) // of the run; nil for methods of other packages
}

// tell calls report, which may be nil.
func tell(report func(*Step) error, step *Step) error {
	if report == nil {
		return nil
	}
	return report(step)
}

// Result says how a run ended.
type Result struct {
	// Steps counts the finished steps, Updates the updates of the weights. They are Number and Updates of the last
	// [Step], but Updates counts those of an epoch that was not finished, too.
	Steps, Updates int
	// Evaluations is as in [Step].
	Evaluations int
	// Objective and GradNorm are those of the last [Step]; NaN before there was one.
	Objective, GradNorm float64
	// Gap is that of the last [Step]; NaN before there was one.
	Gap    float64
	Reason Reason
}

// Reason says why a run ended.
type Reason int

const (
	// Failed: the error that is returned ended the run.
	Failed Reason = iota
	// Converged: the objective, its gradient or its gap met the tolerance.
	Converged
	// LimitReached: the cap on iterations or epochs was met first.
	LimitReached
	// FloorReached: the objective fell below the floor; without a penalty it may have no finite minimum.
	FloorReached
	// NoProgress: no step lowers the objective although the gradient is not small, as happens with a
	// non-smooth loss.
	NoProgress
	// Stopped: the report returned [ErrStop].
	Stopped
	// Cancelled: the context ended; its error is returned too.
	Cancelled

	// running is no end.
	running Reason = -1
)

var reasons = [...]string{"failed", "converged", "limit reached", "loss below the floor", "no further progress", "stopped by the report", "cancelled"}

func (r Reason) String() string {
	if r < 0 || int(r) >= len(reasons) {
		return fmt.Sprintf("Reason(%d)", int(r))
	}
	return reasons[r]
}

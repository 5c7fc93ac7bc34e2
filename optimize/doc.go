// Package optimize minimises the loss of a model over its examples, plus a penalty on the weights:
//
//	F(w) = f(w) + L1 ||w||_1 + L2 ||w||_2^2,    f(w) = sum_i f_i(w)
//
// In flow an objective that knows nothing of penalties, a starting point w and a [Penalty]; out come the
// minimum, in w, and a [Result] that says why the method stopped. What the objective means is not known here.
//
// Batch methods ask an [Objective] for the value and the whole gradient at a point:
//
//	LBFGS               smooth f; L2          limited-memory quasi-Newton
//	OWLQN               smooth f; L1, L2      the same for L1, with exact zeros
//	WarmStart           those of its two      a stochastic method first, a batch method from where it ends
//
// Stochastic methods ask a [Stochastic] for a mini-batch at a time, and their steps cost what the batch
// touches, never the dimension:
//
//	SGD                 L1, L2                scaled weights, cumulative L1, optional averaging
//	AdaGrad             L1, L2                a rate for each coordinate, exact lazy proximal steps
//	Adam                L2                    moments on each coordinate's own clock; AdamW as an option
//	SAGA                smooth f; L2          variance-reduced: a constant rate, linear convergence
//	AveragedPerceptron  none                  the average of all weights on the way
//	PassiveAggressive   none                  the least step that removes the hinge loss of the example
//	AROW                none                  the same with a variance for each coordinate
//	BCFW                L2                    block-coordinate Frank-Wolfe in the dual, to a duality gap
//
// The mean over a batch of n out of N examples stands for F(w)/N: a stochastic step uses the gradient
// (1/n) sum_batch f_i and the penalty divided by N. A larger batch so makes fewer steps, not longer ones:
// SGD wants a higher rate with it.
//
// Every method starts from the w that it is given, which must be 0 for BCFW, and leaves the weights it has
// reached there whatever ends the run: convergence, a limit, [ErrStop] from the report, cancellation, or an
// error. They are those of the last accepted iteration or the last step, and finite. The same seed gives the same
// weights.
//
// A long run can write checkpoints, by [Step.Checkpoint] in its report; [Resume] goes on from one with the same
// steps, bit for bit, as the run without interruption.
package optimize

// Package optimize minimises a loss over examples plus a penalty on the weights:
//
//	F(w) = f(w) + L1 ||w||_1 + L2 ||w||_2^2,    f(w) = sum_i f_i(w)
//
// The input is an objective f without penalties, a starting point w and a [Penalty]. The output is
// the minimum, in w, and a [Result] with the reason why the method stopped. The package knows
// nothing about models or features.
//
// Batch methods evaluate an [Objective], the value and the whole gradient at a point:
//
//	LBFGS               smooth f; L2          limited-memory quasi-Newton
//	OWLQN               smooth f; L1, L2      the same for L1, with exact zeros
//	WarmStart           those of its two      a stochastic method, then a batch method from where it ends
//
// Stochastic methods evaluate mini-batches of a [Stochastic]. The time of a step depends on the
// coordinates that the batch touches, not on the dimension:
//
//	SGD                 L1, L2                scaled weights, cumulative L1, optional averaging
//	AdaGrad             L1, L2                a rate for each coordinate, exact lazy proximal steps
//	Adam                L2                    moments with a step count for each coordinate; AdamW as an option
//	SAGA                smooth f; L2          variance-reduced: a constant rate, linear convergence
//	AveragedPerceptron  none                  the average of the weights after all steps
//	PassiveAggressive   none                  the smallest step that removes the hinge loss of the example
//	AROW                none                  the same with a variance for each coordinate
//	BCFW                L2                    block-coordinate Frank-Wolfe in the dual, to a duality gap
//
// The mean over a batch of n out of N examples estimates F(w)/N. A stochastic step uses the
// gradient (1/n) sum_batch f_i and the penalty divided by N. So a larger batch makes fewer steps,
// not longer ones, and SGD needs a higher rate with it.
//
// Every method starts from the given w, which must be 0 for BCFW. On return w holds the weights of
// the last accepted iteration or the last step, and they are finite. This holds whatever ends the
// run: convergence, a limit, [ErrStop] from the report, cancellation, or an error. The same seed
// gives the same weights.
//
// A long run can write checkpoints: call [Step.Checkpoint] in the report. [Resume] continues from a
// checkpoint with the same steps, bit for bit, as the run without interruption.
//
// Each method names its source in its documentation.
package optimize

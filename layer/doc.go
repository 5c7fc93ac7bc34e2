// Package layer is the CRF output layer of a neural sequence labeller. It computes the losses and
// decoders of this module on a batch of padded sequences, with float32 input and output, on all
// cores.
//
// The input is a [Batch]: the scores of N sequences over L labels, padded to T positions, as an
// encoder produces them, and transition scores that all sequences share. Sequence n has Lengths[n]
// = T_n <= T positions. A path y through it has the score
//
//	s_n(y) = sum_{t<T_n} Emissions[n][t][y_t] + sum_{1<=t<T_n} Transitions[y_{t-1}][y_t]
//	       + Start[y_0] + End[y_{T_n-1}]
//
// The methods of [Chain] compute:
//
//	Loss        values  N            l_n = loss(s_n, target n)
//	            grad    Emissions    w_n dl_n/dEmissions[n][t][j]              N x T x L, 0 at t >= T_n
//	                    Transitions  sum_n w_n dl_n/dTransitions[i][j]         L x L
//	                    Start, End   sum_n w_n dl_n/dStart[j], .../dEnd[j]     L
//	Marginals   logZ    N            log Z_n = log sum_y exp s_n(y)
//	            dst     Emissions    p_n(y_t = j)                              N x T x L, 0 at t >= T_n
//	                    Transitions  sum_n sum_t p_n(y_{t-1} = i, y_t = j)     L x L
//	                    Start, End   sum_n p_n(y_0 = j), p_n(y_{T_n-1} = j)   L
//	Decode      labels  N x T        argmax_y s_n(y), -1 at t >= T_n
//	            scores  N            max_y s_n(y)
//	Posterior   labels  N x T        argmax_j p_n(y_t = j), -1 at t >= T_n
//	            right   N            expected number of right labels, sum_t max_j p_n(y_t = j)
//
// The weights w_n default to 1. Set them to the derivative of your objective with respect to l_n:
// 1/N each if you minimise the mean. Then grad is the vector-Jacobian product that automatic
// differentiation requires of a custom operation. Every [losses.Loss] works, including your own.
//
// The page docs/how-to/embed.md shows how to call the layer from a training loop.
//
// # Masks
//
// Padding is never read, so it may contain NaN. [Lengths] converts the mask of a right-padded batch
// to lengths. A score of -Inf forbids a label or a transition, and its gradient is 0.
// [Batch.Forbid] forbids the transitions that violate a label scheme. A negative target label is
// unknown: the loss is then the loss of the set of paths that agree with the known labels.
// [losses.CrossEntropy] supports such targets.
//
// # Numbers
//
// Scores are converted to float64, and results are rounded to float32 once, at the end. The order
// of sums over the batch depends only on N, so results are the same, bit for bit, for any number of
// threads. Reordering the batch reorders the results and changes sums over the batch by float64
// rounding, in the order of 1e-16.
//
// # Errors
//
// NaN and +Inf scores, sequences without a path and unsuitable targets return a [SequenceError]. It
// names the first such sequence and wraps the error of [structured] or [losses]. Slices of the
// wrong length return an error that wraps [structured.ErrShape]. When the context ends, the work
// stops between two sequences; the error wraps the error of the context. After an error, the output
// may be partly written.
package layer

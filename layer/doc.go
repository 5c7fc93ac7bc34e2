// Package layer is the output layer of a network that labels sequences: the losses and decoders of this
// module on a batch of padded sequences, float32 in and out, on all cores.
//
// In flow the scores of N sequences over L labels, padded to T positions, as an encoder leaves them, and
// transition scores that all of them share. Sequence n has Lengths[n] = T_n <= T positions, and the path y
// through it the score
//
//	s_n(y) = sum_{t<T_n} Emissions[n][t][y_t] + sum_{1<=t<T_n} Transitions[y_{t-1}][y_t]
//	       + Start[y_0] + End[y_{T_n-1}]
//
// Out flow, from a [Chain]:
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
// The weights w_n are 1, or what flows back into l_n from the user's own function of the losses: 1/N each
// for their mean. So grad is the vector-Jacobian product that a framework for automatic differentiation
// asks of a custom operation. Any [losses.Loss] will do, one of the user's own too.
//
// # Masks
//
// What stands in padding is never read: NaN there does no harm. [Lengths] turns the mask of a right-padded
// batch into lengths. A score of -Inf forbids a label or a transition; its gradient is 0. [Batch.Forbid]
// writes the rules of a label scheme into the transitions this way. A target label below 0 is unknown: the
// loss is then that of all paths that agree with the known labels, which [losses.CrossEntropy] takes.
//
// # Numbers
//
// Scores are widened to float64, and all that is computed is rounded to float32 once, at the end. Sums over
// the batch are taken in an order that depends on N alone: results are the same, bit for bit, whatever the
// number of threads. Reordering the batch reorders the results and changes sums over it by float64 rounding,
// in the order of 1e-16.
//
// # Errors
//
// NaN and +Inf scores, sequences without a path and unfit targets are a [SequenceError], which names the
// first such sequence and wraps the error of [structured] or [losses]. Slices of the wrong length wrap
// [structured.ErrShape]. A context that ends stops the work between two sequences; the error wraps the
// context's. After an error what was to be written may be written in part.
package layer

// Package nonnegative minimises
//
//	f(w) + sum_k costs[k] w_k    subject to w >= 0
//
// for a smooth convex f of at most a few hundred weights. At a minimum many weights are exactly 0.
// Minima for increasing costs are cheap, because each one starts from the previous one.
//
// The method is BFGS with a dense matrix. Coordinate descent solves the quadratic problem of a
// step, and a line search ensures that no step raises the objective. The first matrix consists of
// differences of gradients, which take one evaluation for each weight.
package nonnegative

// Package bruteforce is the referee of the tests: small random lattices, and what the dynamic
// programs compute, computed by listing every path of Y(x).
package bruteforce

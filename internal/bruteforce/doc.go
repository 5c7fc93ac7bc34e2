// Package bruteforce is the reference for tests. It draws small random lattices and computes the
// results of the dynamic programs by enumerating every path.
package bruteforce

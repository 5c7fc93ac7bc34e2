// Package vec holds operations on slices of numbers that the lattice packages share. It imports
// only the standard library.
package vec

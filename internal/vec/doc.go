// Package vec holds what the packages of lattices do with slices of numbers. It needs no other package.
package vec

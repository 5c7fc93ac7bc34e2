// Package sparse stores the pattern of a sparse square matrix: which entries differ from a
// background, and a layout of the entries for products with vectors.
package sparse

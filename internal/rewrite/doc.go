// Package rewrite writes the sentences of files again: with other columns, in another format or label scheme, or
// divided among several files.
//
// Whatever the options do not change stays byte for byte.
package rewrite

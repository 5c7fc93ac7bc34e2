// Package care has what the programs that measure data care share.
package care

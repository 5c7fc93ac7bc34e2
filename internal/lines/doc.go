// Package lines reads lines of text with their ends, without copying them, for the readers of package corpus and of
// package attrfile. It also cuts a stream into blocks of whole sentences, for several goroutines.
package lines

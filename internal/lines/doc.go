// Package lines reads lines of text with their line ends, without copying them. The readers of
// packages corpus and attrfile use it. It also cuts a stream into blocks of whole sentences, which
// several goroutines can parse.
package lines

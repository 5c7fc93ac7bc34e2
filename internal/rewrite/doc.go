// Package rewrite writes the sentences of files again: with other columns, in another format or label scheme, or
// divided among several files.
//
// In flow a source and options; out come bytes. What nobody asks to change stays byte for byte.
package rewrite

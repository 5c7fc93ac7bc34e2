package main

import (
	"context"
	"io"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// data returns the source of the sentences of files, or of standard input if there are no files.
func (a *app) data(files []string) trellis.Source {
	if len(files) == 0 {
		files = []string{"-"}
	}
	return trellis.Source{Paths: files, Stdin: a.stdin}
}

// writeOutput lets write fill a file atomically, or standard output for "" and "-". A file whose
// name ends in .gz or .zst is compressed.
func (a *app) writeOutput(ctx context.Context, name string, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		return write(a.stdout)
	}
	return safefile.WriteContext(ctx, name, compress.To(name, write))
}

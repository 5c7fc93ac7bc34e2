package trellis

import (
	"context"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/rewrite"
)

// ConvertOptions say what [Convert] changes. At least one of To, Columns, Separator and Scheme must be set.
type ConvertOptions struct {
	Format corpus.Format // of the files: FormatAuto, CoNLL or CoNLLU

	To        string       // format to write: conll or conllu; "": that of the file
	Columns   []string     // to write, in this order: COLUMN, or NAME=COLUMN for CoNLL-U; misc.KEY is a note of MISC
	Separator string       // of the columns of CoNLL: tab or space; "": that of the file
	Scheme    string       // in which labels of spans are written: iob1, bio, bioes or io
	Label     string       // column of these labels, or misc.KEY; "": the last that spells spans
	Warn      func(string) // hears of what was not carried over; may be nil
}

// Convert rewrites labelled files into w: with other columns, in another format, or with labels of another scheme. What
// the options leave out stays byte for byte. Options that contradict each other are an [*OptionError].
func Convert(ctx context.Context, w io.Writer, data Source, o ConvertOptions) error {
	return rewrite.Convert(ctx, w, data, (*rewrite.Options)(&o))
}

// SplitOptions say how [Split] divides sentences. Either Shares or Counts is set.
type SplitOptions struct {
	Format     corpus.Format
	Shares     []float64    // of the sentences, in any unit: 80, 10, 10
	Counts     []float64    // whole numbers of sentences
	ByDocument bool         // the sentences of a document stay together
	InOrder    bool         // do not shuffle
	Seed       uint64       // of the shuffling
	Warn       func(string) // hears of what is odd in attribute files; may be nil
}

// Check returns an [*OptionError] for an option that is out of range.
func (o SplitOptions) Check() error { return (*rewrite.SplitOptions)(&o).Check() }

// A Part is some of the sentences of a source, in its order.
type Part struct {
	Units     int // documents, or else sentences
	Sentences int
	Tokens    int

	part *rewrite.Part
}

// Write writes the sentences, byte for byte as they were read.
func (p *Part) Write(w io.Writer) error { return p.part.Write(w) }

// Split divides labelled sentences at random into a part for each share or count. The rest is what the counts leave
// over.
func Split(ctx context.Context, data Source, o SplitOptions) (parts []*Part, rest *Part, err error) {
	list, left, err := rewrite.Split(ctx, data, (*rewrite.SplitOptions)(&o))
	if err != nil {
		return nil, nil, err
	}
	for _, p := range list {
		parts = append(parts, newPart(p))
	}
	return parts, newPart(left), nil
}

func newPart(p *rewrite.Part) *Part { return &Part{p.Units, p.Sentences, p.Tokens, p} }

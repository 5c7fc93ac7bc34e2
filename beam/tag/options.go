package tag

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Formats that package trellis does not have.
const (
	plainText = "text"
	jsonLines = "jsonl"
	parquets  = "parquet"
)

// Options say how [Files] reads and labels files. The zero value detects files of columns and of
// annotation tools.
type Options struct {
	// Format is the format of the input, and decides the format of the output:
	//
	//   - text: plain text. The output has a JSON object for each sentence, as tagger tag --json.
	//   - jsonl: a JSON object in each line, as tagger tag --lines jsonl.
	//   - parquet: rows with a column of texts. The output has a further column, "tagged", with the
	//     JSON object of each text.
	//   - auto, conll, conllu, crfsuite, or a format of package standoff, such as doccano: the output
	//     has the format of the input, as tagger tag.
	//
	// "" means auto, which does not read plain text.
	Format string
	// Column is the column of the texts in Parquet. "" means "text".
	Column string
	// Probabilities adds the probability of each label in files of columns and in plain text.
	Probabilities bool
	// Threads is the number of goroutines that label a file. 0 means 1, because a runner labels
	// several files at the same time.
	Threads int
}

// Check returns an error for an option that is out of range.
func (o Options) Check() error {
	if o.Threads < 0 {
		return fmt.Errorf("%d threads: want a positive number, or 0 for one", o.Threads)
	}
	if o.Column != "" && o.Format != parquets {
		return fmt.Errorf("column %q: only files in format parquet have a column of texts", o.Column)
	}
	_, err := o.files()
	return err
}

// own reports whether package trellis does not read the format as files of sentences.
func (o Options) own() bool {
	return o.Format == plainText || o.Format == jsonLines || o.Format == parquets
}

// threads returns the number of goroutines for a file.
func (o Options) threads() int { return max(o.Threads, 1) }

// files returns the options of trellis.Model.TagFiles.
func (o Options) files() (trellis.FileOptions, error) {
	f := trellis.FileOptions{Probabilities: o.Probabilities, Threads: o.threads()}
	if o.Format == "" || o.own() {
		return f, nil
	}
	var err error
	if f.Format, err = corpus.ParseFormat(o.Format); err == nil {
		return f, nil
	}
	if f.Documents.Format, err = standoff.ParseFormat(o.Format); err == nil && f.Documents.Format != standoff.Brat {
		return f, nil
	}
	names := append([]string{plainText, jsonLines, parquets, "auto", "conll", "conllu", "crfsuite"}, annotations()...)
	return f, fmt.Errorf("format %q: want one of %s", o.Format, strings.Join(names, ", "))
}

// annotations returns the names of the formats of annotation tools that have one file.
func annotations() []string {
	var names []string
	for f := standoff.FormatAuto + 1; ; f++ {
		name := f.String()
		if parsed, err := standoff.ParseFormat(name); err != nil || parsed != f {
			return names
		}
		if f != standoff.Brat {
			names = append(names, name)
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// documentFormats are the formats of annotation tools.
var documentFormats = func() (names []string) {
	for f := standoff.Doccano; f <= standoff.XML; f++ {
		names = append(names, f.String())
	}
	return names
}()

// The usage of flags for documents, in all commands.
const (
	alignUsage = "what happens to spans of documents that cut a token, by `POLICY`: expand, contract or " +
		"strict, which drops them (default expand)"
	layersUsage     = "number `N` of label columns for overlapping spans of documents (default 1)"
	labelNamesUsage = "`LABEL` that the next number in huggingface files stands for, from 0; repeatable"
)

// addDocuments adds the flags for documents.
func addDocuments(c *cobra.Command, o *standoff.Options) {
	f := c.Flags()
	f.Var(policyFlag{&o.Aligner.Policy}, "align", alignUsage)
	f.IntVar(&o.Aligner.Layers, "layers", 0, layersUsage)
	f.StringArrayVar(&o.LabelNames, "label-names", nil, labelNamesUsage)
	complete(c, "align", "expand", "contract", "strict")
	for _, name := range []string{"align", "layers", "label-names"} {
		f.Lookup(name).DefValue = ""
	}
}

// A policyFlag is the value of --align.
type policyFlag struct{ policy *standoff.Policy }

// Set implements [pflag.Value].
func (f policyFlag) Set(name string) error {
	policy, err := standoff.ParsePolicy(name)
	if err != nil {
		return errors.New("expand, contract or strict")
	}
	*f.policy = policy
	return nil
}

// String implements [pflag.Value].
func (f policyFlag) String() string {
	if f.policy == nil { // the zero value, which pflag makes
		return ""
	}
	return f.policy.String()
}

// Type implements [pflag.Value].
func (f policyFlag) Type() string { return "string" }

// A tokenizerFlag is the value of --tokenizer: a name, or the file of a learned tokenizer.
type tokenizerFlag struct{ tokenizer *text.Tokenizer }

// Set implements [pflag.Value].
func (f tokenizerFlag) Set(name string) (err error) {
	*f.tokenizer, err = text.New(name)
	if _, missing := os.Stat(name); err != nil && missing == nil {
		*f.tokenizer, err = trellis.OpenTokenizer(name)
	}
	return err
}

// String implements [pflag.Value].
func (f tokenizerFlag) String() string {
	if f.tokenizer == nil || *f.tokenizer == nil {
		return ""
	}
	return (*f.tokenizer).Name()
}

// Type implements [pflag.Value].
func (f tokenizerFlag) Type() string { return "string" }

// isFolder reports whether the name of an output is a folder: it exists, or the name ends in a
// separator.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir() || strings.HasSuffix(name, "/") || strings.HasSuffix(name, string(filepath.Separator))
}

// A folderOutput is a folder where a file is expected. It cannot be written.
type folderOutput string

// Write implements [io.Writer].
func (f folderOutput) Write([]byte) (int, error) {
	return 0, fmt.Errorf("%s: is a directory", string(f))
}

// filesIn returns a function that creates files in a folder, which it creates, too. Each file is
// written once it is closed.
func filesIn(folder string) func(name string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		return &closedFile{path: path}, os.MkdirAll(filepath.Dir(path), 0o777)
	}
}

// A closedFile is written atomically when it is closed.
type closedFile struct {
	bytes.Buffer
	path string
}

// Close implements [io.Closer].
func (f *closedFile) Close() error {
	return safefile.Write(f.path, func(w io.Writer) error {
		_, err := f.WriteTo(w)
		return err
	})
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/metrics"
)

func (a *app) demoCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "demo [flags]",
		Short: "Train, score and tag with a small built-in corpus",
		Long:  demoHelp,
		Example: `  tagger demo
  tagger demo --output first-steps`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context(), folder)
		},
	}
	c.Flags().StringVarP(&folder, "output", "o", "tagger-demo", "`FOLDER` for the files")
	return c
}

// demoSentences are tagged at the end. They are in none of the files.
var demoSentences = []string{
	"Anna Keller moved from Vienna to Oslo last spring .",
	"The new office of Nordwind Energy opens on Monday , she said .",
	"Could you call Anna and ask her about the French translation ?",
}

func (a *app) demo(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for name, text := range map[string]string{"train.conll": sample.Train, "dev.conll": sample.Dev, "test.conll": sample.Test} {
		if err := writeText(filepath.Join(folder, name), text); err != nil {
			return err
		}
	}
	pos, err := a.demoTask(ctx, folder, "pos", "parts of speech", trellis.Config{Label: "2"}, func(r *metrics.Results) string {
		return fmt.Sprintf("%.2f%% of %d words are correct", 100*r.Accuracy, r.Tokens)
	})
	if err != nil {
		return err
	}
	ner, err := a.demoTask(ctx, folder, "ner", "names", trellis.Config{}, func(r *metrics.Results) string {
		return fmt.Sprintf("F1 %.2f%% (precision %.2f%%, recall %.2f%%)", 100*r.F1, 100*r.Precision, 100*r.Recall)
	})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(a.stdout, "\nNew sentences, with part of speech and name label of each "+
		"word:\n\n"); err != nil {
		return err
	}
	for _, text := range demoSentences {
		if err := a.demoTag(pos, ner, strings.Fields(text)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.stdout, demoNext, folder, invocation(), shellLine([]string{filepath.ToSlash(folder)}))
	return err
}

// writeText writes a file atomically.
func writeText(path, text string) error {
	return safefile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// demoTask trains a model with the defaults of train, scores it on the test sentences and saves it
// in the folder.
func (a *app) demoTask(ctx context.Context, folder, name, task string, c trellis.Config, score func(r *metrics.Results) string) (*trellis.Model, error) {
	m, r, err := trellis.Train(ctx, trellis.Files(filepath.Join(folder, "train.conll")), c)
	if err != nil {
		return nil, err
	}
	results, err := m.Evaluate(ctx, trellis.Files(filepath.Join(folder, "test.conll")))
	if err != nil {
		return nil, err
	}
	if err := m.SaveFile(filepath.Join(folder, name+".model")); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(a.stdout, "%s: trained on %d sentences; on %d test sentences, "+
		"%s\n", task, r.Sentences, results.Sentences, score(results))
	return m, err
}

// demoTag prints words with both labels below them. The second model reads the labels of the first
// one.
func (a *app) demoTag(pos, ner *trellis.Model, words []string) error {
	tags, err := pos.Tag(words)
	if err != nil {
		return err
	}
	rows := make(features.Rows, len(words))
	for t, w := range words {
		rows[t] = []string{w, tags[t]}
	}
	entities, err := ner.TagSentence(rows)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, line := range [][]string{words, tags, entities} {
		fmt.Fprintln(w, "  "+strings.Join(line, "\t"))
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// invocation returns the shell command that runs this program again. Programs built by "go run" are
// deleted when they end, so that for these it returns the "go run" command.
func invocation() string {
	called := os.Args[0]
	if strings.Contains(filepath.ToSlash(called), "/go-build") {
		return "go run github.com/trellis-nlp/trellis/cmd/tagger"
	}
	return shellLine([]string{called})
}

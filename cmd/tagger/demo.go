package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/report"
)

func (a *app) demoCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "demo [flags]",
		Short: "Train on a small built-in corpus, tag and score",
		Example: `  tagger demo
  tagger demo --write first-steps`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context(), folder)
		},
	}
	c.Flags().StringVarP(&folder, "write", "w", "", "leave the sentences and models in this `FOLDER`, for experiments")
	return c
}

// demoText is tagged first. Its sentences are in none of the files.
const demoText = `Anna Keller moved from Vienna to Oslo last spring.
The new office of Nordwind Energy opens on Monday, she said.
Could you call Anna and ask her about the French translation?
`

func (a *app) demo(ctx context.Context, folder string) error {
	if folder != "" {
		if err := writeDemo(folder); err != nil {
			return err
		}
	}
	ner, err := demoModel(ctx, folder, "ner", trellis.Config{POS: "none"})
	if err != nil {
		return err
	}
	pos, err := demoModel(ctx, folder, "pos", trellis.Config{Label: "2"})
	if err != nil {
		return err
	}
	out := report.NewText(a.stdout, report.TextOptions{Colors: colorsOf(colorAuto, isTerminal(a.stdout), os.Getenv)})
	for _, m := range []*trellis.Model{ner, pos} {
		d, err := m.TagText(demoText)
		if err != nil {
			return err
		}
		if err := out.Write(d); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(a.stdout); err != nil {
			return err
		}
	}
	if err := a.demoScores(ctx, ner, pos); err != nil {
		return err
	}
	if folder == "" {
		_, err = fmt.Fprintf(a.stdout, demoNext, invocation())
	} else {
		_, err = fmt.Fprintf(a.stdout, demoFiles, folder, invocation(), cli.Quote([]string{filepath.ToSlash(folder)}))
	}
	return err
}

// writeDemo writes the sentences of the demo to files in a folder.
func writeDemo(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for name, text := range map[string]string{"train.conll": sample.Train, "dev.conll": sample.Dev, "test.conll": sample.Test} {
		if err := writeText(filepath.Join(folder, name), text); err != nil {
			return err
		}
	}
	return nil
}

// inMemory returns a source of sentences in columns.
func inMemory(columns string) trellis.Source {
	return trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(columns)}
}

// demoModel trains a model with the defaults of train. If there is a folder, it saves the model
// there.
func demoModel(ctx context.Context, folder, name string, c trellis.Config) (*trellis.Model, error) {
	m, _, err := trellis.Train(ctx, inMemory(sample.Train), c)
	if err != nil || folder == "" {
		return m, err
	}
	return m, m.SaveFile(filepath.Join(folder, name+".model"))
}

// demoScores scores both models on the test sentences.
func (a *app) demoScores(ctx context.Context, ner, pos *trellis.Model) error {
	names, err := ner.Evaluate(ctx, inMemory(sample.Test))
	if err != nil {
		return err
	}
	tags, err := pos.Evaluate(ctx, inMemory(sample.Test))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, `Both models have just been trained on %d sentences. Scores on %d other sentences:
names            F1 %.2f%% (precision %.2f%%, recall %.2f%%)
parts of speech  %.2f%% of %d words are correct

`, strings.Count(sample.Train, "\n\n"), names.Sentences, 100*names.F1, 100*names.Precision, 100*names.Recall, 100*tags.Accuracy, tags.Tokens)
	return err
}

// writeText writes a file atomically.
func writeText(path, text string) error {
	return safefile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// invocation returns the shell command that runs this program again. Programs built by "go run" are
// deleted when they end, so that for these it returns the "go run" command.
func invocation() string {
	called := os.Args[0]
	if strings.Contains(filepath.ToSlash(called), "/go-build") {
		return "go run github.com/trellis-nlp/trellis/cmd/tagger"
	}
	return cli.Quote([]string{called})
}

const demoNext = `Next steps:

  echo 'Maria lives in Oslo.' | %[1]s tag
  %[1]s demo --write tagger-demo
  %[1]s train --help
`

const demoFiles = `The sentences and both models are in %[1]s. Next steps:

  %[2]s tag --model %[3]s/ner.model %[3]s/test.conll
  %[2]s eval --model %[3]s/ner.model %[3]s/test.conll
  %[2]s train --model %[3]s/ner.model --pos none --dev %[3]s/dev.conll %[3]s/train.conll
  %[2]s train --help

Real models need thousands of sentences. Your own files need one word and its label per line,
and a blank line between sentences.
`

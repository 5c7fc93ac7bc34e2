package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// tokenizerFlags holds the flags of tagger train-tokenizer.
type tokenizerFlags struct {
	output, dev string
	quiet       bool
	trellis.TokenizerOptions
}

func (a *app) trainTokenizerCommand() *cobra.Command {
	var o tokenizerFlags
	c := &cobra.Command{
		Use:   "train-tokenizer FILE... --output OUT [flags]",
		Short: "Learn to split plain text into sentences and tokens",
		Example: `  tagger train-tokenizer --output en.tokenizer --dev dev.conllu train.conllu
  tagger train-tokenizer --output th.tokenizer --separator '|' words.txt`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.trainTokenizer(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the tokenizer to this `FILE` (required)")
	f.StringVar(&o.Separator, "separator", "", "`TEXT` between words, for plain text (default none: the files are CoNLL-U)")
	f.StringVar(&o.dev, "dev", "", "development `FILE`, scored after each step to keep the best weights")
	f.IntVar(&o.Threads, "threads", 0, "number `N` of threads (default one per core); the last digits of the weights "+
		"depend on it")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome and errors, no progress")
	f.SortFlags = false
	required(c, "output")
	return c
}

func (a *app) trainTokenizer(cmd *cobra.Command, o *tokenizerFlags, files []string) error {
	switch {
	case o.output == "-" || o.output == "":
		return wrongUsage("--output: want the name of a file, since a tokenizer cannot be written to standard output")
	case o.dev == "-":
		return wrongUsage("--dev -: standard input cannot be read for development; name a file")
	}
	if err := checkModelOutput(o.output, append(a.reading(files), use("--dev", o.dev))); err != nil {
		return err
	}
	if o.dev != "" {
		o.Dev = trellis.Files(o.dev)
	}
	var steps *reporter
	if !o.quiet {
		o.Progress = func(p trellis.Progress) {
			if steps == nil {
				steps = newReporter(a.stderr, p.Of, isTerminal(a.stderr))
			}
			steps.report(p)
		}
	}
	m, scores, stopped := trellis.TrainTokenizer(cmd.Context(), a.data(files), o.TokenizerOptions)
	if steps != nil {
		steps.done()
	}
	if m == nil {
		return stopped
	}
	if err := safefile.Write(o.output, m.Save); err != nil {
		return err
	}
	if stopped != nil {
		stopped = fmt.Errorf("%w: training stopped early, the best tokenizer so far is in %s", errInterrupted, o.output)
	}
	return errors.Join(o.printOutcome(a.stdout, m.Attributes(), scores), stopped)
}

// printOutcome prints the scores on the development data, and a line about the tokenizer.
func (o *tokenizerFlags) printOutcome(w io.Writer, attributes int, s *trellis.TextScores) error {
	if s != nil {
		fmt.Fprintln(w, "development data:")
		if err := s.WriteTable(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s: learned tokenizer, %d attributes\n", o.output, attributes)
	return err
}

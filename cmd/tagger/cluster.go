package main

import (
	"context"
	"fmt"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

const clusterHelp = `Find classes of words that stand among the same neighbours, from text without labels
(Brown clustering), and write a line a word: path, word and count, between tabs. A path
leads through a binary tree to the word's cluster; its prefixes stand for larger ones.

Files are text with a sentence a line and blanks between the tokens, CoNLL columns or
CoNLL-U. --format auto takes for text what has lines of different numbers of tokens.

The more text the better: labelled files help too, and their labels are not looked at.
For train --clusters, --min-count 2 leaves rare words without a class, as new ones will be.
The same sentences and flags give the same file. An interrupt (Ctrl-C) writes none.`

// clusterFlags are the command line of tagger cluster.
type clusterFlags struct {
	output, format, form string
	quiet                bool
	cluster.Options
}

func (a *app) clusterCommand() *cobra.Command {
	var o clusterFlags
	c := &cobra.Command{
		Use:   "cluster FILE... --output OUT [flags]",
		Short: "Find classes of words in text without labels",
		Long:  clusterHelp,
		Example: `  tagger cluster news.txt train.conll --output words.paths
  tagger cluster tweets.txt --output words.paths --clusters 320 --min-count 3`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch changed := cmd.Flags().Changed; {
			case o.Clusters < 1:
				return wrongUsage("--clusters %d: want a positive number", o.Clusters)
			case o.MinCount < 1:
				return wrongUsage("--min-count %d: want a positive number", o.MinCount)
			case changed("window") && o.Window < o.Clusters:
				return wrongUsage("--window %d: want at least the number of --clusters, %d", o.Window, o.Clusters)
			}
			return a.cluster(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "`file` to write to (required; - is standard output)")
	f.IntVar(&o.Clusters, "clusters", 1000, "number `N` of clusters")
	f.IntVar(&o.MinCount, "min-count", 1, "leave out words that occur less than `N` times")
	f.IntVar(&o.Window, "window", 0, "number `N` of clusters among which pairs to merge are sought, the more the slower and better (default that of --clusters)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, text, conll or conllu")
	f.StringVar(&o.form, "form", "", "`column` of the words (default FORM in CoNLL-U, in CoNLL the first, or the second where that counts tokens)")
	f.BoolVar(&o.quiet, "quiet", false, "print no progress")
	f.SortFlags = false
	required(c, "output")
	complete(c, "format", "auto", "text", "conll", "conllu")
	return c
}

func (a *app) cluster(ctx context.Context, o *clusterFlags, files []string) error {
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, a.reading(files)); err != nil {
		return err
	}
	if o.output != "-" {
		if err := safefile.Check(o.output); err != nil {
			return err
		}
	}
	text, err := trellis.ReadText(ctx, a.data(files), o.format, o.form)
	if err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(a.stderr, "%d tokens, %d words\n", text.Tokens(), text.Words())
		o.Progress = a.clusterProgress()
	}
	c, err := cluster.Induce(ctx, text, o.Options)
	if err != nil {
		return err
	}
	return a.writeOutput(ctx, o.output, c.Write)
}

// clusterProgress tells how clustering goes: a bar on a terminal, else a line for each tenth.
func (a *app) clusterProgress() func(done, all int) {
	if isTerminal(a.stderr) {
		var bar *progressbar.ProgressBar
		return func(done, all int) {
			if bar == nil {
				bar = progressbar.NewOptions(all, progressbar.OptionSetWriter(a.stderr),
					progressbar.OptionSetWidth(20), progressbar.OptionSetPredictTime(true))
			}
			_ = bar.Set(done) // a terminal that takes no bar is no reason to stop
			if done == all {
				fmt.Fprintln(a.stderr)
			}
		}
	}
	tenth := 0
	return func(done, all int) {
		if now := 10 * done / all; now > tenth {
			tenth = now
			fmt.Fprintf(a.stderr, "%d%%\n", 10*now)
		}
	}
}

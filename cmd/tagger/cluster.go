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

// clusterFlags holds the flags of tagger cluster.
type clusterFlags struct {
	output, format, form string
	quiet                bool
	cluster.Options
}

func (a *app) clusterCommand() *cobra.Command {
	var o clusterFlags
	c := &cobra.Command{
		Use:   "cluster FILE... --output OUT [flags]",
		Short: "Cluster the words of unlabelled text, as features for train",
		Example: `  tagger cluster news.txt train.conll --output words.paths
  tagger cluster tweets.txt --output words.paths --clusters 320 --min-count 3
  tagger cluster tweets.txt --output words.clark --algorithm clark --clusters 500 --min-count 3`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Check(); err != nil {
				return &usageError{err}
			}
			return a.cluster(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE`; - is standard output (required)")
	f.TextVar(&o.Algorithm, "algorithm", cluster.Brown, "`NAME` of the algorithm, from the list above: brown, clark or kmeans")
	f.IntVar(&o.Clusters, "clusters", 1000, "number `N` of clusters; fewer words than that get one cluster each")
	f.IntVar(&o.MinCount, "min-count", 1, "drop words that occur fewer than `N` times; they separate sentences")
	f.BoolVar(&o.quiet, "quiet", false, "print no progress")
	groupFlags(c, "Basic flags")
	f.IntVar(&o.Window, "window", 0, "number `N` of clusters that are candidates for merging in brown, at least "+
		"--clusters; more is slower and better (default as --clusters)")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed `N` of kmeans")
	f.IntVar(&o.Threads, "threads", 0, "number `N` of threads of kmeans (default one per core); the clusters depend on it")
	f.StringVar(&o.format, "format", "auto", "input `FORMAT`: auto, text, conll or conllu")
	f.StringVar(&o.form, "form", "", "`COLUMN` with the words (default FORM in CoNLL-U, else the first column that "+
		"does not number the tokens)")
	groupFlags(c, "Algorithms and input")
	f.SortFlags = false
	required(c, "output")
	complete(c, "algorithm", "brown", "clark", "kmeans")
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
		fmt.Fprintf(a.stderr, "%d tokens, %d different words\n", text.Tokens(), text.Words())
		o.Progress = a.clusterProgress()
	}
	c, err := cluster.Induce(ctx, text, o.Options)
	if err != nil {
		return err
	}
	return a.writeOutput(ctx, o.output, c.Write)
}

// clusterProgress reports progress: a bar on a terminal, else a line for each 10%.
func (a *app) clusterProgress() func(done, all int) {
	if isTerminal(a.stderr) {
		var bar *progressbar.ProgressBar
		return func(done, all int) {
			if bar == nil {
				bar = progressbar.NewOptions(all, progressbar.OptionSetWriter(a.stderr),
					progressbar.OptionSetWidth(20), progressbar.OptionSetPredictTime(true))
			}
			_ = bar.Set(done) // an error here does not stop the clustering
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

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// splitFlags holds the flags of tagger split.
type splitFlags struct {
	shares, counts, out []string
	by                  string
	trellis.SplitOptions
}

func (a *app) splitCommand() *cobra.Command {
	var o splitFlags
	c := &cobra.Command{
		Use:   "split --shares LIST --output LIST FILE... [flags]",
		Short: "Split files at random into training, development and test data",
		Example: `  tagger split --shares 80,10,10 --output train.conll,dev.conll,test.conll all.conll
  tagger split --counts 500 --output dev.conll,train.conll --seed 7 all.conll
  tagger split --shares 9,1 --by document --output train.conllu,dev.conllu all.conllu`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.split(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringSliceVarP(&o.out, "output", "o", nil, "comma-separated `LIST` of files to write (required)")
	f.StringSliceVar(&o.shares, "shares", nil, "`LIST` of relative shares of the sentences, one per file, such as "+
		"80,10,10")
	f.StringSliceVar(&o.counts, "counts", nil, "`LIST` of numbers of sentences, one per file; one more file in "+
		"--output gets the rest")
	f.StringVar(&o.by, "by", "sentence", "smallest `UNIT`: sentence, or document, which keeps the sentences of a "+
		"document together")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed `N`")
	f.BoolVar(&o.InOrder, "in-order", false, "do not shuffle: the first sentences go to the first file, and so on")
	addFormat(c, &o.Format, "conll", "conllu", "crfsuite")
	f.SortFlags = false
	required(c, "output")
	complete(c, "by", "sentence", "document")
	return c
}

func (a *app) split(ctx context.Context, o *splitFlags, files []string) error {
	if err := o.check(); err != nil {
		return err
	}
	var outputs []safefile.Use
	for _, name := range o.out {
		outputs = append(outputs, use("--output", name))
	}
	if err := distinct(outputs, a.reading(files)); err != nil {
		return err
	}
	for _, name := range o.out {
		if err := safefile.Check(name); err != nil {
			return err
		}
	}
	o.Warn = a.warn
	parts, rest, err := trellis.Split(ctx, a.data(files), o.SplitOptions)
	if err != nil {
		return err
	}
	if len(o.out) > len(parts) {
		parts, rest = append(parts, rest), new(trellis.Part)
	}
	all := rest.Units
	for _, p := range parts {
		all += p.Units
	}
	for k, name := range o.out {
		if parts[k].Units == 0 {
			return fmt.Errorf("%s would get no %s: the input has only %d; change --shares or --counts", name, o.by, all)
		}
	}
	for k, name := range o.out {
		if err := a.writeOutput(ctx, name, parts[k].Write); err != nil {
			return err
		}
	}
	for k, name := range o.out {
		fmt.Fprintf(a.stdout, "%s: %s\n", name, o.describe(parts[k]))
	}
	if rest.Units > 0 {
		fmt.Fprintf(a.stdout, "left out: %s\n", o.describe(rest))
	}
	return nil
}

// check reads the lists and reports wrong usage.
func (o *splitFlags) check() (err error) {
	if o.Shares, err = parseNumbers("shares", o.shares); err != nil {
		return err
	}
	if o.Counts, err = parseNumbers("counts", o.counts); err != nil {
		return err
	}
	if err := o.Check(); err != nil {
		return err
	}
	list, flag := o.shares, "shares"
	if len(o.counts) > 0 {
		list, flag = o.counts, "counts"
	}
	switch o.ByDocument = o.by == "document"; {
	case len(o.out) != len(list) && !(flag == "counts" && len(o.out) == len(list)+1):
		return wrongUsage("--output has %d files, but --%s has %d numbers", len(o.out), flag, len(list))
	case !o.ByDocument && o.by != "sentence":
		return wrongUsage("--by %s: want sentence or document", o.by)
	}
	for k, name := range o.out {
		if name == "" || name == "-" || slices.Contains(o.out[:k], name) {
			return wrongUsage("--output: want the names of different files")
		}
	}
	return nil
}

func (o *splitFlags) describe(p *trellis.Part) string {
	s := fmt.Sprintf("%d sentences, %d tokens", p.Sentences, p.Tokens)
	if o.ByDocument {
		s = fmt.Sprintf("%d documents, ", p.Units) + s
	}
	return s
}

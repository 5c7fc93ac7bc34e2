package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/study"
)

// auditFlags holds the flags of tagger audit.
type auditFlags struct {
	study.Audit
	by, json, html string
	quiet          bool
}

func (a *app) auditCommand() *cobra.Command {
	var o auditFlags
	c := &cobra.Command{
		Use:   "audit FILE... [flags]",
		Short: "Find labels that are probably wrong",
		Example: `  tagger audit train.conll
  tagger audit --top 200 --json suspects.jsonl --html suspects.html train.conll
  tagger audit --by document --folds 10 --loss cross-entropy train.conllu`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.audit(cmd.Context(), &o, args) },
	}
	f := c.Flags()
	f.IntVar(&o.Top, "top", 50, "print the `N` most doubtful items; 0 prints all")
	f.StringVar(&o.json, "json", "", "write one JSON object per item to this `FILE`; - is standard output, without a table")
	f.StringVar(&o.html, "html", "", "write a page with the items to this `FILE`")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome, warnings and errors, no progress")
	groupFlags(c, "Basic flags")
	f.IntVar(&o.Folds, "folds", 5, "number `N` of folds")
	f.StringVar(&o.by, "by", "sentence", "smallest `UNIT` of the folds: sentence, or document, which keeps the sentences "+
		"of a document together")
	f.StringVar(&o.Score, "score", "", "rank items by this `SCORE`: "+cli.OrList(study.AuditScores())+" (default margin for spans, else "+
		"probability)")
	groupFlags(c, "Ranking")
	shared := slices.DeleteFunc(slices.Concat(variedOptions, sharedOptions), func(name string) bool { return name == "dev" || name == "patience" })
	registerOptions(c, &o.Base, optionsNamed(shared, map[string]string{"seed": "random seed `N` of the folds and the optimizers (default 1)"}))
	f.SortFlags = false
	complete(c, "by", "sentence", "document")
	complete(c, "score", study.AuditScores()...)
	return c
}

func (a *app) audit(ctx context.Context, o *auditFlags, files []string) error {
	if o.ByDocument = o.by == "document"; !o.ByDocument && o.by != "sentence" {
		return wrongUsage("--by %s: want sentence or document", o.by)
	}
	if err := checkOutputs([]safefile.Use{use("--json", o.json), use("--html", o.html)}, a.inputs(&o.Base, files)); err != nil {
		return err
	}
	trained := a.reportStudy(&o.Base, o.quiet)
	o.Progress = func(p study.AuditProgress) {
		trained()
		if !o.quiet {
			fmt.Fprintf(a.stderr, "fold %d/%d: F1 %.2f%%  %.1fs\n", p.Fold, p.Folds, 100*p.F1, p.Seconds)
		}
	}
	r, err := o.Run(ctx, corpus.Source{Paths: files, Stdin: a.stdin})
	trained()
	if err != nil {
		return err
	}
	if o.html != "" {
		page := &report.Analysis{Title: "Labels that a model doubts", Data: files, Audit: true, Analysis: r.Analysis()}
		if err := a.writeOutput(ctx, o.html, page.WriteHTML); err != nil {
			return err
		}
	}
	if o.json != "" {
		if err := a.writeOutput(ctx, o.json, r.WriteJSONLines); err != nil || o.json == "-" {
			return err
		}
	}
	return a.printAudit(r)
}

func (a *app) printAudit(r *study.AuditReport) error {
	if err := r.WriteTable(a.stdout); err != nil {
		return err
	}
	_, err := io.WriteString(a.stdout, fmt.Sprintf("\n%d items in %d sentences; the model of the other folds finds other labels for %d (F1 %.2f%%)\n",
		r.Items, r.Sentences, r.Doubted, 100*r.Results.F1))
	return err
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/trellis-nlp/trellis/beam/tag"
)

// settings are the flags.
type settings struct {
	model, manifest string
	list            tag.ListOptions
	tag.Options
}

func main() {
	var o settings
	flag.StringVar(&o.model, "model", "", "model `FILE`, which all workers can read (default the built-in model)")
	flag.StringVar(&o.list.Out, "out", "", "`FOLDER` for the labelled files")
	flag.StringVar(&o.Format, "format", "auto", "`FORMAT` of the input: text, jsonl, parquet, auto, conll, conllu, crfsuite, or one of an annotation tool")
	flag.StringVar(&o.Column, "column", "", "`NAME` of the column with the texts in parquet (default text)")
	flag.BoolVar(&o.Probabilities, "probs", false, "add the probability of each label")
	flag.IntVar(&o.Threads, "threads", 1, "number `N` of threads for each file")
	flag.BoolVar(&o.list.Resume, "resume", false, "omit files whose output exists")
	flag.StringVar(&o.manifest, "manifest", "", "`FILE` for the results (default manifest.jsonl in the folder of --out)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: tagger-beam --model MODEL --out FOLDER [flags] PATTERN...")
		flag.PrintDefaults()
	}
	flag.Parse()
	beam.Init()
	o.list.Patterns = flag.Args()
	if err := run(context.Background(), &o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "tagger-beam:", err)
		os.Exit(1)
	}
}

// run labels the files and prints what became of them.
func run(ctx context.Context, o *settings, w io.Writer) error {
	if len(o.list.Patterns) == 0 || o.list.Out == "" {
		return errors.New("want --out FOLDER and names of files; see --help")
	}
	if err := o.Check(); err != nil {
		return err
	}
	o.list.Format = o.Format
	if o.manifest == "" {
		o.manifest = strings.TrimSuffix(o.list.Out, "/") + "/manifest.jsonl"
	}
	model, err := tag.Find(ctx, o.model)
	if err != nil {
		return err
	}
	files, err := tag.List(ctx, o.list)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintln(w, "all outputs exist")
		return nil
	}
	p, s := beam.NewPipelineWithRoot()
	tag.Manifest(s, tag.Files(s, model, beam.CreateList(s, files), o.Options), o.manifest)
	if err := beamx.Run(ctx, p); err != nil {
		return err
	}
	return summarize(ctx, o.manifest, w)
}

// summarize prints the totals of a manifest. It returns an error with the files that have failed.
func summarize(ctx context.Context, manifest string, w io.Writer) error {
	results, err := tag.ReadManifest(ctx, manifest)
	if err != nil {
		return err
	}
	var failed []error
	sentences, tokens := 0, 0
	for _, r := range results {
		sentences, tokens = sentences+r.Sentences, tokens+r.Tokens
		if r.Error != "" {
			failed = append(failed, errors.New(r.Error))
		}
	}
	fmt.Fprintf(w, "%d files, %d sentences, %d tokens; %d files failed\n", len(results), sentences, tokens, len(failed))
	return errors.Join(failed...)
}

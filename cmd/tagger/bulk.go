package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis/bulk"
)

func (a *app) bulkCommand() *cobra.Command {
	o, tag := bulk.FileOptions{}, tagFlags{}
	c := a.tagCommand(&tag)
	c.Use, c.Short = "bulk --out DIR [--model MODEL] IN... [flags]", "Tag many files into a folder, in shards that can be resumed"
	c.Example = `  tagger bulk --model ner.model --text --json --suffix .jsonl.zst --out tagged texts/
  tagger bulk --model ner.model --text --out tagged --resume --shard 0/8 texts/`
	f := c.Flags()
	f.StringVar(&o.Dir, "out", "", "folder `DIR` of the output")
	f.StringVar(&o.Suffix, "suffix", "", "`SUFFIX` of outputs, in place of .gz or .zst; .gz and .zst at its end compress (default the names of the inputs)")
	f.Func("shard", "tag the share `I/N` of the files, from 0/N; the shares have about equal sizes", func(s string) (err error) {
		if o.Shard, o.Shards, err = bulk.ParseShard(s); err != nil {
			err = errors.New("I/N with I from 0 to N-1, such as 0/8") // what the flag wants
		}
		return err
	})
	f.BoolVar(&o.Resume, "resume", false, "skip files whose output exists")
	groupFlags(c, "Bulk")
	_ = f.MarkHidden("output") // the flag exists
	required(c, "out")
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if f.Changed("output") {
			return wrongUsage("--output: bulk writes to --out")
		}
		if err := tag.checkAll(f.Changed); err != nil {
			return err
		}
		return a.bulk(cmd.Context(), &tag, &o, args, f)
	}
	return c
}

func (a *app) bulk(ctx context.Context, tag *tagFlags, o *bulk.FileOptions, inputs []string, f *pflag.FlagSet) error {
	m, err := a.openOrReady(ctx, tag.model, "--model")
	if err != nil {
		return err
	}
	defer m.Close()
	print, err := m.Fingerprint()
	if err != nil {
		return err
	}
	o.Version = "model " + print
	f.Visit(func(x *pflag.Flag) { // the flags that the output depends on
		if !slices.Contains([]string{"model", "out", "suffix", "shard", "resume", "threads"}, x.Name) {
			o.Version += fmt.Sprintf(" --%s=%s", x.Name, x.Value)
		}
	})
	o.Tag = func(ctx context.Context, w io.Writer, path string) error {
		flags, one := *tag, &app{stdin: strings.NewReader(""), stdout: w, stderr: a.stderr}
		return one.label(ctx, m, &flags, one.data([]string{path}), f.Changed)
	}
	o.Failed = func(err error) { a.warn("not tagged: " + asFlags(err).Error()) }
	manifest, err := bulk.TagFiles(ctx, inputs, *o)
	if manifest != nil {
		a.note(fmt.Sprintf("%d files are tagged, %d of them before; %d failed", len(manifest.Files), manifest.Skipped, len(manifest.Failed)))
	}
	return err
}

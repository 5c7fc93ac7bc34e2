package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// splitFlags are the command line of tagger split.
type splitFlags struct {
	shares, counts, out []string
	by, format          string
	seed                uint64
	inOrder             bool
}

func (a *app) splitCommand() *cobra.Command {
	var o splitFlags
	c := &cobra.Command{
		Use:   "split --shares LIST --out LIST FILE... [flags]",
		Short: "Part the sentences of files at random, for training and tests",
		Long:  splitHelp,
		Example: `  tagger split --shares 80,10,10 --out train.conll,dev.conll,test.conll all.conll
  tagger split --counts 500 --out dev.conll,train.conll --seed 7 all.conll
  tagger split --shares 9,1 --by document --out train.conllu,dev.conllu all.conllu`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.split(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.out, "out", nil, "`files` to write, between commas (required)")
	f.StringSliceVar(&o.shares, "shares", nil, "`share` of the sentences that each file gets, such as 80,10,10")
	f.StringSliceVar(&o.counts, "counts", nil, "`number` of sentences that each file gets; one file more gets the rest")
	f.StringVar(&o.by, "by", "sentence", "what is not torn apart: sentence or document")
	f.Uint64Var(&o.seed, "seed", 1, "`seed` of the shuffling")
	f.BoolVar(&o.inOrder, "in-order", false, "do not shuffle: the first sentences go to the first file")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.SortFlags = false
	if err := c.MarkFlagRequired("out"); err != nil {
		panic(err)
	}
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	complete(c, "by", "sentence", "document")
	return c
}

// A unit is what is not torn apart.
type unit struct {
	sentences []*sentence // the last one of an input perhaps without tokens
	n, tokens int
}

func (u *unit) add(s *sentence, tokens int) {
	u.sentences = append(u.sentences, s)
	if tokens > 0 {
		u.n++
		u.tokens += tokens
	}
}

func (a *app) split(ctx context.Context, o *splitFlags, files []string) error {
	format, err := parseFormat(o.format)
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	var outputs []safefile.Use
	for _, name := range o.out {
		outputs = append(outputs, use("--out", name))
	}
	if err := distinct(outputs, a.reading(files)); err != nil {
		return err
	}
	for _, name := range o.out {
		if err := safefile.Check(name); err != nil {
			return err
		}
	}
	var units []*unit
	common := format
	for k, name := range files {
		list, found, err := a.readUnits(ctx, name, format, o.by == "document")
		if err != nil {
			return err
		}
		if k > 0 && found != common {
			return fmt.Errorf("%s: format %s, but %s is %s", name, found, files[0], common)
		}
		common = found
		units = append(units, list...)
	}
	parts, left, err := o.part(units)
	if err != nil {
		return err
	}
	for k, name := range o.out {
		if err := safefile.Write(name, func(w io.Writer) error { return writeUnits(w, parts[k], common) }); err != nil {
			return err
		}
	}
	for k, name := range o.out {
		fmt.Fprintf(a.stdout, "%s: %s\n", name, o.describe(parts[k]))
	}
	if len(left) > 0 {
		fmt.Fprintf(a.stdout, "left out: %s\n", o.describe(left))
	}
	return nil
}

func (o *splitFlags) describe(units []*unit) string {
	n, tokens := 0, 0
	for _, u := range units {
		n += u.n
		tokens += u.tokens
	}
	s := fmt.Sprintf("%d sentences, %d tokens", n, tokens)
	if o.by == "document" {
		s = fmt.Sprintf("%d documents, ", len(units)) + s
	}
	return s
}

// check reports wrong usage.
func (o *splitFlags) check() error {
	list, flag := o.shares, "shares"
	if len(o.counts) > 0 {
		list, flag = o.counts, "counts"
	}
	switch {
	case len(o.shares) > 0 == (len(o.counts) > 0):
		return wrongUsage("say with --shares or with --counts how many sentences each file gets")
	case len(o.out) != len(list) && !(flag == "counts" && len(o.out) == len(list)+1):
		return wrongUsage("--out names %d files for %d --%s", len(o.out), len(list), flag)
	case o.by != "sentence" && o.by != "document":
		return wrongUsage("--by %s: want sentence or document", o.by)
	}
	for k, name := range o.out {
		if name == "" || name == "-" || slices.Contains(o.out[:k], name) {
			return wrongUsage("--out: want names of files, each another")
		}
	}
	for _, text := range list {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !(x > 0 && x <= math.MaxInt32) || flag == "counts" && x != math.Trunc(x) {
			want := "positive numbers"
			if flag == "counts" {
				want = "whole positive numbers"
			}
			return wrongUsage("--%s %s: want %s", flag, text, want)
		}
	}
	return nil
}

// bounds returns where the parts end among n sentences.
func (o *splitFlags) bounds(n int) ([]float64, error) {
	list := o.shares
	if len(list) == 0 {
		list = o.counts
	}
	var ends []float64
	sum := 0.0
	for _, text := range list {
		x, _ := strconv.ParseFloat(text, 64) // check has read it
		sum += x
		ends = append(ends, sum)
	}
	if len(o.counts) == 0 {
		for k := range ends {
			ends[k] *= float64(n) / sum
		}
		return ends, nil
	}
	if sum > float64(n) {
		return nil, fmt.Errorf("--counts: %g sentences, but there are %d", sum, n)
	}
	if len(o.out) > len(list) {
		ends = append(ends, float64(n))
	}
	return ends, nil
}

// part shuffles the units and puts each into the part that its middle lies in, on the scale of sentences;
// left belong to none. Each part is in the order of the files.
func (o *splitFlags) part(units []*unit) (parts [][]*unit, left []*unit, err error) {
	n := 0
	for _, u := range units {
		n += u.n
	}
	ends, err := o.bounds(n)
	if err != nil {
		return nil, nil, err
	}
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	if !o.inOrder {
		rand.New(rand.NewPCG(o.seed, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	place := make([]int, len(units))
	before := 0
	for _, i := range order {
		middle := float64(before) + float64(units[i].n)/2
		before += units[i].n
		for place[i] < len(ends) && middle >= ends[place[i]] {
			place[i]++
		}
	}
	parts = make([][]*unit, len(ends)+1)
	for i, u := range units {
		parts[place[i]] = append(parts[place[i]], u)
	}
	for k, name := range o.out {
		if len(parts[k]) == 0 {
			return nil, nil, fmt.Errorf("%s would get no %s: there are %d", name, o.by, len(units))
		}
	}
	return parts[:len(ends)], parts[len(ends)], nil
}

// readUnits reads a file.
func (a *app) readUnits(ctx context.Context, name string, format corpus.Format, documents bool) ([]*unit, corpus.Format, error) {
	in, err := a.open(ctx, name, format)
	if err != nil {
		return nil, format, err
	}
	defer in.close()
	if documents && in.items != nil {
		return nil, format, in.atStart(errors.New("attribute files know no documents"))
	}
	var all []*sentence
	var marked, parted []bool
	for {
		s := new(sentence)
		err := in.next(s)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, format, err
		}
		if err == nil || strings.TrimSpace(s.rows.String()) != "" {
			all = append(all, s)
			m, p := s.rows.StartsDocument()
			marked, parted = append(marked, m && err == nil), append(parted, p && err == nil && len(all) > 1)
		}
		if err != nil {
			break
		}
	}
	in.warn(a.warn)
	starts := marked
	if documents && !slices.Contains(marked, true) {
		if starts = parted; !slices.Contains(parted, true) {
			return nil, format, fmt.Errorf("%s: nothing tells documents apart: no comment # newdoc, no -DOCSTART- and no two blank lines", in.name)
		}
	}
	var units []*unit
	for i, s := range all {
		tokens := s.rows.Len() + len(s.items.Labels)
		if i == 0 || tokens > 0 && (!documents || starts[i]) {
			units = append(units, new(unit))
		}
		units[len(units)-1].add(s, tokens)
	}
	return units, in.format, nil
}

// writeUnits writes sentences as they were read; attribute files have one spelling.
func writeUnits(w io.Writer, units []*unit, format corpus.Format) error {
	rows, items := corpus.NewWriter(w), attrfile.NewWriter(w)
	for _, u := range units {
		for _, s := range u.sentences {
			var err error
			if format == corpus.CRFsuite {
				err = items.Write(&s.items)
			} else {
				err = rows.Write(&s.rows)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

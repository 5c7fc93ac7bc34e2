package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// bench holds the flags of the program.
type bench struct {
	data, work            string
	crfsuite, wapiti      string
	crfppLearn, crfppTest string
	rounds                int
	out                   io.Writer
}

// A table measures and prints one or more tables.
type table struct {
	name  string
	write func(b *bench, ctx context.Context) error
}

var tables = []table{
	{"tagging", (*bench).tagging},
	{"training", (*bench).training},
	{"labels", (*bench).labels},
	{"growth", (*bench).growth},
}

func run(ctx context.Context, w io.Writer, args []string) error {
	b := &bench{out: w}
	f := flag.NewFlagSet("speed", flag.ContinueOnError)
	f.StringVar(&b.data, "data", "../shared/data", "folder of the data sets")
	f.StringVar(&b.work, "work", "", "folder for models and inputs, which are kept there and used again; empty means none are kept")
	f.StringVar(&b.crfsuite, "crfsuite", "", "program crfsuite")
	f.StringVar(&b.wapiti, "wapiti", "", "program wapiti")
	f.StringVar(&b.crfppLearn, "crfpp-learn", "", "program crf_learn of CRF++")
	f.StringVar(&b.crfppTest, "crfpp-test", "", "program crf_test of CRF++")
	f.IntVar(&b.rounds, "rounds", 5, "number of rounds")
	names := f.String("tables", "tagging,training,labels", "tables, with commas between them")
	if err := f.Parse(args); err != nil {
		return err
	}
	if b.rounds < 1 || f.NArg() > 0 {
		return errors.New("want at least one round, and no arguments")
	}
	if (b.crfppLearn == "") != (b.crfppTest == "") {
		return errors.New("want both programs of CRF++, or none")
	}
	chosen := strings.Split(*names, ",")
	for _, name := range chosen {
		if !slices.ContainsFunc(tables, func(t table) bool { return t.name == name }) {
			return fmt.Errorf("there is no table %q", name)
		}
	}
	if b.work == "" {
		work, err := os.MkdirTemp("", "speed")
		if err != nil {
			return err
		}
		defer os.RemoveAll(work)
		b.work = work
	} else if err := os.MkdirAll(b.work, 0o755); err != nil {
		return err
	}
	if err := b.do(ctx, "go", "build", "-o", b.path("tagger"), "./cmd/tagger"); err != nil {
		return err
	}
	for _, t := range tables {
		if slices.Contains(chosen, t.name) {
			if err := t.write(b, ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// path returns the path of a file in the work folder.
func (b *bench) path(name string) string { return filepath.Join(b.work, name) }

// set returns the path of a file of the data sets.
func (b *bench) set(name string) string { return filepath.Join(b.data, name) }

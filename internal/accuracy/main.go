package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/recipe"
)

//go:embed peer.txt
var peerTemplates string

//go:embed tutorial.txt
var tutorialTemplates string

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// options are the flags of the program.
type options struct {
	data, work string
	sets       string
	tokens     int
	threads    int
	curve      bool
	test       bool
}

func run(ctx context.Context, w io.Writer, args []string) error {
	var o options
	f := flag.NewFlagSet("accuracy", flag.ContinueOnError)
	f.StringVar(&o.data, "data", "../shared/data", "folder of the data sets")
	f.StringVar(&o.sets, "sets", "", "names of the sets, with commas between them; empty means all")
	f.IntVar(&o.tokens, "tokens", 0, "about the number of tokens to train on; 0 means all")
	f.IntVar(&o.threads, "threads", 1, "number of threads")
	f.BoolVar(&o.curve, "curve", false, "print the objective and the development score after each step")
	f.BoolVar(&o.test, "test", false, "score on test data")
	f.StringVar(&o.work, "work", "", "folder for the parts of the sets and the models, which are kept there; empty means none are kept")
	if err := f.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(o.sets)
	if err != nil {
		return err
	}
	var variants []variant
	for _, text := range f.Args() {
		v, err := parse(text)
		if err != nil {
			return err
		}
		variants = append(variants, v)
	}
	if len(variants) == 0 {
		return errors.New("want variants, such as default and 'ce loss=cross-entropy'")
	}
	if o.work == "" {
		if o.work, err = os.MkdirTemp("", "accuracy"); err != nil {
			return err
		}
		defer os.RemoveAll(o.work)
	} else if err := os.MkdirAll(o.work, 0o755); err != nil {
		return err
	}
	return o.study(ctx, w, chosen, variants)
}

// choose returns the sets with these names.
func choose(names string) ([]set, error) {
	if names == "" {
		return sets, nil
	}
	var list []set
	for name := range strings.SplitSeq(names, ",") {
		k := slices.IndexFunc(sets, func(s set) bool { return s.name == name })
		if k < 0 {
			return nil, fmt.Errorf("there is no data set %q", name)
		}
		list = append(list, sets[k])
	}
	return list, nil
}

// A variant is a named configuration of training.
type variant struct {
	name   string
	config recipe.Config
	peer   bool
}

// parse parses a name and options.
func parse(text string) (variant, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return variant{}, errors.New("a variant needs a name")
	}
	v := variant{name: words[0], peer: words[0] == "peer"}
	if v.peer {
		v.config = recipe.Config{Loss: "cross-entropy", L2: new(1.0), Epochs: new(120), WarmUp: new(0)}
	}
	var toml strings.Builder
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return v, fmt.Errorf("variant %s: want option=value, found %q", v.name, word)
		}
		if _, err := strconv.ParseFloat(value, 64); err != nil && value != "true" && value != "false" {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&toml, "%s = %s\n", name, value)
	}
	if v.peer && toml.Len() > 0 {
		return v, errors.New("the variant peer has no options")
	}
	if v.peer {
		return v, nil
	}
	var err error
	v.config, err = recipe.Read(strings.NewReader(toml.String()), "variant "+v.name)
	return v, err
}

// study trains and scores all variants on all sets.
func (o *options) study(ctx context.Context, w io.Writer, chosen []set, variants []variant) error {
	if o.curve {
		fmt.Fprintln(w, "set\tvariant\tstep\tseconds\tobjective\tscore")
	} else {
		fmt.Fprintln(w, "| set | variant | score | difference | p | precision | recall | steps | training s |")
		fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|")
	}
	for k := range chosen {
		s := &chosen[k]
		p, err := s.prepare(o.data, o.work, o.tokens)
		if errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "left out:", err)
			continue
		}
		if err != nil {
			return err
		}
		first := ""
		for _, v := range variants {
			if err := ctx.Err(); err != nil {
				return err
			}
			model := p.train + "." + v.name + ".model"
			err := o.try(ctx, w, s, p, v, model, first)
			var refused *trellis.OptionError
			if errors.As(err, &refused) { // such as an entity cost without the label O
				fmt.Fprintf(os.Stderr, "left out: %s, variant %s: %v\n", s.name, v.name, err)
				continue
			}
			if err != nil {
				return fmt.Errorf("%s, variant %s: %w", s.name, v.name, err)
			}
			if first == "" {
				first = model
			}
		}
	}
	return nil
}

// try trains one variant on one set and prints its row or its curve. First is the model of the
// first variant, or "".
func (o *options) try(ctx context.Context, w io.Writer, s *set, p split, v variant, path, first string) error {
	c := v.config
	c.Label, c.Threads = s.label, o.threads
	if v.peer {
		templates := peerTemplates
		if s.chunk {
			templates = tutorialTemplates
		}
		c.Features = filepath.Join(o.work, "peer.txt")
		if err := os.WriteFile(c.Features, []byte(templates), 0o644); err != nil {
			return err
		}
		c.Scheme = "bio"
		if strings.HasSuffix(s.name, "POS") {
			c.Scheme = ""
		}
	}
	start := time.Now()
	if o.curve {
		c.Dev, c.Patience = trellis.Files(p.dev), new(0)
		c.Progress = func(p trellis.Progress) {
			fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.8g\t%.2f\n", s.name, v.name, p.Number, time.Since(start).Seconds(), p.Objective, 100*p.Dev.F1)
		}
	}
	m, report, err := trellis.Train(ctx, trellis.Files(p.train), c)
	if err != nil || o.curve {
		return err
	}
	seconds := time.Since(start).Seconds()
	if err := m.SaveFile(path); err != nil {
		return err
	}
	held := p.dev
	if o.test {
		held = p.test
	}
	r, err := m.Evaluate(ctx, trellis.Files(held))
	if err != nil {
		return err
	}
	difference, chance := "", ""
	if first != "" {
		compared, err := trellis.Compare(ctx, first, path, trellis.Files(held), trellis.EvalOptions{Label: s.label, Samples: 2000, Seed: 1})
		if err != nil {
			return err
		}
		for _, d := range compared.Differences {
			if d.Measure == metrics.F1 {
				difference, chance = fmt.Sprintf("%+.2f", 100*d.Difference), fmt.Sprintf("%.3f", d.P)
			}
		}
	}
	_, err = fmt.Fprintf(w, "| %s | %s | %.2f | %s | %s | %.2f | %.2f | %d | %.1f |\n",
		s.name, v.name, 100*r.F1, difference, chance, 100*r.Precision, 100*r.Recall, report.Summary.Steps, seconds)
	return err
}

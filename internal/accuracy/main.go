package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
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
	folds      int
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
	f.IntVar(&o.folds, "folds", 0, "number of folds of the training data to train and score on, each in turn, instead of the development data")
	f.IntVar(&o.threads, "threads", 1, "number of threads")
	f.BoolVar(&o.curve, "curve", false, "print the objective and the development score after each step")
	f.BoolVar(&o.test, "test", false, "score on test data")
	f.StringVar(&o.work, "work", "", "folder for the parts of the sets and the models, which are kept there; empty means none are kept")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.folds < 0 || o.folds == 1 || o.folds > 0 && o.test {
		return errors.New("want 2 folds or more, and no test data")
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
	name    string
	config  recipe.Config
	peer    bool
	without *regexp.Regexp // leaves out the templates of the preset with such a name; nil means none
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
	lists := make(map[string][]string)
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return v, fmt.Errorf("variant %s: want option=value, found %q", v.name, word)
		}
		if name == "without" {
			var err error
			if v.without, err = regexp.Compile(value); err != nil {
				return v, fmt.Errorf("variant %s: %w", v.name, err)
			}
			continue
		}
		if _, err := strconv.ParseFloat(value, 64); err != nil && value != "true" && value != "false" {
			value = strconv.Quote(value)
		}
		if slices.Contains([]string{"clusters", "gazetteer", "text"}, name) {
			lists[name] = append(lists[name], value)
			continue
		}
		fmt.Fprintf(&toml, "%s = %s\n", name, value)
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		fmt.Fprintf(&toml, "%s = [%s]\n", name, strings.Join(lists[name], ", "))
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
		if o.test && len(s.test.patterns) == 0 {
			fmt.Fprintf(os.Stderr, "left out: %s has no test data\n", s.name)
			continue
		}
		p, err := s.prepare(o.data, o.work, o.tokens)
		if errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "left out:", err)
			continue
		}
		if err != nil {
			return err
		}
		if o.folds == 0 {
			if _, err := o.compare(ctx, w, s, s.name, p, variants); err != nil {
				return err
			}
			continue
		}
		sums := make([]tally, len(variants))
		for k := range o.folds {
			part, err := p.fold(s.block, k, o.folds)
			if err != nil {
				return err
			}
			scores, err := o.compare(ctx, w, s, fmt.Sprintf("%s, fold %d", s.name, k+1), part, variants)
			if err != nil {
				return err
			}
			for k, score := range scores {
				sums[k].add(score, score-scores[0])
			}
		}
		for k, v := range variants {
			if row := sums[k].row(k == 0); row != "" && !o.curve {
				fmt.Fprintf(w, "| %s, mean | %s | %s |\n", s.name, v.name, row)
			}
		}
	}
	return nil
}

// A tally adds up the scores of the folds, and their differences from those of the first variant.
type tally struct {
	n                   int
	score               float64
	difference, squares float64
}

func (t *tally) add(score, difference float64) {
	if math.IsNaN(score) {
		return
	}
	t.n++
	t.score += score
	t.difference += difference
	t.squares += difference * difference
}

// row returns the mean score, and the mean difference with its standard error over the folds.
func (t *tally) row(first bool) string {
	n := float64(t.n)
	switch {
	case t.n == 0:
		return ""
	case first || t.n == 1:
		return fmt.Sprintf("%.2f |  |  |  |  |  | ", t.score/n)
	}
	mean := t.difference / n
	return fmt.Sprintf("%.2f | %+.2f ± %.2f |  |  |  |  | ", t.score/n, mean, math.Sqrt(max(t.squares/n-mean*mean, 0)/(n-1)))
}

// compare trains and scores all variants on one split. It returns their scores; NaN stands for
// variants that do not fit the set.
func (o *options) compare(ctx context.Context, w io.Writer, s *set, name string, p split, variants []variant) ([]float64, error) {
	t := trial{options: o, set: s, name: name, split: p}
	scores := make([]float64, len(variants))
	for k, v := range variants {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		score, err := t.run(ctx, w, v)
		var refused *trellis.OptionError
		if errors.As(err, &refused) { // such as an entity cost without the label O
			fmt.Fprintf(os.Stderr, "left out: %s, variant %s: %v\n", name, v.name, err)
			score, err = math.NaN(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s, variant %s: %w", name, v.name, err)
		}
		scores[k] = score
	}
	return scores, nil
}

// A trial trains variants on one split.
type trial struct {
	*options
	set   *set
	name  string
	split split

	first  string // the model of the first variant, or ""
	preset string // its templates
}

// run trains one variant and prints its row or its curve. It returns the score.
func (t *trial) run(ctx context.Context, w io.Writer, v variant) (float64, error) {
	c := v.config
	c.Label, c.Threads = t.set.label, t.threads
	if err := t.templates(&c, v); err != nil {
		return 0, err
	}
	start := time.Now()
	if t.curve {
		c.Dev, c.Patience = trellis.Files(t.split.dev), new(0)
		c.Progress = func(p trellis.Progress) {
			fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.8g\t%.2f\n", t.name, v.name, p.Number, time.Since(start).Seconds(), p.Objective, 100*p.Dev.F1)
		}
	}
	m, report, err := trellis.Train(ctx, trellis.Files(t.split.train), c)
	if err != nil {
		return 0, err
	}
	seconds := time.Since(start).Seconds()
	path := t.split.train + "." + v.name + ".model"
	if t.first == "" {
		t.first, t.preset = path, report.Config.Features
	}
	if t.curve {
		return 0, nil
	}
	if err := m.SaveFile(path); err != nil {
		return 0, err
	}
	held := t.split.dev
	if t.test {
		held = t.split.test
	}
	r, err := m.Evaluate(ctx, trellis.Files(held))
	if err != nil {
		return 0, err
	}
	difference, chance := "", ""
	if t.first != path {
		compared, err := trellis.Compare(ctx, t.first, path, trellis.Files(held), trellis.EvalOptions{Label: t.set.label, Samples: 2000, Seed: 1})
		if err != nil {
			return 0, err
		}
		for _, d := range compared.Differences {
			if d.Measure == metrics.F1 {
				difference, chance = fmt.Sprintf("%+.2f", 100*d.Difference), fmt.Sprintf("%.3f", d.P)
			}
		}
	}
	_, err = fmt.Fprintf(w, "| %s | %s | %.2f | %s | %s | %.2f | %.2f | %d | %.1f |\n",
		t.name, v.name, 100*r.F1, difference, chance, 100*r.Precision, 100*r.Recall, report.Summary.Steps, seconds)
	return 100 * r.F1, err
}

// templates sets the templates of the peer, or those of the first variant without some.
func (t *trial) templates(c *recipe.Config, v variant) error {
	var source string
	switch {
	case v.peer:
		source = peerTemplates
		if t.set.chunk {
			source = tutorialTemplates
		}
		c.Scheme = "bio"
		if t.set.plain {
			c.Scheme = ""
		}
	case v.without != nil:
		preset, err := features.PresetSource(t.preset)
		if err != nil {
			return fmt.Errorf("without needs a first variant with a preset: %w", err)
		}
		var b strings.Builder
		left := 0
		for line := range strings.Lines(preset) {
			name, _, template := strings.Cut(strings.TrimPrefix(line, "?"), "=")
			if template && !strings.HasPrefix(name, "#") && v.without.MatchString(strings.TrimPrefix(name, "u:")) {
				left++
				continue
			}
			b.WriteString(line)
		}
		if left == 0 {
			return &trellis.OptionError{Option: "without", Reason: "the preset " + t.preset + " has no such template"}
		}
		source = b.String()
	default:
		return nil
	}
	c.Features = filepath.Join(t.work, "templates.txt")
	return os.WriteFile(c.Features, []byte(source), 0o644)
}

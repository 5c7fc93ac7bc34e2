package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/care"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "selection:", err)
		os.Exit(1)
	}
}

// options are the flags of the program.
type options struct {
	test, label   string
	start, batch  int
	rounds, seeds int
	epochs        int
	strategies    string
}

// A point is a training with some of the sentences.
type point struct {
	tokens int
	f1     float64
}

func run(w io.Writer, args []string) error {
	var o options
	f := flag.NewFlagSet("selection", flag.ContinueOnError)
	f.StringVar(&o.test, "test", "", "file to score on")
	f.StringVar(&o.label, "label", "", "label column, as for tagger train")
	f.IntVar(&o.start, "start", 100, "number of random sentences at the start")
	f.IntVar(&o.batch, "batch", 100, "number of sentences to choose in each round")
	f.IntVar(&o.rounds, "rounds", 9, "number of rounds")
	f.IntVar(&o.seeds, "seeds", 5, "number of runs, each from other sentences")
	f.IntVar(&o.epochs, "epochs", 20, "maximum number of passes of a training")
	f.StringVar(&o.strategies, "strategies", "random,least-confident,least-confident/T,margin,margin/T,token,token+0.5",
		"strategies to compare; /T means per token, and +W the weight of diversity")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 || o.test == "" {
		return errors.New("want -test FILE and one training file")
	}
	pool, err := care.Read(f.Arg(0), o.label, 0)
	if err != nil {
		return err
	}
	test, err := care.Read(o.test, o.label, 0)
	if err != nil {
		return err
	}
	names := strings.Split(o.strategies, ",")
	curves := make([][][]point, len(names)) // by strategy, seed and round
	for k, name := range names {
		for seed := range o.seeds {
			curve, err := o.curve(name, uint64(seed+1), pool, test)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			curves[k] = append(curves[k], curve)
		}
	}
	return o.print(w, names, curves)
}

// curve trains on more and more sentences that a strategy chooses.
func (o *options) curve(strategy string, seed uint64, pool, test []*corpus.Sentence) ([]point, error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	var rest, labelled []*corpus.Sentence
	for _, i := range rng.Perm(len(pool)) {
		rest = append(rest, pool[i])
	}
	labelled, rest = rest[:o.start:o.start], rest[o.start:]
	var curve []point
	for round := 0; ; round++ {
		m, p, err := o.train(labelled, test, seed)
		if err != nil {
			return nil, err
		}
		if curve = append(curve, p); round == o.rounds {
			return curve, nil
		}
		chosen := make([]bool, len(rest))
		if strategy == "random" { // rest is shuffled
			for i := range o.batch {
				chosen[i] = true
			}
		} else if err := o.choose(m, strategy, rest, labelled, chosen); err != nil {
			return nil, err
		}
		var left []*corpus.Sentence
		for i, s := range rest {
			if chosen[i] {
				labelled = append(labelled, s)
			} else {
				left = append(left, s)
			}
		}
		rest = left
	}
}

// train trains and scores a model.
func (o *options) train(labelled, test []*corpus.Sentence, seed uint64) (*trellis.Model, point, error) {
	ctx := context.Background()
	m, r, err := trellis.Train(ctx, trellis.Sentences(labelled...), trellis.Config{Seed: &seed, Epochs: &o.epochs, Threads: 1})
	if err != nil {
		return nil, point{}, err
	}
	results, err := m.Evaluate(ctx, trellis.Sentences(test...))
	if err != nil {
		return nil, point{}, err
	}
	return m, point{r.Tokens, results.F1}, nil
}

// choose marks the sentences that a strategy chooses.
func (o *options) choose(m *trellis.Model, strategy string, rest, labelled []*corpus.Sentence, chosen []bool) error {
	s := trellis.SelectOptions{N: o.batch, Known: trellis.Sentences(labelled...)}
	name, weight, diverse := strings.Cut(strategy, "+")
	if diverse {
		if _, err := fmt.Sscan(weight, &s.Diversity); err != nil {
			return err
		}
	}
	s.Strategy, s.PerToken = strings.CutSuffix(name, "/T")
	r, err := m.Select(context.Background(), trellis.Sentences(rest...), s)
	if err != nil {
		return err
	}
	for _, c := range r.Chosen {
		chosen[c.Index] = true
	}
	return nil
}

// print prints a table by sentences and a table by tokens.
func (o *options) print(w io.Writer, names []string, curves [][][]point) error {
	var b strings.Builder
	head := func(unit string, columns []int) {
		fmt.Fprintf(&b, "| F1 at %s |", unit)
		for _, n := range columns {
			fmt.Fprintf(&b, " %d |", n)
		}
		fmt.Fprintf(&b, " mean |\n|---|%s---:|\n", strings.Repeat("---:|", len(columns)))
	}
	var sentences []int
	for k := range o.rounds {
		sentences = append(sentences, o.start+(k+1)*o.batch)
	}
	head("sentences", sentences)
	for k, name := range names {
		fmt.Fprintf(&b, "| %s |", name)
		o.row(&b, curves[k], len(sentences), func(c []point, column int) float64 { return c[column+1].f1 })
	}
	b.WriteString("\n")
	// The smallest number of tokens at the end bounds what all have.
	first, last := 0, math.MaxInt
	for _, seeds := range curves {
		for _, c := range seeds {
			first, last = max(first, c[0].tokens), min(last, c[len(c)-1].tokens)
		}
	}
	var tokens []int
	for n := first/1000*1000 + 1000; n <= last; n += max(1000, (last-first)/7/1000*1000) {
		tokens = append(tokens, n)
	}
	head("tokens", tokens)
	for k, name := range names {
		fmt.Fprintf(&b, "| %s |", name)
		o.row(&b, curves[k], len(tokens), func(c []point, column int) float64 { return at(c, tokens[column]) })
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// row prints the means over the seeds of each column, and the mean and standard deviation of the
// means of the seeds.
func (o *options) row(b *strings.Builder, seeds [][]point, columns int, value func(c []point, column int) float64) {
	means := make([]float64, len(seeds))
	for column := range columns {
		sum := 0.0
		for i, c := range seeds {
			v := 100 * value(c, column)
			sum += v
			means[i] += v / float64(columns)
		}
		fmt.Fprintf(b, " %.1f |", sum/float64(len(seeds)))
	}
	mean, variance := 0.0, 0.0
	for _, m := range means {
		mean += m / float64(len(means))
	}
	for _, m := range means {
		variance += (m - mean) * (m - mean) / max(float64(len(means)-1), 1)
	}
	fmt.Fprintf(b, " %.2f ± %.2f |\n", mean, math.Sqrt(variance))
}

// at interpolates the F1 of a curve at a number of tokens.
func at(c []point, tokens int) float64 {
	for k := 1; k < len(c); k++ {
		if a, b := c[k-1], c[k]; tokens <= b.tokens {
			share := float64(tokens-a.tokens) / float64(b.tokens-a.tokens)
			return a.f1 + share*(b.f1-a.f1)
		}
	}
	return c[len(c)-1].f1
}

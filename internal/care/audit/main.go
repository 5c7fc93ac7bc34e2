package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/care"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

// options are the flags of the program.
type options struct {
	share  float64
	unit   string
	label  string
	seed   uint64
	folds  int
	limit  int
	scores string
	epochs int
	loss   string
}

func run(w io.Writer, args []string) error {
	var o options
	f := flag.NewFlagSet("audit", flag.ContinueOnError)
	f.Float64Var(&o.share, "share", 0.02, "share of the labels to change")
	f.StringVar(&o.unit, "unit", "token", "what changes: token, a label by another one; or span, a span by another, longer, shorter or none, or a new one")
	f.StringVar(&o.label, "label", "", "label column, as for tagger train")
	f.Uint64Var(&o.seed, "seed", 1, "random seed")
	f.IntVar(&o.folds, "folds", 5, "number of folds")
	f.IntVar(&o.limit, "sentences", 0, "number of sentences to read; 0 means all")
	f.StringVar(&o.scores, "score", strings.Join(study.AuditScores(), ","), "scores to compare")
	f.StringVar(&o.loss, "loss", "", "loss, as for tagger train")
	f.IntVar(&o.epochs, "epochs", 0, "maximum number of passes; 0 means as tagger train")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 || o.unit != "token" && o.unit != "span" {
		return errors.New("want one file, and the unit token or span")
	}
	list, err := care.Read(f.Arg(0), o.label, o.limit)
	if err != nil {
		return err
	}
	noisy, changed, err := corrupt(list, &o)
	if err != nil {
		return err
	}
	return report(w, noisy, changed, &o)
}

// corrupt changes labels. It returns the sentences and, for each, which tokens have another label.
func corrupt(list []*corpus.Sentence, o *options) (noisy []*corpus.Sentence, changed [][]bool, err error) {
	var labels, types []string
	var tokens [][2]int
	all := make([][]string, len(list))
	for i, s := range list {
		all[i] = s.Column(nil, 1)
		for t, label := range all[i] {
			tokens = append(tokens, [2]int{i, t})
			if !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
		for _, x := range annotation.AppendSpans(nil, all[i]) {
			if !slices.Contains(types, x.Type) {
				types = append(types, x.Type)
			}
		}
	}
	slices.Sort(labels)
	slices.Sort(types)
	rng := rand.New(rand.NewPCG(o.seed, 0))
	n := int(o.share * float64(len(tokens)))
	old := make([][]string, len(all))
	for i := range all {
		old[i] = slices.Clone(all[i])
	}
	if o.unit == "token" {
		rng.Shuffle(len(tokens), func(i, j int) { tokens[i], tokens[j] = tokens[j], tokens[i] })
		for _, x := range tokens[:n] {
			at := &all[x[0]][x[1]]
			for was := *at; *at == was; {
				*at = labels[rng.IntN(len(labels))]
			}
		}
	} else {
		spans(all, types, o.share, rng)
	}
	for i, s := range list {
		rows := make([][]string, s.Len())
		differs := make([]bool, s.Len())
		for t := range rows {
			rows[t] = []string{s.Field(t, 0), all[i][t]}
			differs[t] = all[i][t] != old[i][t]
		}
		x, err := corpus.NewSentence(rows)
		if err != nil {
			return nil, nil, err
		}
		noisy, changed = append(noisy, x), append(changed, differs)
	}
	return noisy, changed, nil
}

// spans changes a share of the spans: a third loses the span, a third gets another type, a third
// loses its last token or, with one token, is extended. It also adds as many new spans of one
// token.
func spans(all [][]string, types []string, share float64, rng *rand.Rand) {
	type place struct {
		sentence int
		span     annotation.Span
	}
	var list []place
	for i, labels := range all {
		for _, s := range annotation.AppendSpans(nil, labels) {
			list = append(list, place{i, s})
		}
	}
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	n := int(share * float64(len(list)))
	for k, p := range list[:n] {
		labels, s := all[p.sentence], p.span
		switch {
		case k%3 == 0:
			for t := s.Start; t < s.End; t++ {
				labels[t] = "O"
			}
		case k%3 == 1 && len(types) > 1:
			typ := s.Type
			for typ == s.Type {
				typ = types[rng.IntN(len(types))]
			}
			for t := s.Start; t < s.End; t++ {
				labels[t] = labels[t][:2] + typ
			}
		case s.End-s.Start > 1:
			labels[s.End-1] = "O"
		case s.End < len(labels) && labels[s.End] == "O":
			labels[s.End] = "I-" + s.Type
		default:
			labels[s.Start] = "O"
		}
	}
	for range n {
		for {
			labels := all[rng.IntN(len(all))]
			if t := rng.IntN(len(labels)); labels[t] == "O" && (t+1 == len(labels) || !strings.HasPrefix(labels[t+1], "I-")) {
				labels[t] = "B-" + types[rng.IntN(len(types))]
				break
			}
		}
	}
}

// report audits the sentences by each score and prints the precision.
func report(w io.Writer, noisy []*corpus.Sentence, changed [][]bool, o *options) error {
	n := 0
	for _, list := range changed {
		for _, is := range list {
			if is {
				n++
			}
		}
	}
	first := true
	for name := range strings.SplitSeq(o.scores, ",") {
		a := study.Audit{Base: recipe.Config{Seed: &o.seed, Loss: o.loss}, Folds: o.folds, Score: name}
		if o.epochs > 0 {
			a.Base.Epochs = &o.epochs
		}
		r, err := a.Run(context.Background(), corpus.Source{Sentences: noisy})
		if err != nil {
			return err
		}
		wrong := make([]bool, len(r.Suspects))
		total := 0
		for k, s := range r.Suspects {
			if wrong[k] = slices.Contains(changed[s.Sentence][s.Start:s.End], true); wrong[k] {
				total++
			}
		}
		ks := []int{50, 100, 200, total}
		if first {
			fmt.Fprintf(w, "%d tokens changed, %d of %d items are wrong (%.1f%%); F1 of the folds %.2f%%, %d items differ\n\n",
				n, total, r.Items, 100*float64(total)/float64(r.Items), 100*r.Results.F1, r.Doubted)
			fmt.Fprint(w, "| score |")
			for _, k := range ks {
				fmt.Fprintf(w, " first %d |", k)
			}
			fmt.Fprintf(w, " recall in twice as many |\n|---|%s---:|\n| random |", strings.Repeat("---:|", len(ks)))
			for range ks {
				fmt.Fprintf(w, " %.1f |", 100*float64(total)/float64(r.Items))
			}
			fmt.Fprintf(w, " %.1f |\n", 100*min(1, float64(2*total)/float64(r.Items)))
			first = false
		}
		fmt.Fprintf(w, "| %s |", name)
		for _, k := range ks {
			fmt.Fprintf(w, " %.1f |", 100*float64(count(wrong, k))/float64(min(k, len(wrong))))
		}
		fmt.Fprintf(w, " %.1f |\n", 100*float64(count(wrong, 2*total))/float64(total))
	}
	return nil
}

// count returns how many of the first n are set.
func count(list []bool, n int) (sum int) {
	for _, is := range list[:min(n, len(list))] {
		if is {
			sum++
		}
	}
	return sum
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// fromZero is the number of L-BFGS iterations of a comparison from zero.
const fromZero = 30

// closeTo is how far from the optimum the objective may be, as a share of it.
const closeTo = 1e-4

// A step is an iteration of L-BFGS, or an epoch before them.
type step struct {
	Seconds   float64 // since the start of training
	Objective float64
}

// steps parses the file that tagger train --log-json writes.
func steps(text []byte) ([]step, error) {
	var list []step
	for line := range bytes.Lines(text) {
		var s step
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// An iteration is one of CRFsuite.
type iteration struct {
	seconds   float64
	objective float64
	trials    int // evaluations
}

// iterations parses the output of crfsuite learn -a lbfgs.
func iterations(text []byte) ([]iteration, error) {
	var list []iteration
	for line := range bytes.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(string(line)), ": ")
		if strings.HasPrefix(name, "***** Iteration #") {
			list = append(list, iteration{})
		}
		if !ok || len(list) == 0 {
			continue
		}
		last := &list[len(list)-1]
		var err error
		switch name {
		case "Loss":
			last.objective, err = strconv.ParseFloat(value, 64)
		case "Line search trials":
			last.trials, err = strconv.Atoi(value)
		case "Seconds required for this iteration":
			last.seconds, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(list) == 0 || list[len(list)-1].seconds == 0 {
		return nil, errors.New("crfsuite did not report its iterations")
	}
	return list, nil
}

// learn runs CRFsuite's L-BFGS on an attribute file. With most 0, CRFsuite chooses when to stop.
func (b *bench) learn(ctx context.Context, file string, most int) (figures, []iteration, error) {
	args := []string{b.crfsuite, "learn", "-a", "lbfgs", "-p", "c2=1", "-m", b.path("scratch.model")}
	if most > 0 {
		args = append(args, "-p", fmt.Sprintf("max_iterations=%d", most))
	}
	var out bytes.Buffer
	f, err := timed(ctx, &out, append(args, file))
	if err != nil {
		return f, nil, err
	}
	list, err := iterations(out.Bytes())
	return f, list, err
}

// train runs tagger train on an attribute file, with the objective of CRFsuite.
func (b *bench) train(ctx context.Context, file string, threads, warmUp, epochs int) (figures, []step, error) {
	log := b.path("scratch.json")
	f, err := timed(ctx, nil, []string{b.path("tagger"), "train", "--quiet", "--l2", "1", "--tolerance", "0", "--threads", strconv.Itoa(threads),
		"--warm-up", strconv.Itoa(warmUp), "--epochs", strconv.Itoa(epochs), "--log-json", log, "--model", b.path("scratch.model"), file})
	if err != nil {
		return f, nil, err
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return f, nil, err
	}
	list, err := steps(text)
	return f, list, err
}

// attributes returns an attribute file of a data set.
func (b *bench) attributes(ctx context.Context, name, of, templates string, args ...string) (string, error) {
	return b.once(name, func(path string) error {
		return b.do(ctx, slices.Concat([]string{b.path("tagger"), "features", "--features", templates}, args, []string{"--output", path, b.set(of)})...)
	})
}

// training compares L-BFGS on CoNLL-2000 with CRFsuite's.
func (b *bench) training(ctx context.Context) error {
	file, err := b.attributes(ctx, "CoNLL-2000.train.crfsuite", "conll2000/train.txt", "internal/accuracy/tutorial.txt")
	if err != nil {
		return err
	}
	if err := b.iterationTable(ctx, file); err != nil {
		return err
	}
	return b.optimumTable(ctx, file)
}

// iterationTable compares iterations from zero.
func (b *bench) iterationTable(ctx context.Context, file string) error {
	fmt.Fprintf(b.out, "\nCoNLL-2000, L-BFGS from zero, mean of %d iterations, the first included:\n\n", fromZero)
	fmt.Fprintln(b.out, "| round | CRFsuite, seconds | 1 thread | 2 threads | 1 thread, times as fast | 2 threads |")
	fmt.Fprintln(b.out, "|---|---:|---:|---:|---:|---:|")
	for k := range b.rounds {
		peer := 0.0
		if b.crfsuite != "" {
			_, list, err := b.learn(ctx, file, fromZero)
			if err != nil {
				return err
			}
			for _, it := range list {
				peer += it.seconds / float64(len(list))
			}
		}
		var own [2]float64
		for t := range own {
			_, list, err := b.train(ctx, file, t+1, 0, fromZero)
			if err != nil {
				return err
			}
			own[t] = list[len(list)-1].Seconds / float64(len(list))
		}
		fmt.Fprintf(b.out, "| %d | %.3f | %.3f | %.3f | %.1f | %.1f |\n", k+1, peer, own[0], own[1], peer/own[0], peer/own[1])
	}
	return nil
}

// optimumTable compares the time to an objective close to the optimum.
func (b *bench) optimumTable(ctx context.Context, file string) error {
	const warmUp = 7
	_, long, err := b.train(ctx, file, 2, warmUp, 200)
	if err != nil {
		return err
	}
	limit := long[len(long)-1].Objective * (1 + closeTo)
	need := 1 + slices.IndexFunc(long, func(s step) bool { return s.Objective <= limit })
	fmt.Fprintf(b.out, "\nCoNLL-2000, to within %g%% of the optimum, whole process. The best known objective is %.3f:\n\n", 100*closeTo, long[len(long)-1].Objective)
	fmt.Fprintln(b.out, "| program | steps | seconds | peak MB | objective | CRFsuite's whole run, multiple | CRFsuite to the same limit, multiple |")
	fmt.Fprintln(b.out, "|---|---:|---:|---:|---:|---:|---:|")
	var whole, same float64
	if b.crfsuite != "" {
		f, list, err := b.learn(ctx, file, 0)
		if err != nil {
			return err
		}
		// The time of the iterations is known, that of reading is the rest.
		whole, same = f.wall, f.wall
		k := slices.IndexFunc(list, func(it iteration) bool { return it.objective <= limit })
		for _, it := range list[k+1:] {
			same -= it.seconds
		}
		fmt.Fprintf(b.out, "| CRFsuite, own stop | %d | %.1f | %.0f | %.2f | 1 | |\n", len(list), f.wall, f.memory, list[len(list)-1].objective)
		fmt.Fprintf(b.out, "| CRFsuite, to the limit | %d | %.1f | | %.2f | | 1 |\n", k+1, same, list[k].objective)
	}
	for threads := 1; threads <= 2; threads++ {
		var list []figures
		var last step
		for range b.rounds {
			f, steps, err := b.train(ctx, file, threads, warmUp, need)
			if err != nil {
				return err
			}
			list, last = append(list, f), steps[len(steps)-1]
		}
		m := median(list, wall)
		fmt.Fprintf(b.out, "| tagger, threads: %d | %d | %.2f | %.0f | %.2f | %.1f | %.1f |\n", threads, need, m, median(list, memory), last.Objective, whole/m, same/m)
	}
	return nil
}

// labels compares passes with hundreds of labels.
func (b *bench) labels(ctx context.Context) error {
	file, err := b.attributes(ctx, "EWT.FEATS.crfsuite", "ud-ewt/train.conllu", "internal/speed/feats.txt", "--label", "FEATS")
	if err != nil {
		return err
	}
	fmt.Fprintln(b.out, "\nEWT FEATS, 230 labels, L-BFGS from zero, median time of an evaluation, without the first iteration:")
	fmt.Fprintln(b.out, "\n| round | CRFsuite, seconds | 1 thread | 2 threads | 1 thread, times as fast | 2 threads |")
	fmt.Fprintln(b.out, "|---|---:|---:|---:|---:|---:|")
	for k := range b.rounds {
		peer := 0.0
		if b.crfsuite != "" {
			_, list, err := b.learn(ctx, file, 4)
			if err != nil {
				return err
			}
			peer = median(list[1:], func(it iteration) float64 { return it.seconds / float64(it.trials) })
		}
		var own [2]float64
		for t := range own {
			_, list, err := b.train(ctx, file, t+1, 0, 10)
			if err != nil {
				return err
			}
			var each []float64
			for k := range list[1:] {
				each = append(each, list[k+1].Seconds-list[k].Seconds)
			}
			own[t] = median(each, func(v float64) float64 { return v })
		}
		fmt.Fprintf(b.out, "| %d | %.2f | %.3f | %.3f | %.1f | %.1f |\n", k+1, peer, own[0], own[1], peer/own[0], peer/own[1])
	}
	return nil
}

// growth compares training runs of 2 and 20 million tokens.
func (b *bench) growth(ctx context.Context) error {
	fmt.Fprintln(b.out, "\nCoNLL-2000 repeated with renamed words, two epochs of SGD and two iterations of L-BFGS, two threads:")
	fmt.Fprintln(b.out, "\n| tokens | seconds | CPU seconds | microseconds per token | CPU microseconds per token | peak MB | bytes per token |")
	fmt.Fprintln(b.out, "|---:|---:|---:|---:|---:|---:|---:|")
	for _, millions := range []int{2, 20} {
		tokens := 0
		path, err := b.once(fmt.Sprintf("growth%d.txt", millions), func(path string) error {
			return grow(path, b.set("conll2000/train.txt"), millions*1e6)
		})
		if err != nil {
			return err
		}
		if tokens, err = count(path); err != nil {
			return err
		}
		f, err := timed(ctx, nil, []string{b.path("tagger"), "train", "--quiet", "--threads", "2", "--scheme", "bio", "--features", "internal/accuracy/tutorial.txt",
			"--loss", "cross-entropy", "--l2", "1", "--tolerance", "0", "--warm-up", "2", "--epochs", "4", "--model", b.path("scratch.model"), path})
		if err != nil {
			return err
		}
		n := float64(tokens)
		fmt.Fprintf(b.out, "| %d | %.1f | %.1f | %.2f | %.2f | %.0f | %.0f |\n", tokens, f.wall, f.cpu, f.wall/n*1e6, f.cpu/n*1e6, f.memory, f.memory/n*(1<<20))
	}
	return nil
}

// grow writes copies of a CoNLL file until there are enough tokens. Every eight copies, words of
// more than four bytes get another ending, so that the number of words grows with the text.
func grow(path, of string, tokens int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for copy, n := 0, 0; n < tokens; copy++ {
		ending := ""
		if k := copy / 8; k > 0 {
			ending = string([]byte{byte('a' + k%26), byte('a' + k/26)})
		}
		err := eachLine(of, func(line string) error {
			word, rest, found := strings.Cut(line, " ")
			if found {
				n++
				if len(word) > 4 {
					word += ending
				}
				line = word + " " + rest
			}
			_, err := w.WriteString(line + "\n")
			return err
		})
		if err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

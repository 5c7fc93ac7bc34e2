package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/trellis-nlp/trellis/losses"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "encoder:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("encoder", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.loss, "loss", "cross-entropy", "what to minimise: "+strings.Join(losses.Names(), ", "))
	flags.IntVar(&o.epochs, "epochs", 15, "passes over the training sentences")
	flags.IntVar(&o.warm, "warm", 3, "passes with cross-entropy before a loss that wants a start")
	flags.IntVar(&o.batch, "batch", 16, "sentences in a batch")
	flags.IntVar(&o.threads, "threads", 0, "threads of the layer; 0 means all cores. Results do not depend on them")
	flags.IntVar(&o.sentences, "sentences", 120, "sentences to generate for training, and as many to score")
	flags.Uint64Var(&o.seed, "seed", 1, "of sentences, weights and order")
	flags.Float64Var(&o.rate, "rate", 0.01, "step size of Adam")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.epochs < 1 || o.warm < 0 || o.batch < 1 || o.sentences < 1 || !(o.rate > 0) {
		return fmt.Errorf("want flags only, and epochs, batch, sentences and rate above 0")
	}
	began := time.Now()
	g, sample, err := train(ctx, o, func(r report) {
		fmt.Fprintf(out, "epoch %2d  %s %9.4f  dev F1 %6.2f\n", r.epoch, r.loss, r.mean, 100*r.f1)
	})
	if err != nil {
		return err
	}
	results, err := g.evaluate(ctx, sample)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "training sentences: F1 %.2f; %.1f s\n", 100*results.F1, time.Since(began).Seconds())
	return nil
}

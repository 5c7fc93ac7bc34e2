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
	flags.StringVar(&o.loss, "loss", "cross-entropy", "loss to minimise: "+strings.Join(losses.Names(), ", "))
	flags.IntVar(&o.epochs, "epochs", 15, "passes over the training sentences")
	flags.IntVar(&o.warm, "warm", 3, "extra passes with cross-entropy first, for losses that need a good start")
	flags.IntVar(&o.batch, "batch", 16, "sentences per batch")
	flags.IntVar(&o.threads, "threads", 0, "threads of the layer; 0 means all cores (does not change the results)")
	flags.IntVar(&o.sentences, "sentences", 120, "number of training sentences to generate, and of development sentences")
	flags.Uint64Var(&o.seed, "seed", 1, "random seed of sentences, initial weights and order")
	flags.Float64Var(&o.rate, "rate", 0.01, "step size of Adam")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || o.epochs < 1 || o.warm < 0 || o.batch < 1 || o.sentences < 1 || !(o.rate > 0) {
		return errors.New("takes flags only; --epochs, --batch, --sentences and --rate must be positive, --warm must not be negative")
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

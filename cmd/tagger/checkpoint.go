package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/optimize"
)

// checkpointFlags say where a training is written down that can go on, and from where it goes on.
type checkpointFlags struct {
	path   string
	every  time.Duration
	resume string

	written bool // a checkpoint, by this training or the one that it goes on from
}

func (o *checkpointFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.path, "checkpoint", "", "write to this `file`, at the ends of steps, what --resume needs to go on")
	f.DurationVar(&o.every, "checkpoint-every", time.Minute, "`time` from one checkpoint to the next; 0 writes one after each step")
	f.StringVar(&o.resume, "resume", "", "go on from this checkpoint `file`; the other flags and the data must be those of the training that wrote it")
}

func (o *checkpointFlags) check(model string, changed func(flag string) bool) error {
	switch {
	case o.path == "-" || o.resume == "-":
		return wrongUsage("--checkpoint and --resume: want the name of a file")
	case changed("checkpoint-every") && o.path == "":
		return wrongUsage("--checkpoint-every: name the file with --checkpoint")
	case o.every < 0:
		return wrongUsage("--checkpoint-every %v: want a time that is not negative", o.every)
	case o.path == model:
		return wrongUsage("--checkpoint %s: that is the file of the model", model)
	case o.path == "":
		return nil
	}
	return safefile.Check(o.path)
}

// set puts the checkpoints into the options of training, and opens the one to go on from. The function that it
// returns closes that.
func (o *checkpointFlags) set(opts *crf.Options) (done func(), err error) {
	done = func() {}
	if o.resume != "" {
		f, err := os.Open(o.resume)
		if err != nil {
			return nil, err
		}
		opts.Resume = f
		done = func() { _ = f.Close() } // it was only read
	}
	if o.path != "" {
		opts.Checkpoints = &crf.Checkpoints{Every: o.every, Write: func(checkpoint func(io.Writer) error) error {
			done() // it may be the file that is about to be replaced
			err := safefile.Write(o.path, checkpoint)
			o.written = o.written || err == nil
			return err
		}}
	}
	return done, nil
}

// explain adds the file to the error of a checkpoint that does not fit.
func (o *checkpointFlags) explain(err error) error {
	if errors.Is(err, optimize.ErrCheckpoint) {
		return fmt.Errorf("--resume %s: %w", o.resume, err)
	}
	return err
}

// hint tells how to go on after an interrupt, if there is a checkpoint.
func (o *checkpointFlags) hint() string {
	if !o.written {
		return ""
	}
	return "; --resume " + o.path + " goes on"
}

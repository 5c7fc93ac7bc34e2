package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// An app is what the commands share: where to read and write.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	started        bool // the command line was understood, and a command runs
}

// run is the whole program: it runs the command line args and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		plainUsages(root)
	}
	root.SetArgs(append([]string{}, args...)) // never nil, which would mean those of the process
	cmd, err := root.ExecuteContextC(ctx)
	err = asFlags(err)
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case !a.started || errors.As(err, &usage):
		fmt.Fprintf(stderr, "tagger: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	case errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe):
		return exitFailed // the reader has gone and wants to hear no more
	case errors.Is(err, context.Canceled):
		err = errInterrupted
	}
	fmt.Fprintf(stderr, "tagger: %v\n", err)
	return exitFailed
}

// asFlags spells the options of an error as flags. An option that the library refuses is wrong usage; one that it
// refuses because of what is in a file has failed there.
func asFlags(err error) error {
	option, ok := errors.AsType[*trellis.OptionError](err)
	if !ok {
		return err
	}
	text := option.Spell(func(name string) string { return "--" + name })
	if err == error(option) {
		return wrongUsage("%s", text)
	}
	return &spelledError{err, strings.Replace(err.Error(), option.Error(), text, 1)}
}

// A spelledError is an error in the words of the command line.
type spelledError struct {
	error
	text string
}

func (e *spelledError) Error() string { return e.text }
func (e *spelledError) Unwrap() error { return e.error }

// warn tells the user what may be wrong, note what to know; neither ends a command.
func (a *app) warn(text string) { fmt.Fprintln(a.stderr, "tagger: warning:", text) }
func (a *app) note(text string) { fmt.Fprintln(a.stderr, "tagger: note:", text) }

// A usageError is a command line that makes no sense, rather than one that failed.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func wrongUsage(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tagger COMMAND",
		Short: "Label the tokens of sentences: parts of speech, chunks, names",
		Long: `tagger learns from sentences whose tokens have labels (parts of speech, chunks,
names), labels new sentences, and tells how well it does. It reads CoNLL columns,
CoNLL-U and CRFsuite attribute files.

The exit status is 0 if all was done, 1 if something failed (an interrupt too) and
2 if the usage was wrong.`,
		Example: `  tagger demo
  tagger train --model ner.model --dev dev.conll train.conll
  tagger tag --model ner.model text.conll > labelled.conll
  tagger eval --model ner.model test.conll`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return wrongUsage("a command is missing: train, tag, eval, inspect, tune, compare-losses, prune, import, export, features, split, convert, cluster or demo")
		},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetUsageFunc(printUsage)
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("tagger {{.Version}}\n")
	for _, c := range []*cobra.Command{a.trainCommand(), a.tagCommand(), a.evalCommand(), a.inspectCommand(), a.tuneCommand(), a.compareLossesCommand(), a.pruneCommand(),
		a.importCommand(), a.exportCommand(), a.featuresCommand(), a.clusterCommand(), a.splitCommand(), a.convertCommand(), a.demoCommand()} {
		c.DisableFlagsInUseLine = true
		work := c.RunE
		c.RunE = func(cmd *cobra.Command, args []string) error {
			a.started = true
			return work(cmd, args)
		}
		root.AddCommand(c)
	}
	return root
}

// complete makes the shell complete a flag's value to one of the choices.
func complete(c *cobra.Command, flag string, choices ...string) {
	// Only a flag that is not there makes this fail, which the test of all commands would show.
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

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
	"github.com/trellis-nlp/trellis/bulk"
	"github.com/trellis-nlp/trellis/internal/cli"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitRetry  = 75 // EX_TEMPFAIL of sysexits.h
)

// An app holds the standard streams of the commands.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	started        bool // the command line is valid, and a command runs
}

// run executes the command line args and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		cli.PlainUsages(root)
	}
	root.SetArgs(append([]string{}, args...)) // not nil, which would stand for the arguments of the process
	cmd, err := root.ExecuteContextC(ctx)
	err = asFlags(err)
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case !a.started || errors.As(err, &usage):
		fmt.Fprintf(stderr, "tagger: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	case errors.Is(err, bulk.ErrRetry):
		fmt.Fprintf(stderr, "tagger: %v\n", err)
		return exitRetry
	case errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe):
		return exitFailed // the reader of the output has gone
	case errors.Is(err, context.Canceled):
		err = errInterrupted
	}
	fmt.Fprintf(stderr, "tagger: %v\n", err)
	return exitFailed
}

// asFlags spells the options in the text of an error as flags. An option error that nothing wraps
// is wrong usage. A wrapped one depends on the content of a file, and is a failure.
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

// A spelledError is an error with options spelled as flags.
type spelledError struct {
	error
	text string
}

func (e *spelledError) Error() string { return e.text }
func (e *spelledError) Unwrap() error { return e.error }

// warn prints a warning, and note a remark. Neither ends the command.
func (a *app) warn(text string) { fmt.Fprintln(a.stderr, "tagger: warning:", text) }
func (a *app) note(text string) { fmt.Fprintln(a.stderr, "tagger: note:", text) }

// A usageError reports an invalid command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func wrongUsage(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tagger COMMAND",
		Short: "Train, apply and evaluate taggers: parts of speech, chunks, names",
		Example: `  tagger demo
  tagger train --model ner.model --dev dev.conll train.conll
  tagger tag --model ner.model text.conll > labelled.conll
  tagger eval --model ner.model test.conll`,
		Long:          helpOf("tagger"),
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return wrongUsage("name a command: %s", cli.OrList(commandNames(cmd)))
		},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetUsageFunc(cli.PrintUsage)
	root.SetFlagErrorFunc(cli.FlagError)
	root.SetVersionTemplate("tagger {{.Version}}\n")
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Basic commands", []*cobra.Command{a.trainCommand(), a.tagCommand(new(tagFlags)), a.bulkCommand(), a.evalCommand(), a.serveCommand(), a.demoCommand()}},
		{"Data and models", []*cobra.Command{a.inspectCommand(), a.explainCommand(), a.reportCommand(), a.checkCommand(), a.auditCommand(), a.selectCommand(), a.convertCommand(), a.tokenizeCommand(), a.splitCommand(), a.featuresCommand(),
			a.clusterCommand(), a.trainTokenizerCommand(), a.pruneCommand(), a.calibrateCommand(), a.importCommand(), a.exportCommand()}},
		{"Research", []*cobra.Command{a.tuneCommand(), a.curveCommand(), a.compareLossesCommand()}},
		{"", []*cobra.Command{a.docsCommand()}},
	} {
		if g.title != "" {
			root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		}
		for _, c := range g.commands {
			c.GroupID = g.title
			c.Long = helpOf(c.Name()) + c.Long
			c.DisableFlagsInUseLine = true
			work := c.RunE
			c.RunE = func(cmd *cobra.Command, args []string) error {
				a.started = true
				return work(cmd, args)
			}
			root.AddCommand(c)
		}
	}
	return root
}

// commandNames returns the names of the commands that belong to a group.
func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.GroupID != "" {
			names = append(names, c.Name())
		}
	}
	return names
}

// complete registers the choices of a flag for shell completion.
func complete(c *cobra.Command, flag string, choices ...string) {
	// Fails only for an unknown flag.
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

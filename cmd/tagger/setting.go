package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/tune"
)

// What tune tries where the user is silent.
const (
	tunedL2 = "0.01,0.1,1"
	drawnL2 = "0.001..10"
)

var tunedLosses = []string{"cross-entropy", "hinge", "perceptron"}

// tunedModel is the file that the line for the best settings names.
const tunedModel = "tuned.model"

// A setting is what tune varies. Penalties are 0 for optimizers that take none, and the scale for losses
// without a cost.
type setting struct {
	loss, optimizer string
	l1, l2, scale   float64
}

func (s setting) penalised() bool { return optimizerNamed(s.optimizer).penalty }
func (s setting) costly() bool    { return heeds(s.loss, "cost") }

// settle fills in what train would, and removes what it would not heed.
func (s *setting) settle() {
	if s.loss == "" {
		s.loss = cmp.Or(optimizerNamed(s.optimizer).loss, "cross-entropy")
	}
	if s.optimizer == "" {
		s.optimizer = defaultOptimizer(s.loss, s.l1)
	}
	if !s.penalised() {
		s.l1, s.l2 = 0, 0
	}
	if !s.costly() {
		s.scale = 0
	}
}

// stronger puts the stronger penalty first.
func stronger(a, b setting) int {
	return cmp.Or(cmp.Compare(b.l1, a.l1), cmp.Compare(b.l2, a.l2))
}

func (s setting) String() string {
	text := s.loss + " by " + s.optimizer
	if s.penalised() {
		text += fmt.Sprintf(", l2 %g, l1 %g", s.l2, s.l1)
	}
	if s.costly() {
		text += fmt.Sprintf(", cost scale %g", s.scale)
	}
	return text
}

// args are the flags by which train is told of s.
func (s setting) args() []string {
	args := []string{"--loss", s.loss, "--optimizer", s.optimizer}
	if s.penalised() {
		args = append(args, "--l2", number(s.l2))
	}
	if s.l1 != 0 {
		args = append(args, "--l1", number(s.l1))
	}
	if s.costly() && s.scale != 1 {
		args = append(args, "--cost-scale", number(s.scale))
	}
	return args
}

// heeds tells whether s makes use of a flag of train.
func (s setting) heeds(flag string) bool {
	kind := optimizerNamed(s.optimizer)
	switch flag {
	case "restarts":
		return !traits(s.loss).Convex
	case "warm-up":
		return kind.name == "lbfgs"
	case "batch-size":
		return !kind.batch
	case "rate":
		return kind.rate
	case "pa-c", "pa-variant":
		return kind.name == "pa"
	case "arow-gamma":
		return kind.name == "arow"
	}
	return heeds(s.loss, flag)
}

// settings lists what to try.
func (o *tuneFlags) settings() ([]setting, error) {
	if len(o.losses) == 0 {
		if o.losses = tunedLosses; len(o.optimizers) > 0 {
			o.losses = []string{""} // what each is made for
		}
	}
	if len(o.optimizers) == 0 {
		o.optimizers = []string{""}
	}
	if len(o.l2) == 0 {
		if o.l2 = strings.Split(tunedL2, ","); o.trials > 0 {
			o.l2 = []string{drawnL2}
		}
	}
	if len(o.l1) == 0 {
		o.l1 = []string{"0"}
	}
	if len(o.scales) == 0 {
		o.scales = []string{"1"}
	}
	space := tune.Space[setting]{
		Axes: []tune.Axis[setting]{
			tune.List(func(s *setting, v string) { s.loss = v }, o.losses...),
			tune.List(func(s *setting, v string) { s.optimizer = v }, o.optimizers...),
		},
		Settle: (*setting).settle,
	}
	for _, axis := range []struct {
		flag string
		list []string
		set  func(*setting, float64)
	}{
		{"l1", o.l1, func(s *setting, v float64) { s.l1 = v }},
		{"cost-scale", o.scales, func(s *setting, v float64) { s.scale = v }},
		{"l2", o.l2, func(s *setting, v float64) { s.l2 = v }},
	} {
		ranges, err := parseRanges(axis.flag, axis.list, o.trials > 0)
		if err != nil {
			return nil, err
		}
		space.Axes = append(space.Axes, tune.Numbers(axis.set, ranges...))
	}
	var list []setting
	var err error
	if o.trials > 0 {
		list, err = space.Sample(o.trials, o.train.seed)
	} else {
		list, err = space.Grid()
	}
	if err != nil {
		return nil, &usageError{err}
	}
	return list, nil
}

// parseRanges reads the value of a flag that lists numbers, and, where they can be drawn from, ranges.
func parseRanges(flag string, list []string, draw bool) ([]tune.Range, error) {
	var ranges []tune.Range
	for _, text := range list {
		lo, hi, isRange := strings.Cut(text, "..")
		if !isRange {
			hi = lo
		}
		var r tune.Range
		var err error
		if r.Lo, err = strconv.ParseFloat(lo, 64); err == nil {
			r.Hi, err = strconv.ParseFloat(hi, 64)
		}
		switch {
		case err != nil || !(r.Lo >= 0 && r.Hi <= math.MaxFloat64) || r.Lo > r.Hi || flag == "cost-scale" && r.Lo == 0:
			want := "not negative"
			if flag == "cost-scale" {
				want = "positive"
			}
			return nil, wrongUsage("--%s %s: want numbers that are %s, or ranges like 0.01..10", flag, text, want)
		case isRange && !draw:
			return nil, wrongUsage("--%s %s: say with --trials how many settings to draw from ranges", flag, text)
		case isRange && r.Lo == 0:
			return nil, wrongUsage("--%s %s: all orders of magnitude are as likely, so a range cannot start at 0; 0,0.001..%s is 0 or a range", flag, text, hi)
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

// A attempt is a setting as train's command line.
type attempt struct {
	args   []string // flags
	flags  trainFlags
	format corpus.Format
	err    error // why train would refuse them
}

// attempts passes the shared flags on to each setting. Its errors concern all settings.
func (o *tuneFlags) attempts(settings []setting) (map[setting]*attempt, error) {
	shared := make(map[string][]string) // what to pass on, by flag
	for _, name := range sharedFlags {
		flag := o.shared.Flag(name)
		if !flag.Changed {
			continue
		}
		if !slices.ContainsFunc(settings, func(s setting) bool { return s.heeds(name) }) {
			return nil, wrongUsage("--%s: none of the settings has any use for it; the first is %s", name, settings[0])
		}
		shared[name] = flagArgs(name, flag.Value)
	}
	attempts := make(map[setting]*attempt, len(settings))
	failed := 0
	for _, s := range settings {
		c := &attempt{args: s.args()}
		for _, name := range sharedFlags {
			if s.heeds(name) {
				c.args = append(c.args, shared[name]...)
			}
		}
		if c.err = c.parse(); c.err != nil {
			failed++
		}
		attempts[s] = c
	}
	if first := attempts[settings[0]]; failed == len(settings) {
		return nil, first.err
	}
	return attempts, nil
}

// flagArgs spells a flag of that value.
func flagArgs(name string, value interface{ String() string }) []string {
	switch v := value.(type) {
	case interface{ GetSlice() []string }: // given once for each item
		var args []string
		for _, item := range v.GetSlice() {
			args = append(args, "--"+name, item)
		}
		return args
	case interface{ IsBoolFlag() bool }:
		return []string{"--" + name + "=" + value.String()}
	}
	return []string{"--" + name, value.String()}
}

// parse reads the flags as train would.
func (c *attempt) parse() error {
	cmd := new(cobra.Command)
	c.flags.register(cmd)
	if err := cmd.ParseFlags(append([]string{"--model", tunedModel}, c.args...)); err != nil {
		return err
	}
	var err error
	c.format, err = c.flags.check(cmd.Flags().Changed)
	return err
}

// shellLine spells a command line for a shell.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for k, w := range words {
		quoted[k] = w
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
			quoted[k] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// plainRunes mean nothing to shells.
const plainRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%"

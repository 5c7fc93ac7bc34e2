package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/losses"
)

func TestWrongUsage(t *testing.T) {
	train := func(args ...string) []string {
		return append([]string{"train", "--model", t.TempDir() + "/m", "testdata/train.conll"}, args...)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no command":            {nil, "name a command: train, tag, bulk, eval, serve, demo"},
		"mistyped command":      {[]string{"trian"}, "Did you mean this?\n\ttrain"},
		"unknown flag":          {train("--lost", "hinge"), "unknown flag: --lost"},
		"no model":              {[]string{"train", "testdata/train.conll"}, `required flag(s) "model" not set`},
		"no file":               {[]string{"train", "--model", "m"}, "name at least one FILE"},
		"model on stdout":       {[]string{"train", "--model", "-", "testdata/train.conll"}, "--model: want the name of a file"},
		"dev from stdin":        {train("--dev", "-"), "--dev -"},
		"format":                {train("--format", "tsv"), "want auto, conll, conllu, crfsuite, doccano"},
		"loss":                  {train("--loss", "log"), "want one of cross-entropy, perceptron"},
		"optimizer":             {train("--optimizer", "newton"), "want one of lbfgs, owlqn"},
		"non-smooth, lbfgs":     {train("--loss", "hinge", "--optimizer", "lbfgs"), "this loss is not smooth"},
		"averaging a smooth":    {train("--loss", "risk", "--optimizer", "averaged-perceptron"), "the difference of two paths: perceptron or hinge"},
		"penalised perceptron":  {train("--loss", "perceptron", "--l2", "1"), "perceptron"},
		"pa with a smooth":      {train("--loss", "cross-entropy", "--optimizer", "pa"), "use the loss hinge"},
		"arow with perceptron":  {train("--loss", "perceptron", "--optimizer", "arow"), "use the loss hinge"},
		"bcfw and risk":         {train("--loss", "risk", "--optimizer", "bcfw"), "Frank-Wolfe needs a convex loss"},
		"bcfw without l2":       {train("--optimizer", "bcfw", "--l2", "0"), "needs L2"},
		"pa with l2":            {train("--optimizer", "pa", "--l2", "1"), "supports no penalty"},
		"sag with non-smooth":   {train("--loss", "hinge", "--optimizer", "sag"), "smooth and convex"},
		"bcfw from a model":     {train("--optimizer", "bcfw", "--init", "testdata/train.conll"), "bcfw must start from zero"},
		"pa-c without pa":       {train("--pa-c", "2"), "--pa-c belongs to --optimizer pa"},
		"pa-c":                  {train("--optimizer", "pa", "--pa-c", "0"), "--pa-c 0"},
		"pa-variant":            {train("--optimizer", "pa", "--pa-variant", "pa3"), "want one of pa, pa1, pa2"},
		"rate of arow":          {train("--optimizer", "arow", "--rate", "1"), "--rate: arow"},
		"sgd-l1 without l1":     {train("--optimizer", "sgd-l1"), "set --l1"},
		"l1 with adam":          {train("--optimizer", "adam", "--l1", "1"), "L1"},
		"l1 with lbfgs":         {train("--optimizer", "lbfgs", "--l1", "1"), "L1"},
		"negative l2":           {train("--l2", "-1"), "not negative"},
		"NaN":                   {train("--l2", "nan"), "not negative"},
		"epochs":                {train("--epochs", "0"), "--epochs 0"},
		"batch of all":          {train("--batch-size", "8"), "lbfgs uses all sentences"},
		"warm-up of sgd":        {train("--optimizer", "sgd", "--warm-up", "2"), "--warm-up belongs to --optimizer lbfgs"},
		"warm-up of all":        {train("--epochs", "5", "--warm-up", "5"), "--warm-up 5"},
		"batch size":            {train("--optimizer", "sgd", "--batch-size", "0"), "--batch-size 0"},
		"rate of lbfgs":         {train("--rate", "0.1"), "--rate: lbfgs"},
		"rate":                  {train("--optimizer", "sgd", "--rate", "-1"), "--rate -1"},
		"threads":               {train("--threads", "-1"), "--threads -1"},
		"min-count":             {train("--min-count", "-1"), "--min-count -1"},
		"patience":              {train("--dev", "testdata/dev.conll", "--patience", "-1"), "--patience -1"},
		"patience without dev":  {train("--patience", "3"), "name a file with --dev"},
		"cost of cross-entropy": {train("--loss", "cross-entropy", "--cost-scale", "2"), "cross-entropy has no cost; softmax-margin"},
		"cost of perceptron":    {train("--loss", "perceptron", "--cost", "entity"), "perceptron has no cost; hinge"},
		"weight, no cost":       {train("--loss", "cross-entropy", "--label-weight", "O=2"), "cross-entropy has no cost"},
		"cost scale 0":          {train("--loss", "hinge", "--cost-scale", "0"), "want a positive number"},
		"cost":                  {train("--loss", "hinge", "--cost", "f1"), "want one of hamming, boundary, entity"},
		"other cost's weight":   {train("--loss", "hinge", "--cost", "boundary", "--cost-fn", "2"), "--cost-fn belongs to --cost entity"},
		"negative cost":         {train("--loss", "hinge", "--cost", "entity", "--cost-fn", "-2"), "--cost-fn -2"},
		"gamma of hinge":        {train("--loss", "hinge", "--gamma", "2"), "--gamma: hinge"},
		"smoothing of hinge":    {train("--loss", "hinge", "--label-smoothing", "0.1"), "--label-smoothing: hinge does not support this regularisation; this is for cross-entropy"},
		"smoothing":             {train("--label-smoothing", "1"), "label smoothing 1"},
		"entropy":               {train("--entropy", "inf"), "weight +Inf of the entropy"},
		"margin of hinge":       {train("--loss", "hinge", "--margin", "2"), "this is for large-margin-softmax"},
		"margin 0":              {train("--loss", "large-margin-softmax", "--margin", "0"), "--margin 0: want 1 to 4"},
		"margin 5":              {train("--loss", "large-margin-softmax", "--margin", "5"), "margin 5: want 1 to 4"},
		"blend":                 {train("--loss", "large-margin-softmax", "--blend", "-1"), "blend -1"},
		"cost of sparsemap":     {train("--loss", "sparsemap", "--cost-scale", "2"), "this is for hinge, squared-hinge"},
		"curvature of ramps":    {train("--loss", "ramp2", "--optimizer", "lbfgs"), "this loss is not smooth"},
		"anneal what stays":     {train("--loss", "risk", "--gamma", "2", "--anneal-temperature", "4..1"), "either --anneal-temperature or --gamma"},
		"anneal no cost":        {train("--loss", "cross-entropy", "--anneal-cost", "0.1..1"), "cross-entropy has no cost"},
		"anneal no gamma":       {train("--loss", "hinge", "--anneal-temperature", "4..1"), "--anneal-temperature: hinge"},
		"anneal to nothing":     {train("--loss", "hinge", "--anneal-cost", "1..0"), "two positive numbers"},
		"anneal blend":          {train("--loss", "risk", "--anneal-blend", "10..1"), "this is for large-margin-softmax"},
		"anneal with memory":    {train("--loss", "softmax-margin", "--optimizer", "sag", "--anneal-cost", "0.1..1"), "which a schedule changes"},
		"anneal with warm-up":   {train("--loss", "softmax-margin", "--warm-up", "2", "--anneal-cost", "0.1..1"), "each stage starts from the previous one"},
		"angles by example":     {train("--loss", "large-margin-softmax", "--optimizer", "sgd"), "all weights of a label"},
		"supervision":           {train("--supervision", "none"), "--supervision none: want full, partial or soft"},
		"partial labels, hinge": {train("--supervision", "partial", "--loss", "hinge"), "hinge needs one known label per token"},
		"restarts":              {train("--loss", "risk", "--restarts", "-1"), "--restarts -1"},
		"restarts of convex":    {train("--restarts", "2"), "--restarts: cross-entropy is convex"},
		"gamma 0":               {train("--gamma", "0"), "--gamma 0"},
		"label weight":          {train("--loss", "hinge", "--label-weight", "O"), "want LABEL=W"},
		"weight of no label":    {train("--loss", "hinge", "--label-weight", "B-NONE=2"), `no label "B-NONE"`},
		"entity cost of tags":   {train("--loss", "hinge", "--cost", "entity", "--label", "2"), "labels that encode spans"},
		"nbest":                 {[]string{"tag", "--model", "m", "--nbest", "0"}, "--nbest 0"},
		"two models":            {[]string{"inspect", "a", "b"}, "name one MODEL"},
		"eval without file":     {[]string{"eval"}, "name at least one FILE"},
		"scheme":                {[]string{"eval", "--scheme", "biluo", "x"}, "want plain, iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes"},
		"two predictions":       {[]string{"eval", "--model", "m", "--predicted", "1", "x"}, "they come from the model"},
		"CoNLL-U, no model":     {[]string{"eval", "testdata/text.conllu"}, "name the --model"},
		"demo of something":     {[]string{"demo", "x"}, "unknown command"},
		"columns of attributes": {[]string{"train", "--model", t.TempDir() + "/m", "--label", "2", "testdata/train.crfsuite"}, "labels come first"},
		"templates for attributes": {
			[]string{"train", "--model", t.TempDir() + "/m", "--features", "pos", "testdata/train.crfsuite"}, "is an attribute file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", c.args...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Contains(t, o.errors, "--help' for usage.")
			assert.True(t, strings.HasPrefix(lastMessage(o.errors), "tagger: "), o.errors)
			assert.Empty(t, o.out)
		})
	}
}

// lastMessage returns the last error message with all that follows it.
func lastMessage(s string) string {
	k := strings.LastIndex(s, "tagger: ")
	return s[max(0, k):]
}

func TestHelp(t *testing.T) {
	for _, command := range []string{"", "train", "tune", "tag", "eval", "demo"} {
		args := []string{"--help"}
		if command != "" {
			args = []string{command, "--help"}
		}
		o := done(t, "", args...)
		assert.Contains(t, o.out, "Examples:\n  tagger ", command)
		for line := range strings.Lines(o.out) {
			assert.NotContains(t, line, "\t", "the width of tabs varies")
		}
		if command == "train" {
			for _, k := range losses.Kinds() {
				assert.Regexp(t, "(?m)^  "+k.Name+" +"+regexp.QuoteMeta(k.Brief)+"$", o.out)
			}
		}
	}
}

func TestCommandGroups(t *testing.T) {
	assert.Regexp(t, `(?s)\nBasic commands:\n  train +[^\n]*\n  tag +[^\n]*\n  bulk +[^\n]*\n  eval [^\n]*\n  serve [^\n]*\n  demo [^\n]*\n\nData and models:\n  inspect .*\nResearch:\n  tune `,
		done(t, "", "--help").out)
}

// The flags of each command are in small groups, the basic ones first.
func TestFlagGroups(t *testing.T) {
	for _, c := range new(app).rootCommand().Commands() {
		groups := cli.FlagGroups(c)
		for _, g := range groups {
			limit := 16
			if len(groups) == 1 {
				limit = 8
			}
			assert.LessOrEqual(t, len(g.Flags), limit, "%s: %s", c.Name(), g.Heading)
		}
		if len(groups) > 1 {
			assert.Equal(t, "Basic flags", groups[0].Heading, c.Name())
		}
	}
	out := done(t, "", "train", "--help").out
	for _, heading := range []string{"Basic flags", "Data", "Features", "Model", "Loss", "Optimizer", "Start and checkpoints"} {
		assert.Contains(t, out, "\n"+heading+":\n")
	}
	assert.Contains(t, done(t, "", "tune", "--help").out, "\nOptimizer:\n")
	assert.NotContains(t, done(t, "", "eval", "--help").out, "\nLoss:\n")
}

func TestFlagTexts(t *testing.T) {
	for _, c := range new(app).rootCommand().Commands() {
		for _, g := range cli.FlagGroups(c) {
			for _, f := range g.Flags {
				assert.NotRegexp(t, `default:|[.]$`, f.Usage, "%s %s", c.Name(), f.Spelling)
				assert.LessOrEqual(t, strings.Count(f.Usage, "(default"), 1, "%s %s", c.Name(), f.Spelling)
				assert.NotRegexp(t, ` (string|int|uint|float|strings|duration)$`, f.Spelling, "%s needs a placeholder", c.Name())
			}
		}
		for line := range strings.Lines(c.UsageString()) {
			if !strings.HasPrefix(line, "  tagger ") {
				assert.LessOrEqual(t, len(line), cli.Width+1, "%s: %s", c.Name(), line)
			}
		}
	}
	assert.Regexp(t, `(?m)^  -o, --output LIST +comma-separated`, done(t, "", "split", "--help").out)
	assert.Regexp(t, `(?m)^      --seed N +random seed N \(default 1\)$`, done(t, "", "split", "--help").out)
	assert.Regexp(t, `(?m)^      --in-order +do not shuffle[^(]*$`, done(t, "", "split", "--help").out)
}

func TestOIsTheOutputOfAllCommands(t *testing.T) {
	output := map[string]string{"train": "model"}
	for _, c := range new(app).rootCommand().Commands() {
		name := output[c.Name()]
		if name == "" {
			name = "output"
		}
		if f := c.Flag(name); f != nil {
			assert.Equal(t, "o", f.Shorthand, c.Name())
		}
		if f := c.Flags().ShorthandLookup("o"); f != nil {
			assert.Equal(t, name, f.Name, c.Name())
		}
		if c.Name() != "bulk" { // which writes several files
			assert.Nil(t, c.Flag("out"), c.Name())
		}
	}
}

func TestFlagsSayWhatTheyWant(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"int":         {[]string{"inspect", "--top", "x", "m"}, "tagger: --top x: want a whole number\n"},
		"seed":        {[]string{"eval", "--seed", "-1", "f"}, "tagger: --seed -1: want a whole number that is not negative\n"},
		"float":       {[]string{"tune", "--holdout", "half", "f"}, "tagger: --holdout half: want a number\n"},
		"list":        {[]string{"tune", "--loss", `"a"b`, "f"}, "tagger: --loss \"a\"b: want a comma-separated list\n"},
		"duration":    {[]string{"train", "--checkpoint-every", "soon", "--model", "m", "f"}, "tagger: --checkpoint-every soon: want a time such as 90s or 5m\n"},
		"setting":     {[]string{"train", "--epochs", "1.5", "--model", "m", "f"}, "tagger: --epochs 1.5: want a whole number\n"},
		"switch":      {[]string{"train", "--strip=x", "--model", "m", "f"}, "tagger: --strip x: want true or false\n"},
		"no packages": {[]string{"train", "--optimizer", "bcfw", "--l2", "0", "--model", "m", "f"}, "--optimizer bcfw: unsuitable penalty"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", c.args...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
		})
	}
}

func TestVersion(t *testing.T) {
	o := done(t, "", "--version")
	assert.Regexp(t, `^tagger .*go1\.\d+`, o.out)
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, done(t, "", "completion", shell).out, "tagger", shell)
	}
	o := done(t, "", "__complete", "train", "--loss", "")
	assert.Contains(t, o.out, "softmax-margin\n")
	require.NotContains(t, o.out, "README", "no files")
	for _, c := range new(app).rootCommand().Commands() {
		o := done(t, "", "__complete", c.Name(), "--")
		assert.Contains(t, o.out, "--", c.Name())
		assert.NotContains(t, o.out, "`", c.Name())
	}
}

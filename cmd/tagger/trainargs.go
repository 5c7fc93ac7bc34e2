package main

import (
	"reflect"
	"slices"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
)

// tunedModel is the model file in the command line for the best setting.
const tunedModel = "tuned.model"

// variedOptions are the settings that tune and compare-losses vary.
var variedOptions = []string{"loss", "optimizer", "l2", "l1", "cost-scale"}

// sharedOptions are the settings that tune passes to training unchanged.
var sharedOptions = []string{
	"features", "without", "label", "form", "pos", "format", "align", "layers",
	"span-labels", "document-element", "text-key", "tags-key", "label-names", "offsets",
	"clusters", "gazetteer", "vectors", "vectors-limit",
	"cost", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight", "gamma",
	"anneal-temperature", "anneal-cost", "entropy", "label-smoothing", "margin", "blend", "anneal-blend",
	"epochs", "warm-up", "tolerance", "batch-size", "rate", "pa-c", "pa-variant", "arow-gamma",
	"min-count", "tag-dictionary", "all-pairs", "dev", "patience", "seed", "restarts", "threads", "scheme", "normalize",
}

// trainArgs returns the arguments of tagger that train on files by a configuration of a study.
func trainArgs(c *trellis.Config, files []string) []string {
	args := []string{"train", "--model", tunedModel}
	for _, name := range slices.Concat(variedOptions, sharedOptions) {
		if c.IsSet(name) {
			args = append(args, flagArgs(c, name)...)
		}
	}
	if slices.ContainsFunc(files, func(name string) bool { return len(name) > 1 && name[0] == '-' }) {
		args = append(args, "--") // the files are not flags
	}
	return append(args, files...)
}

// flagArgs spells a setting as flags.
func flagArgs(c *trellis.Config, name string) []string {
	flag := "--" + name
	if name == "dev" {
		return []string{flag, c.Dev.Paths[0]}
	}
	var args []string
	switch v := reflect.ValueOf(c.Field(name)).Elem(); v.Kind() {
	case reflect.Slice: // one flag per item
		for _, item := range v.Seq2() {
			args = append(args, flag, item.String())
		}
		return args
	case reflect.Bool:
		return []string{flag + "=true"}
	default:
		return []string{flag, cli.NewValue(c.Field(name)).String()}
	}
}

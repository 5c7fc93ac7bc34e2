package main

import (
	"reflect"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
)

// An option describes the flag for a setting of training with the same name.
type option struct {
	name, usage string
	group       string   // heading in the help
	choices     []string // for shell completion
	bare        string   // value of the flag alone; "" means that it needs one
}

// registerOptions adds flags that set fields of c.
func registerOptions(cmd *cobra.Command, c *trellis.Config, options []option) {
	for _, o := range options {
		value := cli.NewValue(c.Field(o.name))
		flag := cmd.Flags().VarPF(value, o.name, "", o.usage)
		flag.Annotations = map[string][]string{cli.Group: {o.group}}
		if value.Type() == "bool" {
			flag.NoOptDefVal = "true"
		}
		if o.bare != "" {
			flag.NoOptDefVal = o.bare
		}
		if len(o.choices) > 0 {
			complete(cmd, o.name, o.choices...)
		}
	}
}

// overlay copies the settings with a flag on the command line from one configuration to another.
func overlay(flags *pflag.FlagSet, from, to *trellis.Config) {
	flags.Visit(func(f *pflag.Flag) {
		if field := to.Field(f.Name); field != nil {
			reflect.ValueOf(field).Elem().Set(reflect.ValueOf(from.Field(f.Name)).Elem())
		}
	})
}

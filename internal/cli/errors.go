package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wants describes the values that flags of a type accept.
var wants = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint": "a whole number that is not negative", "uint64": "a whole number that is not negative",
	"float": "a number", "float64": "a number", "duration": "a time such as 90s or 5m", "stringSlice": "a comma-separated list",
}

// FlagError says which values a flag accepts if the given one has the wrong type.
func FlagError(c *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		want := cmp.Or(wants[f.Value.Type()], invalid.Unwrap().Error())
		if complete, ok := c.GetFlagCompletionFunc(f.Name); ok {
			choices, _ := complete(c, nil, "")
			want = OrList(choices)
		}
		return fmt.Errorf("--%s %s: want %s", f.Name, invalid.GetValue(), want)
	}
	return err
}

// PlainUsages removes backquotes from the usages of flags, for shell completion, which would show
// them.
func PlainUsages(root *cobra.Command) {
	for _, c := range slices.Concat([]*cobra.Command{root}, root.Commands()) {
		c.Flags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
}

// OrList joins names as "a, b or c".
func OrList(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

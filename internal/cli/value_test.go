package cli

import (
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValues(t *testing.T) {
	var v struct {
		Text  string
		Open  *int
		Seed  uint64
		Rate  float64
		Every time.Duration
		Yes   bool
		Names []string
		Many  []float64
	}
	v.Many = []float64{1}
	for _, c := range []struct {
		field                  any
		sets                   []string
		before, after, typ, no string
	}{
		{&v.Text, []string{"a", "b"}, "", "b", "string", ""},
		{&v.Open, []string{"0"}, "", "0", "int", "1.5"},
		{&v.Seed, []string{"7"}, "", "7", "uint", "-1"},
		{&v.Rate, []string{"0.5"}, "", "0.5", "float", "half"},
		{&v.Every, []string{"90s"}, "", "1m30s", "duration", "soon"},
		{&v.Yes, []string{"true"}, "", "true", "bool", "perhaps"},
		{&v.Names, []string{"a,b", "c"}, "", "[a,b c]", "string", ""},
		{&v.Many, []string{"2,3", "4"}, "[1]", "[2 3 4]", "float", "2,x"},
	} {
		value := NewValue(c.field)
		assert.Equal(t, c.before, value.String())
		assert.Equal(t, c.typ, value.Type())
		for _, text := range c.sets {
			require.NoError(t, value.Set(text))
		}
		assert.Equal(t, c.after, value.String())
		if c.no != "" {
			assert.Error(t, value.Set(c.no), c.no)
		}
	}
}

// The help has a heading for each group, and errors name the values of a flag.
func TestUsageAndErrors(t *testing.T) {
	c := &cobra.Command{Use: "try"}
	c.Flags().Int("many", 0, "number `N` of tries")
	c.Flags().Lookup("many").Annotations = map[string][]string{Group: {"Basic flags"}}
	var when = 1
	c.Flags().Func("when", "`TIME` of a try", func(string) error { return assert.AnError })
	require.NoError(t, c.RegisterFlagCompletionFunc("when", cobra.FixedCompletions([]string{"now", "later", "never"}, 0)))
	c.Flags().Var(NewValue(&when), "number", "another `N`")
	assert.Equal(t, []FlagGroup{{"Basic flags", []FlagText{
		{"--many N", "number N of tries"}, {"--number N", "another N (default 1)"}, {"--when TIME", "TIME of a try"},
	}}}, FlagGroups(c))
	for flag, want := range map[string]string{
		"--many=x": "--many x: want a whole number", "--number=y": "--number y: want a whole number", "--when=z": "--when z: want now, later or never",
	} {
		assert.EqualError(t, FlagError(c, c.ParseFlags([]string{flag})), want)
	}
	assert.Equal(t, "one", OrList([]string{"one"}))
	assert.Equal(t, []string{"a bb", "ccc", "d"}, wrap("a bb  ccc d", 4))
}

func TestQuote(t *testing.T) {
	assert.Equal(t, `a '' 'b c' 'd'\''e' --x=1`, Quote([]string{"a", "", "b c", "d'e", "--x=1"}))
}

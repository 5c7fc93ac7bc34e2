package attrfile_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// Lines without a backslash use the fast path. A last attribute with a backslash forces the slow
// path, and the results are equal.
func TestPlainLinesMatchOthers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const alphabet = "\t\t\t::@ab1.-e 0x"
	read := func(line string) (attrfile.Items, attrfile.Warnings, string) {
		var it attrfile.Items
		r := attrfile.NewReader(strings.NewReader("O\tfirst\n"+line+"\n"), "")
		if err := r.Read(&it); err != nil {
			return it, r.Warnings(), err.Error()
		}
		return it, r.Warnings(), ""
	}
	failed, two := 0, 0
	for range 4_000 {
		line := ""
		for range 1 + rng.IntN(24) {
			line += alphabet[rng.IntN(len(alphabet)):][:1]
		}
		line += "\tz"
		plain, warnings, problem := read(line)
		other, otherWarnings, otherProblem := read(line + "\t\\\\")
		require.Equal(t, otherProblem, problem, "%q", line)
		if problem != "" {
			failed++
			continue
		}
		require.Equal(t, otherWarnings, warnings, "%q", line)
		require.Equal(t, other.Labels, plain.Labels, "%q", line)
		require.Equal(t, len(other.Attributes), len(plain.Attributes))
		for k, want := range other.Attributes {
			if k == len(other.Attributes)-1 && k > 0 {
				want = want[:len(want)-1] // without the attribute with the backslash
				two++
			}
			require.Equal(t, want, plain.Attributes[k], "%q", line)
		}
	}
	assert.Greater(t, failed, 100)
	assert.Greater(t, two, 2_000)
}

func TestAttributesOfABlockAreNotCopied(t *testing.T) {
	var b corpus.Block
	text := strings.Repeat("B\tw=a\tlen:12\nI\tw=c\tx\n\n", 100)
	require.NoError(t, attrfile.NewReader(strings.NewReader(text), "").Block(&b, len(text)))
	var r attrfile.Reader
	var it attrfile.Items
	n := 0
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		n = 0
		for r.Open(&b); r.Read(&it) == nil; n++ {
			if it.Labels[1] != "I" || it.Attributes[0][1] != (attrfile.Attribute{Name: "len", Value: 12}) || it.Attributes[1][0].Name != "w=c" {
				t.Fatal(it)
			}
		}
	}))
	assert.Equal(t, 100, n)
}

package lexicon

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flagsByString computes the flags of a gazetteer by strings. Time and memory grow with the square
// of the length of an entry.
func flagsByString(text string) (flags map[string]uint32, entries int) {
	flags = make(map[string]uint32)
	for line := range strings.Lines(text) {
		words := strings.FieldsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r == ' ' })
		if len(words) == 0 {
			continue
		}
		spelt := strings.Join(words, " ")
		folded := string(appendLower(nil, spelt))
		if flags[folded]&entryFolded == 0 {
			entries++
		}
		flags[spelt] |= entrySpelt
		flags[folded] |= entryFolded
		for k := range len(folded) {
			if folded[k] == ' ' {
				flags[folded[:k]] |= entryOngoing
			}
		}
	}
	return flags, entries
}

// The table of a gazetteer equals, byte for byte, the table of the prefixes of its entries.
func TestPhrasesMatchStrings(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	vocabulary := []string{"New", "new", "NEW", "York", "york", "a", "É", "é", "\xff", "İ"}
	for range 200 {
		var text strings.Builder
		for range 1 + rng.IntN(12) {
			for range rng.IntN(6) {
				text.WriteString(vocabulary[rng.IntN(len(vocabulary))] + strings.Repeat(" ", rng.IntN(3)))
			}
			text.WriteString("\n")
		}
		text.WriteString("new\n")
		flags, entries := flagsByString(text.String())
		want, err := newTableOf(flags)
		require.NoError(t, err)
		g := gazetteer(t, text.String())
		require.Equal(t, want, g.table, "%q", text.String())
		require.Equal(t, entries, g.Len(), "%q", text.String())
	}
}

// Lower-casing is idempotent, on which phrases relies.
func TestLowerIsIdempotent(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		lower := appendLower(nil, string(r))
		require.Equal(t, lower, appendLower(nil, string(lower)), "%U", r)
	}
}

// The time for an entry is linear in its words. It was quadratic, and 100,000 words took 5.7 s.
func TestLongEntry(t *testing.T) {
	var entry strings.Builder
	for k := range 100_000 {
		fmt.Fprintf(&entry, "%d ", k)
	}
	began := time.Now()
	g := gazetteer(t, entry.String()+"\n")
	assert.Less(t, time.Since(began), 3*time.Second)
	assert.Equal(t, 1, g.Len())
	assert.Equal(t, 100_000, len(g.table.keys))
	words := strings.Fields(entry.String())
	found := g.Matches(words)
	assert.Equal(t, []string{"B", "I", "E"}, []string{found[0], found[1], found[len(words)-1]})
}

func BenchmarkReadGazetteer(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000, 10_000, 100_000} {
		var text strings.Builder
		for k := range 100_000 {
			fmt.Fprintf(&text, "W%d", k)
			text.WriteString(map[bool]string{true: "\n", false: " "}[(k+1)%n == 0])
		}
		b.Run(fmt.Sprintf("%d words an entry", n), func(b *testing.B) {
			for b.Loop() {
				gazetteer(b, text.String())
			}
		})
	}
}

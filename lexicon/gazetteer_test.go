package lexicon

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

func gazetteer(t testing.TB, text string) *Gazetteer {
	t.Helper()
	g, err := ReadGazetteer("places", strings.NewReader(text), "places.txt")
	require.NoError(t, err)
	return g
}

func TestGazetteer(t *testing.T) {
	g := gazetteer(t, "\uFEFFNew York\r\nYork\tcity\t7\n\n  New   York City Hall \nRome\nITALY\nitaly\nMay Day\n\tonly what does not count\n")
	assert.Equal(t, 6, g.Len())
	for _, tt := range []struct{ sentence, want string }{
		{"", ""},
		{"we saw Rome .", "- - S -"},
		{"ROME and rome", "s - s"},
		{"Italy ITALY italy", "s S S"},
		{"New York", "B E"},
		{"new York", "b e"},
		{"New York City", "B E -"},
		{"New York City Hall", "B I I E"},
		{"New York City hall", "b i i e"},
		{"New York York", "B E S"},
		{"New New York", "- B E"},
		{"york city hall", "s - -"},
		{"May", "-"},
		{"May may day Day", "- b e -"},
	} {
		var got []string
		for _, p := range g.Matches(strings.Fields(tt.sentence)) {
			if p == "" {
				p = "-"
			}
			got = append(got, p)
		}
		assert.Equal(t, tt.want, strings.Join(got, " "), tt.sentence)
	}
	assert.Equal(t, []string{"before", "S"}, g.Reader()([]string{"before"}, []string{"Rome"}))
	assert.Equal(t, []string{"B", "E"}, g.Matches([]string{"New York City", "Hall"}), "a word with blanks counts as several")
}

// The definition: the longest entry, from left to right, with words compared in lower case.
func TestGazetteerByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	words := []string{"a", "A", "b", "B", "c"}
	draw := func(most int) []string {
		list := make([]string, 1+rng.IntN(most))
		for k := range list {
			list[k] = words[rng.IntN(len(words))]
		}
		return list
	}
	for range 300 {
		spelt, folded := make(map[string]bool), make(map[string]bool)
		var text strings.Builder
		for range 1 + rng.IntN(6) {
			entry := strings.Join(draw(4), " ")
			spelt[entry], folded[strings.ToLower(entry)] = true, true
			text.WriteString(entry + "\n")
		}
		sentence := draw(12)
		var want []string
		for t := 0; t < len(sentence); {
			n := 0
			for k := t + 1; k <= len(sentence); k++ {
				if folded[strings.ToLower(strings.Join(sentence[t:k], " "))] {
					n = k - t
				}
			}
			places := map[int]string{0: "", 1: "S"}[n]
			if n > 1 {
				places = "B" + strings.Repeat("I", n-2) + "E"
			}
			if !spelt[strings.Join(sentence[t:t+n], " ")] {
				places = strings.ToLower(places)
			}
			if n == 0 {
				want, n = append(want, ""), 1
			} else {
				want = append(want, strings.Split(places, "")...)
			}
			t += n
		}
		require.Equal(t, want, gazetteer(t, text.String()).Matches(sentence), "%q in %q", sentence, text.String())
	}
}

func TestReadGazetteerErrors(t *testing.T) {
	read := func(text string) error {
		_, err := ReadGazetteer("places", strings.NewReader(text), "places.txt")
		return err
	}
	require.ErrorIs(t, read("\n \n\tx\n"), ErrEmpty)
	var at *corpus.ParseError
	require.ErrorAs(t, read("Rome\nOs\x00lo\n"), &at)
	assert.Equal(t, "places.txt:2: binary data", at.Error())
	require.ErrorAs(t, read("Rome\n"+strings.Repeat("x", maxEntry+1)), &at)
	assert.Equal(t, 2, at.Line)
	require.ErrorIs(t, at, corpus.ErrTooLong)
	_, err := ReadGazetteer("my places", strings.NewReader("Rome\n"), "")
	require.ErrorIs(t, err, ErrName)
	failed := errors.New("failed")
	_, err = ReadGazetteer("places", iotest.ErrReader(failed), "places.txt")
	require.ErrorIs(t, err, failed)
	assert.ErrorContains(t, err, "places.txt")
}

// An entry is found in a sentence that consists of the entry.
func FuzzReadGazetteer(f *testing.F) {
	for _, seed := range []string{"New York\nYork\n", "\uFEFFa\tb\r\n", "É é\n", "\xff \xfe\n", " \n", "a\x00", "İ\n", strings.Repeat("a ", 99)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ReadGazetteer("places", strings.NewReader(text), "places.txt")
		if err != nil {
			return
		}
		line, _, _ := strings.Cut(strings.TrimPrefix(text, "\uFEFF"), "\n")
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\r"), "\t")
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' })
		places := g.Matches(words)
		require.Len(t, places, len(words))
		if len(words) > 0 {
			// A longer entry may have the same beginning, but does not fit in the sentence.
			want := "S"
			if len(words) > 1 {
				want = "B" + strings.Repeat("I", len(words)-2) + "E"
			}
			require.Equal(t, want, strings.Join(places, ""), fmt.Sprintf("%q", line))
		}
	})
}

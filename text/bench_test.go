package text

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkCut(b *testing.B) {
	f, err := os.Open("../../shared/data/ud-ewt/test.conllu")
	if err != nil {
		b.Skip("the shared data are absent")
	}
	defer f.Close()
	ref, err := ReadReference(f, "test.conllu", -1)
	require.NoError(b, err)
	for _, name := range []string{"rules", "rules:en,hyphens", "space"} {
		b.Run(name, func(b *testing.B) {
			t, err := New(name)
			require.NoError(b, err)
			var s Splitter
			s.Tokenizer = t
			var cuts []Cut
			b.SetBytes(int64(len(ref.Text)))
			for b.Loop() {
				for start := 0; start < len(ref.Text); {
					end := paragraphEnd(ref.Text, start)
					cuts = t.Cut(cuts[:0], ref.Text[start:end])
					start = end
				}
			}
		})
	}
	b.Run("split", func(b *testing.B) {
		var s Splitter
		s.Tokenizer, _ = New("rules:en,hyphens")
		var d []Sentence
		b.SetBytes(int64(len(ref.Text)))
		for b.Loop() {
			d = s.Split(d[:0], ref.Text)
		}
	})
}

package lexicon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
)

func classes(t testing.TB, text string) *Classes {
	t.Helper()
	c, err := cluster.Read(strings.NewReader(text), "test")
	require.NoError(t, err)
	l, err := NewClasses("cluster", c)
	require.NoError(t, err)
	return l
}

func TestClasses(t *testing.T) {
	l := classes(t, "0010\tdog\t3\n0010\tcat\t2\n011\tRome\t2\n1\tthe\t9\n110\trome\t1\n")
	assert.Equal(t, 5, l.Len())
	assert.Equal(t, 4, l.Classes())
	for word, want := range map[string]string{
		"dog": "0010", "cat": "0010", "Rome": "011", "rome": "110", "ROME": "110", "The": "1", "": "", "bird": "", "\xff": "",
	} {
		assert.Equal(t, want, l.Class(word), "%q", word)
	}
	read := l.Reader()
	assert.Equal(t, []string{"before", "1", "0010", ""}, read([]string{"before"}, []string{"The", "dog", "barks"}))
}

// In a large list every word has its class, and no other word has one.
func TestClassesOfManyWords(t *testing.T) {
	var b strings.Builder
	for k := range 3000 {
		fmt.Fprintf(&b, "w%d c%d\n", k, k%17)
	}
	l := classes(t, b.String())
	assert.Equal(t, 17, l.Classes())
	for k := range 3000 {
		require.Equal(t, fmt.Sprint("c", k%17), l.Class(fmt.Sprint("w", k)))
		require.Empty(t, l.Class(fmt.Sprint("v", k)))
	}
}

func TestNewClassesErrors(t *testing.T) {
	empty, err := cluster.Read(strings.NewReader("\n"), "test")
	require.NoError(t, err)
	_, err = NewClasses("c", empty)
	require.ErrorIs(t, err, ErrEmpty)
	for _, name := range []string{"", "1a", "a b", "é", "a,b", "-a", "a]"} {
		_, err = NewClasses(name, empty)
		require.ErrorIs(t, err, ErrName, "%q", name)
	}
}

// The default templates read the column. They have prefixes only if classes are paths.
func TestTemplates(t *testing.T) {
	for _, tt := range []struct {
		lexicon Lexicon
		word    string
		want    []string
	}{
		{classes(t, "0010\tdog\t3\n0010110\tcat\t2\n"), "cat", []string{
			"u:cluster-4=0010", "u:cluster-6=001011", "u:cluster=0010110"}},
		{gazetteer(t, "Rome\n"), "Rome", []string{"u:places[0]=S", "u:places~[0]=s"}},
		{gazetteer(t, "Rome\n"), "Oslo", nil},
		{classes(t, "dog animal\ncat animal\n"), "Dog", []string{"u:cluster=animal"}},
	} {
		templates, err := features.Parse(strings.NewReader(tt.lexicon.Templates()), "", features.DialectTrellis)
		require.NoError(t, err)
		assert.True(t, templates.Reads(tt.lexicon.Name()))
		p, err := templates.Bind(1, map[string]int{"form": 0}, tt.lexicon)
		require.NoError(t, err)
		e := p.NewExtractor()
		e.Reset(features.Rows{{tt.word}})
		var got []string
		for _, a := range e.Unigrams(0) {
			got = append(got, string(a))
		}
		assert.Equal(t, tt.want, got)
	}
}

func TestReadersAllocateNothing(t *testing.T) {
	words := []string{"The", "dog", "SAW", "Rome", "Ärzte"}
	for _, l := range lexicons(t) {
		read := l.Reader()
		fields := read(nil, words)
		assert.Zero(t, testing.AllocsPerRun(100, func() { fields = read(fields[:0], words) }), l.Kind())
	}
}

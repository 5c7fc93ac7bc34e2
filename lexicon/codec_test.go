package lexicon

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lexicons has one lexicon of each kind.
func lexicons(t testing.TB) []Lexicon {
	return []Lexicon{
		classes(t, "0010\tdog\t3\n0010\tcat\t2\n011\tRome\t2\n1\tthe\t9\n"),
		classes(t, "dog animal\n"),
		vectors(t, "dog 1 2.5\nnew -1 0\n"),
		gazetteer(t, "New York\nYork\nnew york city\nRome\n"),
	}
}

func sectionsOf(l Lexicon) map[string][]byte {
	m := make(map[string][]byte)
	for _, s := range Sections(l) {
		m[s.Name] = s.Data
	}
	return m
}

func TestDecode(t *testing.T) {
	words := []string{"the", "dog", "saw", "New", "York", "ROME", "New"}
	for _, l := range lexicons(t) {
		got, err := Decode(sectionsOf(l))
		require.NoError(t, err)
		assert.Equal(t, l, got)
		assert.Equal(t, l.Reader()(nil, words), got.Reader()(nil, words))
		assert.Equal(t, sectionsOf(l), sectionsOf(got))
	}
}

// For any sections, decoding returns an error or a usable lexicon.
func use(t testing.TB, sections map[string][]byte) {
	l, err := Decode(sections)
	if err != nil {
		require.ErrorIs(t, err, ErrDamaged)
		return
	}
	words := []string{"the", "dog", "New", "York"}
	require.Len(t, l.Reader()(nil, words), len(words))
	if v, ok := l.(*Vectors); ok {
		for _, w := range words {
			v.Vector(w)
		}
	}
}

func TestDecodeDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, l := range lexicons(t) {
		whole := sectionsOf(l)
		for _, name := range slices.Sorted(maps.Keys(whole)) {
			for n := range whole[name] {
				part := maps.Clone(whole)
				part[name] = whole[name][:n]
				_, err := Decode(part)
				require.ErrorIs(t, err, ErrDamaged, "%s cut to %d bytes", name, n)
				for range 8 {
					changed := maps.Clone(whole)
					changed[name] = bytes.Clone(whole[name])
					changed[name][n] = byte(rng.IntN(256))
					use(t, changed)
				}
			}
			longer := maps.Clone(whole)
			longer[name] = append(bytes.Clone(whole[name]), make([]byte, 8)...)
			_, err := Decode(longer)
			require.ErrorIs(t, err, ErrDamaged, "%s with trailing bytes", name)
		}
	}
	_, err := Decode(nil)
	require.ErrorIs(t, err, ErrDamaged)
	_, err = Decode(map[string][]byte{secHead: appendString(nil, "thesaurus")})
	require.ErrorIs(t, err, ErrDamaged)
	_, err = Decode(map[string][]byte{secHead: append(appendString(appendString(nil, "thesaurus"), "name"), 0)})
	require.ErrorContains(t, err, "thesaurus")
}

func FuzzDecode(f *testing.F) {
	for _, l := range lexicons(f) {
		s := sectionsOf(l)
		f.Add(s[secHead], s[secHomes], s[secKeys], s[secNumbers], s[secRows])
	}
	f.Fuzz(func(t *testing.T, head, homes, keys, numbers, rows []byte) {
		use(t, map[string][]byte{secHead: head, secHomes: homes, secKeys: keys, secNumbers: numbers, secRows: rows})
	})
}

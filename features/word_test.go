package features

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// valueOf expands u:<macro> for a sentence of one word and drops the "u:". It returns "-" if there
// is no attribute.
func valueOf(t require.TestingT, macro, word string) string {
	re, err := Parse(strings.NewReader("u:"+macro), "t", DialectTrellis)
	require.NoError(t, err)
	program, err := re.Bind(1, map[string]int{"form": 0})
	require.NoError(t, err)
	e := program.NewExtractor()
	e.Reset(Rows{{word}})
	attrs := e.Unigrams(0)
	if len(attrs) == 0 {
		return "-"
	}
	return string(attrs[0][2:])
}

func TestWordMacros(t *testing.T) {
	for _, tt := range []struct{ macro, word, want string }{
		// the table of docs/reference/templates.md
		{"%x[0,form] %l[0,form] %d[0,form] %D[0,form]", "McNeil-42", "McNeil-42 mcneil-42 McNeil-00 mcneil-00"},
		{"%p[0,form,3] %s[0,form,3] %P[0,form,3] %S[0,form,3]", "McNeil-42", "McN -42 mcn -42"},
		{"%h[0,form] %H[0,form] %k[0,form] %k[0,form,mixed]", "McNeil-42", "XxXxxx-00 XxXx-0 mixed mixed"},
		{"%t[0,form,\"\\d$\"] %m[0,form,\"^\\u\\l*\\u\"] %X[0,form]", "McNeil-42", "true McN mcneil-42"},

		{"%p[0,form,1]", "word", "w"},
		{"%p[0,form,4]", "word", "word"},
		{"%p[0,form,5]", "word", "-"},
		{"%p[0,form,1]", "", "-"},
		{"%p[0,form,2]", "Éà!", "Éà"},
		{"%p[0,form,2]", "\xff\xfea", "\xff\xfe"},
		{"%P[0,form,2]", "ÉÀ!", "éà"},
		{"%P[0,form,9]", "ÉÀ!", "-"},
		{"%s[0,form,1]", "word", "d"},
		{"%s[0,form,4]", "word", "word"},
		{"%s[0,form,5]", "word", "-"},
		{"%s[0,form,2]", "aÉà", "Éà"},
		{"%s[0,form,2]", "a\xff\xfe", "\xff\xfe"},
		{"%S[0,form,3]", "NAÏF", "aïf"},
		{"%S[0,form,5]", "NAÏF", "-"},
		{"%l[0,form]", "Straße ÅΣЖ 12", "straße åσж 12"},
		{"%l[0,form]", "A\xffB\ufffd", "a\xffb\ufffd"},
		{"%X[0,form]", "AÉz", "aÉz"},
		{"%d[0,form]", "B2b-٣४", "B0b-00"},
		{"%D[0,form]", "B2B-٣É\xff", "b0b-0é\xff"},
		{"%h[0,form]", "Ab-12", "Xx-00"},
		{"%h[0,form]", "U.S.", "X.X."},
		{"%h[0,form]", "Éà漢½\xff’", "Xxc0\xff’"},
		{"%h[0,form]", "食べる", "chh"},
		{"%h[0,form]", "Ｔシャツ々ー", "Xkkkck"},
		{"%h[0,form]", "ﾒｰﾙ", "kkk"},
		{"%h[0,form]", "한국어", "ooo"},
		{"%h[0,form]", "كَتَبَ١٢", "ooo00"}, // vowels are marks
		{"%h[0,form]", "Ёлка-Ω", "Xxxx-X"},
		{"%h[0,form]", "e\u0301a", "xx"},
		{"%h[0,form]", "ǅ", "X"},
		{"%h[0,form]", "", ""},
		{"%H[0,form]", "Aabb--12", "Xx-0"},
		{"%H[0,form]", "U.S.A", "X.X.X"},
		{"%H[0,form]", "XxXx", "XxXx"},
		{"%H[0,form]", "e\u0301a", "x"},
		{"%H[0,form]", "\xff\xff\xfe", "\xff"},
		{"%k[0,form]", "--", "punct"},
		{"%k[0,form]", "", "punct"},
		{"%k[0,form]", "3,000", "number"},
		{"%k[0,form]", "½", "number"},
		{"%k[0,form]", "NATO-2", "caps"},
		{"%k[0,form]", "A", "capital"},
		{"%k[0,form]", "'Twas", "capital"},
		{"%k[0,form]", "iPhone", "mixed"},
		{"%k[0,form]", "McNeil", "mixed"},
		{"%k[0,form]", "the", "lower"},
		{"%k[0,form]", "漢字", "caseless"},
		{"%k[0,form]", "العربية", "caseless"},
		{"%k[0,form]", "١٢٫٥", "number"},
		{"%k[0,form]", "。", "punct"},
		{"%k[0,form]", "МОСКВА", "caps"},
		{"%k[0,form]", "Αθήνα", "capital"},
		{"%S[0,form,3]", "ΑΘΉΝΑ", "ήνα"},
		{"%P[0,form,2]", "ＡＢ", "ａｂ"},
		{"%k[0,form,capital]", "Ab", "capital"},
		{"%k[0,form,capital]", "'Twas", "capital"},
		{"%k[0,form,capital]", "aB", "-"},
		{"%k[0,form,caps]", "AB", "caps"},
		{"%k[0,form,caps]", "A", "-"},
		{"%k[0,form,caps]", "ABc", "-"},
		{"%k[0,form,mixed]", "iPod", "mixed"},
		{"%k[0,form,mixed]", "Ipod", "-"},
		{"%k[0,form,digit]", "B2", "digit"},
		{"%k[0,form,digit]", "B", "-"},
		{"%k[0,form,number]", "3,000", "number"},
		{"%k[0,form,number]", "B2", "-"},
		{"%k[0,form,hyphen]", "a–b", "hyphen"},
		{"%k[0,form,hyphen]", "a_b", "-"},
		{"%k[0,form,period]", "a.b", "period"},
		{"%k[0,form,period]", "ab", "-"},
		{"%k[0,form,punct]", "...", "punct"},
		{"%k[0,form,punct]", ".a", "-"},
		{"%t[0,form,\"\\d\"]/%T[0,form,\"x\"]", "a1", "true/false"},
		{"%m[0,form,\"^..\"]/%M[0,form,\"^..\"]", "ABc", "AB/ab"},
		{"%m[0,form,\"x\"]|%M[0,form,\"x\"]", "AB", "|"},
		{"a%x[0,form]/%s[0,form,3]b", "AB", "-"}, // if one macro does not apply, the whole line yields nothing
	} {
		assert.Equal(t, tt.want, valueOf(t, tt.macro, tt.word), "%s of %q", tt.macro, tt.word)
	}
}

func TestAffixesAgreeWithRunes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.String().Draw(t, "word")
		n := rapid.IntRange(1, 6).Draw(t, "n")
		runes := []rune(word)
		p, okP := prefix(word, n)
		s, okS := suffix(word, n)
		require.Equal(t, len(runes) >= n, okP)
		require.Equal(t, len(runes) >= n, okS)
		if okP {
			require.Equal(t, string(runes[:n]), p)
			require.Equal(t, string(runes[len(runes)-n:]), s)
		}
	})
}

func TestShapeRuns(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("aabXÉ漢1½--'.\u0301")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		word := word.Draw(t, "word")
		shape := []rune(string(appendShape(nil, word, false)))
		require.Equal(t, string(slices.Compact(shape)), string(appendShape(nil, word, true)))
	})
}

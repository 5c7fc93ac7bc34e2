package features

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func bind(t testing.TB, source string, d Dialect) *Program {
	t.Helper()
	program, err := parse(t, source, d).Bind(2, map[string]int{"form": 0, "pos": 1})
	require.NoError(t, err)
	return program
}

// join copies attributes, as "a|b".
func join(attrs [][]byte) string {
	var s []string
	for _, a := range attrs {
		s = append(s, string(a))
	}
	return strings.Join(s, "|")
}

func words(s string) Rows {
	var rows Rows
	for _, w := range strings.Fields(s) {
		rows = append(rows, []string{w, strings.ToUpper(w)})
	}
	return rows
}

func TestOutsideTheSentence(t *testing.T) {
	for _, tt := range []struct {
		dialect  Dialect
		template string
		want     []string // at each token of "a b c"
	}{
		{DialectCRFPP, "U:%x[-1,0]", []string{"U:_B-1", "U:a", "U:b"}},
		{DialectCRFPP, "U:%x[-8,0]", []string{"U:_B-8", "U:_B-7", "U:_B-6"}},
		{DialectCRFPP, "U:%x[-5,0]/%x[1,1]", []string{"U:_B-5/B", "U:_B-4/C", "U:_B-3/_B+1"}},
		{DialectCRFPP, "U:%x[8,0]", []string{"U:_B+6", "U:_B+7", "U:_B+8"}},
		{DialectWapiti, "u:%x[-1,0]", []string{"u:_x-1", "u:a", "u:b"}},
		{DialectWapiti, "u:%x[-5,0]", []string{"u:_x-#", "u:_x-4", "u:_x-3"}},
		{DialectWapiti, "u:%x[-6,0]", []string{"u:_x-#", "u:_x-#", "u:_x-4"}},
		{DialectWapiti, "u:%x[+6,0]", []string{"u:_x+4", "u:_x+#", "u:_x+#"}},
		{DialectWapiti, "u:%x[1048576,0]", []string{"u:_x+#", "u:_x+#", "u:_x+#"}},
		{DialectWapiti, "u:%X[-1,1]", []string{"u:_x-1", "u:a", "u:b"}},
		{DialectWapiti, `u:%t[1,0,"^_x\p\d$"]`, []string{"u:false", "u:false", "u:true"}},
		{DialectWapiti, `u:%m[1,0,".?.?$"]`, []string{"u:b", "u:c", "u:+1"}},
		{DialectWapiti, "u:%x[@1,0]/%x[@3,0]", []string{"u:a/c", "u:a/c", "u:a/c"}},
		{DialectWapiti, "u:%x[@-1,0]/%x[@-3,0]", []string{"u:c/a", "u:c/a", "u:c/a"}},
		{DialectWapiti, "u:%x[@0,0]/%x[@-4,0]", []string{"u:_x-1/_x-1", "u:_x-1/_x-1", "u:_x-1/_x-1"}},
		{DialectWapiti, "u:%x[@4,0]/%x[@9,0]", []string{"u:_x+1/_x+#", "u:_x+1/_x+#", "u:_x+1/_x+#"}},
		{DialectTrellis, "u:%l[-1,form]", []string{"u:_x-1", "u:a", "u:b"}},
		{DialectTrellis, "u:%h[-1,pos]/%H[1,pos]", []string{"u:_x-1/X", "u:X/X", "u:X/_x+1"}},
		{DialectTrellis, "u:%d[-1,0]%D[-1,1]%k[-1,1]", []string{"u:_x-1_x-1_x-1", "u:aacapital", "u:bbcapital"}},
		{DialectTrellis, "u:%p[-1,0,1]", []string{"", "u:a", "u:b"}},
		{DialectTrellis, "u:%P[-1,1,1]", []string{"", "u:a", "u:b"}},
		{DialectTrellis, "u:%s[1,0,1]%S[1,1,1]", []string{"u:bb", "u:cc", ""}},
		{DialectTrellis, "u:%k[1,pos,capital]", []string{"u:capital", "u:capital", ""}},
		{DialectTrellis, "u:%x[-1,0]%p[@9,0,1]", []string{"", "", ""}},
	} {
		t.Run(tt.template, func(t *testing.T) {
			e := bind(t, tt.template, tt.dialect).NewExtractor()
			e.Reset(words("a b c"))
			require.Equal(t, 3, e.Len())
			for i, want := range tt.want {
				assert.Equal(t, want, join(e.Unigrams(i)), "token %d", i)
			}
		})
	}
}

func TestKindsAndOrder(t *testing.T) {
	e := bind(t, "b:%x[0,0]\nu:%x[0,0]\n*:%x[-1,0]\nu:%x[0,0]\nb\n*:c\nu\nb:%x[0,0]\n", DialectWapiti).NewExtractor()
	e.Reset(words("x y"))
	assert.Equal(t, "u:x|*:_x-1|u:x|*:c|u", join(e.Unigrams(0)))
	assert.Equal(t, "", join(e.Bigrams(0)))
	assert.Equal(t, "u:y|*:x|u:y|*:c|u", join(e.Unigrams(1)))
	assert.Equal(t, "b:y|*:x|b:y", join(e.Bigrams(1)))
}

func TestUnigramsAndBigramsDoNotShareMemory(t *testing.T) {
	e := bind(t, "*:%x[0,0]", DialectWapiti).NewExtractor()
	e.Reset(words("x y"))
	unigrams, bigrams := e.Unigrams(0), e.Bigrams(1)
	assert.Equal(t, "*:x", join(unigrams))
	assert.Equal(t, "*:y", join(bigrams))
	assert.Equal(t, cap(unigrams[0]), len(unigrams[0]), "an append by the caller must not reach the next attribute")
}

func TestNoTokens(t *testing.T) {
	e := bind(t, "u:%x[0,0]", DialectWapiti).NewExtractor()
	assert.Zero(t, e.Len())
	assert.Panics(t, func() { e.Unigrams(0) })
	e.Reset(words("a"))
	assert.Panics(t, func() { e.Unigrams(1) })
	assert.Panics(t, func() { e.Bigrams(-1) })
	e.Reset(Rows(nil))
	assert.Panics(t, func() { e.Bigrams(0) })
}

// The expansion agrees with a direct implementation of the rules, whatever sentence came before.
func TestTokenMacrosAgainstRules(t *testing.T) {
	outsideName := func(d Dialect, distance int, sign string) string {
		if d == DialectCRFPP {
			return fmt.Sprintf("_B%s%d", sign, distance)
		}
		if distance > 4 {
			return "_x" + sign + "#"
		}
		return fmt.Sprintf("_x%s%d", sign, distance)
	}
	word := rapid.StringMatching(`[a-zA-Z0-9é]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]Dialect{DialectCRFPP, DialectWapiti, DialectTrellis}).Draw(t, "dialect")
		offsets := rapid.SliceOfN(rapid.IntRange(-8, 8), 1, 4).Draw(t, "offsets")
		columns := rapid.SliceOfN(rapid.IntRange(0, 1), len(offsets), len(offsets)).Draw(t, "columns")
		first := "u"
		if d == DialectCRFPP {
			first = "U"
		}
		source := first
		for i := range offsets {
			source += fmt.Sprintf(":%%x[%d,%d]", offsets[i], columns[i])
		}
		templates, err := Parse(strings.NewReader(source), "", d)
		require.NoError(t, err)
		program, err := templates.Bind(2, nil)
		require.NoError(t, err)
		e := program.NewExtractor()
		for range 3 {
			var rows Rows
			for range rapid.IntRange(0, 6).Draw(t, "tokens") {
				rows = append(rows, []string{word.Draw(t, "form"), word.Draw(t, "pos")})
			}
			e.Reset(rows)
			for at := range rows {
				want := first
				for i := range offsets {
					switch token := at + offsets[i]; {
					case token < 0:
						want += ":" + outsideName(d, -token, "-")
					case token >= len(rows):
						want += ":" + outsideName(d, token-len(rows)+1, "+")
					default:
						want += ":" + rows[token][columns[i]]
					}
				}
				require.Equal(t, want, join(e.Unigrams(at)))
			}
		}
	})
}

func TestExtractorAllocatesNothing(t *testing.T) {
	program := bind(t, `u:%x[0,form]
u:%m[0,0,".?.?$"]/%T[-1,0,"\d"]
u:%h[0,0]/%k[1,0]/%D[-1,0]
u:%s[0,0,2]
*:%x[-1,pos]/%x[0,pos]
b`, DialectTrellis)
	e := program.NewExtractor()
	rows := words("Colourless green ideas sleep furiously in 1957 , 漢字 said É.")
	var sentence Sequence = rows // here, for the conversion allocates
	attributes := 0
	extract := func() {
		e.Reset(sentence)
		for t := range rows {
			attributes += len(e.Unigrams(t)) + len(e.Bigrams(t))
		}
	}
	extract()
	require.Greater(t, attributes, 4*len(rows))
	assert.Zero(t, testing.AllocsPerRun(50, extract))
}

func TestProgramIsConcurrent(t *testing.T) {
	templates, err := Preset("ner")
	require.NoError(t, err)
	program, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
	require.NoError(t, err)
	sentence := words("the cat sat on Mats 12 times")
	all := func() string {
		e := program.NewExtractor()
		e.Reset(sentence)
		s := ""
		for i := range sentence {
			s += join(e.Unigrams(i)) + "\n"
		}
		return s
	}
	want := all()
	got := make([]string, 4)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = all() })
	}
	wg.Wait()
	for i := range got {
		assert.Equal(t, want, got[i])
	}
}

func BenchmarkExtract(b *testing.B) {
	rows := words("He reckons the current account deficit will narrow to only 1.8 billion in September .")
	var sentence Sequence = rows
	for _, name := range PresetNames() {
		b.Run(name, func(b *testing.B) {
			templates, err := Preset(name)
			require.NoError(b, err)
			program, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
			require.NoError(b, err)
			e := program.NewExtractor()
			b.ReportAllocs()
			for b.Loop() {
				e.Reset(sentence)
				for t := range rows {
					e.Unigrams(t)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/token")
		})
	}
}

package features

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// hashed returns the fingerprints of attributes from their strings.
func hashed(h *fingerprint.Hasher, attrs [][]byte) []uint64 {
	var prints []uint64
	for _, a := range attrs {
		prints = append(prints, h.Of(a))
	}
	return prints
}

// requirePrints compares the fingerprints of a sentence with those of its strings.
func requirePrints(t require.TestingT, h *fingerprint.Hasher, e *Extractor, f *Fingerprinter, rows Sequence) {
	e.Reset(rows)
	remembered := make(map[[3]int][]uint64)
	for range 2 { // the second time, words are cached
		f.Reset(rows)
		require.Equal(t, rows.Len(), f.Len())
		requireParts(t, f, remembered)
	}
	for i := range rows.Len() {
		unigrams, bigrams := f.Unigrams(i), f.Bigrams(i) // the second must not disturb the first
		require.Equal(t, hashed(h, e.Unigrams(i)), append([]uint64(nil), unigrams...), "token %d of %q", i, rows)
		require.Equal(t, hashed(h, e.Bigrams(i)), append([]uint64(nil), bigrams...), "token %d of %q", i, rows)
	}
}

// requireParts compares local and joint attributes with all attributes, and serial numbers with
// words.
func requireParts(t require.TestingT, f *Fingerprinter, remembered map[[3]int][]uint64) {
	for i := range f.Len() {
		want := slices.Clone(f.Unigrams(i))
		got := slices.Clone(f.NonLocal(i))
		for c := range f.Columns() {
			low, high := f.Offsets(c)
			for offset := low; offset < high; offset++ {
				at := i + offset
				require.True(t, -f.Margin() <= at && at < f.Len()+f.Margin())
				local := slices.Clone(f.Local(at, c, offset))
				got = append(got, local...)
				m := f.CachedWord(at, c)
				require.NotZero(t, m.Serial)
				require.Less(t, m.Slot, f.Slots())
				key := [3]int{c, offset, int(m.Serial)}
				if before, ok := remembered[key]; ok {
					require.Equal(t, before, local)
				}
				remembered[key] = local
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, want, got)
	}
}

func drawRows(t *rapid.T, columns int) Rows {
	field := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.,é-]{0,6}`),
		rapid.SampledFrom([]string{"", "the", "The", "IBM", "1,957.50", "U.S.", "İstanbul", "ǅ", "漢字", "\xff", "e\u0301",
			"\xe6\xbc", "\ufffd", "٣-bit"}),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rows := make(Rows, rapid.IntRange(0, 12).Draw(t, "tokens"))
	for i := range rows {
		rows[i] = rapid.SliceOfN(field, columns, columns).Draw(t, "fields")
	}
	return rows
}

func TestPrintsMatchStrings(t *testing.T) {
	var many strings.Builder // more than a row has room for
	for i := range 3 * maxWidth {
		fmt.Fprintf(&many, "u%d:%%x[%d,0]/%%x[%d,0]\n", i, i%4, i%7-3)
		fmt.Fprintf(&many, "u%dz:%%x[%d,0]z\nb%d:%%x[@1,0]/%d%%s[0,0,1]\n", i, i%5-2, i, i)
	}
	sources := []struct {
		name, source string
		dialect      Dialect
	}{
		{"crf++", `U00:%x[-2,0]
U01:%x[-8,1]/%x[8,0]
# c
U02:%x[0,0]%x[0,0]+
U
U03:%x[1,0]/x
B01:%x[-1,1]/%x[0,0]
B02:%x[0,1]
B`, DialectCRFPP},
		{"wapiti", `u:%x[0,0]
u:%x[-7,0]
u:%X[@1,1]/%x[@-1,0]
u:%x[@9,0]
u:%x[@-9,0]
u:%x[1048576,0]
*:%m[0,0,"^.?.?"]%t[-1,1,"\u"]z
u:%M[1,0,"..$"]
u:%T[0,1,"^a"]
b:%x[-1,0]/%x[0,0]/%x[1,0]
b
*:q
u`, DialectWapiti},
		{"trellis", `u:%p[0,0,1]/%P[0,0,2]
u:%s[-1,0,3]
u:%S[1,0,255]
u:%l[0,0]
u:%d[0,0]
u:%D[0,1]
u:%D[0,0]%d[0,0]
u:%h[0,0]/%H[-1,0]
u:%k[-6,0]
u:%k[0,0,caps]/%x[6,0]
*:%k[0,1,punct]
b:%s[@2,0,2]/%p[-1,1,4].
u:%s[0,0,1]
u:%s[0,0,1]
u:%s[0,0,2]
u:%x[0,0]`, DialectTrellis},
		{"many of one macro", many.String(), DialectTrellis},
		{"without macros", "u:bias\nb:x\n", DialectTrellis},
		{"never outside", "u:%s[-3,0,1]\nu:%p[@-2,0,2]\n", DialectTrellis},
	}
	for _, name := range PresetNames() {
		source, err := PresetSource(name)
		require.NoError(t, err)
		sources = append(sources, struct {
			name, source string
			dialect      Dialect
		}{name, source, DialectTrellis})
	}
	for _, tt := range sources {
		t.Run(tt.name, func(t *testing.T) {
			program := bind(t, tt.source, tt.dialect)
			e, fs := program.NewExtractor(), make([]*Fingerprinter, 2)
			for base := range fs {
				fs[base] = program.NewFingerprinter(base) // kept, so that words are cached
			}
			rapid.Check(t, func(t *rapid.T) {
				base := rapid.IntRange(0, len(fs)-1).Draw(t, "base")
				requirePrints(t, fingerprint.NewHasher(base), e, fs[base], drawRows(t, 2))
			})
		})
	}
}

func TestPrintsOfRandomTemplates(t *testing.T) {
	macros := []string{"x[%d,%d]", "X[%d,%d]", "l[%d,%d]", "d[%d,%d]", "D[%d,%d]", "h[%d,%d]", "H[%d,%d]", "k[%d,%d]",
		"k[%d,%d,digit]", "p[%d,%d,1]", "P[%d,%d,2]", "s[%d,%d,2]", "S[%d,%d,3]", "x[@%d,%d]", `t[%d,%d,"\d"]`,
		`M[%d,%d,"\w*\p"]`}
	h := fingerprint.NewHasher(0)
	rapid.Check(t, func(t *rapid.T) {
		var source strings.Builder
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			source.WriteString(rapid.SampledFrom([]string{"u", "b", "*"}).Draw(t, "first"))
			for range rapid.IntRange(0, 3).Draw(t, "macros") {
				source.WriteString(rapid.StringMatching(`[a-z/]{0,3}`).Draw(t, "literal"))
				macro := rapid.SampledFrom(macros).Draw(t, "macro")
				fmt.Fprintf(&source, "%%"+macro, rapid.IntRange(-6, 6).Draw(t, "offset"), rapid.IntRange(0, 1).Draw(t, "column"))
			}
			source.WriteString(rapid.SampledFrom([]string{"\n", "é\n"}).Draw(t, "end"))
		}
		templates, err := Parse(strings.NewReader(source.String()), "", DialectTrellis)
		require.NoError(t, err)
		program, err := templates.Bind(2, nil)
		require.NoError(t, err)
		requirePrints(t, h, program.NewExtractor(), program.NewFingerprinter(0), drawRows(t, 2))
	})
}

// Any template on any sentence. The text is split at blanks.
func FuzzPrints(f *testing.F) {
	for _, source := range []string{
		"U00:%x[-1,0]/%x[0,1]\nU1%x[8,0]z\nB%x[0,0]\n", "u:%m[0,0,\"^.?\\p$\"]\n*:%X[@-1, +1]b\r\nb",
		"?u:%s[0,pos,3]\nu:%S[-9,0,2]%P[0,0,1]",
		"u:%k[0,form,caps]%D[-1,form]\nu:%h[0,0]/%H[0,0]/%k[0,0]", "u%x[0,0]%x[0,0]%x[0,0]\nu%x[0,0]\n*",
	} {
		for d := DialectAuto; d <= DialectTrellis; d++ {
			f.Add(source, int(d), "Colourless IBM 1,957.5 the the \xff\xe6\xbc é漢字 ǅ e\u0301")
		}
	}
	h := fingerprint.NewHasher(3)
	f.Fuzz(func(t *testing.T, source string, dialect int, text string) {
		templates, err := Parse(strings.NewReader(source), "f", Dialect(dialect))
		if err != nil {
			return
		}
		program, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
		if err != nil {
			return
		}
		var rows Rows
		fields := strings.Split(text, " ")
		for i := range fields {
			rows = append(rows, []string{fields[i], fields[len(fields)-1-i]})
		}
		e, p := program.NewExtractor(), program.NewFingerprinter(3)
		requirePrints(t, h, e, p, rows)
		requirePrints(t, h, e, p, rows[:len(rows)/2]) // cached words with other neighbours
	})
}

// Words with colliding hashes are distinguished: 80 of each length, all of them twice.
func TestPrintsOfManyWords(t *testing.T) {
	program := bind(t, "u:%x[0,0]\nu:%s[0,0,2]/%x[1,0]", DialectTrellis)
	e, f, h := program.NewExtractor(), program.NewFingerprinter(0), fingerprint.NewHasher(0)
	for range 2 {
		for length := range cachedBytes + 3 {
			var rows Rows
			for i := range 80 {
				s := []byte(strings.Repeat("x", length))
				for j := 0; j < length && i > 0; j, i = j+1, i/8 {
					s[(j*7+3)%length] = byte('a' + i%8)
				}
				rows = append(rows, []string{string(s), ""})
			}
			requirePrints(t, h, e, f, rows)
		}
	}
}

// Evicted words yield the same as cached words, also within a sentence.
func TestWordCacheEviction(t *testing.T) {
	program := bind(t, `u:%x[0,0]
u:%l[0,0]
u:%s[0,0,1]
u:%S[0,0,2]
u:%p[0,0,1]
u:%P[0,0,2]
u:%h[0,0]
u:%k[0,0]
u:-%x[-1,0]
u:-%s[-1,0,1]
u:-%k[-1,0]
u:%x[-1,0]/%x[0,0]
u:%x[0,0]/%k[1,0]`, DialectTrellis)
	e, stays, f, h := program.NewExtractor(), program.NewFingerprinter(0), program.NewFingerprinter(0), fingerprint.NewHasher(0)
	require.Positive(t, f.caches[0].rest, "numbers that are kept apart")
	f.caches[0].mask = 0
	long := strings.Repeat("long", 10)
	rapid.Check(t, func(t *rapid.T) {
		var rows Rows
		for _, word := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "to", "words", "", long}), 0, 12).Draw(t, "words") {
			rows = append(rows, []string{word, ""})
		}
		stays.Reset(rows)
		f.Reset(rows)
		for at := -f.Margin(); at < f.Len()+f.Margin(); at++ {
			for offset := -1; offset < 1; offset++ {
				require.Equal(t, slices.Clone(stays.Local(at, 0, offset)), f.Local(at, 0, offset), "%d%+d of %q", at, offset, rows)
			}
		}
		requirePrints(t, h, e, f, rows)
	})
}

// The word cache does not keep memory of the caller, who may change it between two sentences.
func TestWordCacheCopiesWords(t *testing.T) {
	program := bind(t, "u:%x[0,0]", DialectTrellis)
	f, h := program.NewFingerprinter(0), fingerprint.NewHasher(0)
	for _, word := range []string{"cat", "dog", "cat", "dog"} {
		f.Reset(Rows{{word, ""}})
		assert.Equal(t, []uint64{h.OfString("u:" + word)}, f.Unigrams(0))
	}
}

func TestFingerprinterOutOfRange(t *testing.T) {
	program := bind(t, "u:%x[0,0]", DialectWapiti)
	f := program.NewFingerprinter(0)
	assert.Zero(t, f.Len())
	assert.Panics(t, func() { f.Unigrams(0) })
	f.Reset(words("a"))
	assert.Panics(t, func() { f.Unigrams(1) })
	assert.Panics(t, func() { f.Bigrams(-1) })
	assert.Panics(t, func() { program.NewFingerprinter(-1) })
	assert.Panics(t, func() { program.NewFingerprinter(16) })
}

func TestFingerprinterAllocatesNothing(t *testing.T) {
	program := bind(t, `u:%x[0,form]
u:%m[0,0,".?.?$"]/%T[-1,0,"\d"]
u:%h[0,0]/%k[1,0]/%D[-1,0]
u:%s[0,0,2]
*:%x[-1,pos]/%x[0,pos]
b`, DialectTrellis)
	f := program.NewFingerprinter(0)
	rows := words("Colourless green ideas sleep furiously in 1957 , 漢字 said É. to " + strings.Repeat("long", 20))
	var sentence Sequence = rows // here, for the conversion allocates
	attributes := 0
	extract := func() {
		f.Reset(sentence)
		for t := range rows {
			attributes += len(f.Unigrams(t)) + len(f.Bigrams(t))
		}
	}
	extract()
	require.Greater(t, attributes, 4*len(rows))
	assert.Zero(t, testing.AllocsPerRun(50, extract))
}

// Strings compared with fingerprints, on real text.
func BenchmarkCorpus(b *testing.B) {
	for _, bb := range []struct {
		preset, data string
		columns      map[string]int
	}{
		{"pos", "ud-ewt/test.conllu", map[string]int{"form": 1}},
		{"chunk", "conll2000/test.txt", map[string]int{"form": 0, "pos": 1}},
		{"ner", "conll2000/test.txt", map[string]int{"form": 0, "pos": 1}},
	} {
		name := shared(b, append([]string{"data"}, strings.Split(bb.data, "/")...)...)
		templates, err := Preset(bb.preset)
		require.NoError(b, err)
		tokens := 0
		var data []Sequence
		for _, rows := range sentences(b, name) {
			rows = slices.DeleteFunc(rows, func(fields []string) bool { return fields[0] == "#" })
			data = append(data, rows)
			tokens += len(rows)
		}
		program, err := templates.Bind(2, bb.columns)
		require.NoError(b, err)
		run := func(kind string, sentence func(Sequence)) {
			b.Run(bb.preset+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for _, seq := range data {
						sentence(seq)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
			})
		}
		e, f := program.NewExtractor(), program.NewFingerprinter(0)
		run("strings", func(seq Sequence) {
			e.Reset(seq)
			for t := range e.Len() {
				e.Unigrams(t)
			}
		})
		run("prints", func(seq Sequence) {
			f.Reset(seq)
			for t := range f.Len() {
				f.Unigrams(t)
			}
		})
	}
}

package segment

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// sentences are training data for tests: a sentence a line, a space between tokens, and "+" before
// a word within a surface token, "_" for no space after the token.
const sentences = `
Anna lives in Oslo_ .
She does+n't ski_ .
He said_ : _" Go home_ ! _"
Is it far_ ? No_ , it is+n't_ .
Mr. Smith paid $_ 5 for the well_ -_ known book_ .
They met at 5_ pm on Monday_ .
We do+n't know_ ... Maybe not_ !
Dr. Jones ca+n't come_ . Why_ ?
I did+n't see Mr. Jones_ . He was+n't in_ .
See the map_ (_ page 3_ )_ .
The cat sat_ . The dog ran_ . The bird flew_ .
Do you like tea_ ? I like tea_ . You like milk_ .
`

// reference returns the reference of sentences in the notation above. Each line is a paragraph, and
// a token with a capital behind a stop starts a sentence.
func reference(lines string) *text.Reference {
	r := new(text.Reference)
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		first := true
		if r.Text != "" {
			r.Text += "\n\n"
		}
		for k, field := range strings.Fields(line) {
			field = strings.TrimPrefix(field, "_")
			form, glued := strings.CutSuffix(field, "_")
			words := strings.Split(form, "+")
			form = strings.Join(words, "")
			if k > 0 {
				last := r.Tokens[len(r.Tokens)-1].Form
				first = strings.Contains(".?!...", last) && form[0] >= 'A' && form[0] <= 'Z'
			}
			r.Tokens = append(r.Tokens, text.ReferenceToken{Form: form, Words: words, First: first, Para: k == 0, Spaced: !glued})
			r.Text += form
			if !glued {
				r.Text += " "
			}
		}
	}
	return r
}

// small returns a tokenizer that has learned the sentences.
var small = sync.OnceValue(func() *Model {
	r := reference(sentences)
	m, err := Train(context.Background(), []*text.Reference{r}, Options{MinCount: 1, Threads: 1})
	if err != nil {
		panic(err)
	}
	return m
})

// show returns the tokens of a text with spaces between them, "+" before the words within a surface
// token, and " / " between sentences.
func show(m text.Tokenizer, s string) string {
	var b strings.Builder
	for n, sentence := range text.Split(m, s).Sentences {
		if n > 0 {
			b.WriteString(" / ")
		}
		for k, token := range sentence.Tokens {
			switch {
			case token.Inside:
				b.WriteByte('+')
			case k > 0:
				b.WriteByte(' ')
			}
			b.WriteString(token.Text)
		}
	}
	return b.String()
}

func TestTrain(t *testing.T) {
	m := small()
	assert.Equal(t, "learned", m.Name())
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \n ", ""},
		{"Anna lives in Oslo. She doesn't ski.", "Anna lives in Oslo . / She does+n't ski ."},
		{"Dr. Smith didn't see the dog.", "Dr. Smith did+n't see the dog ."},
		{"The cat ran.\n\nwhy?", "The cat ran . / why ?"},
		{"Anna\u00a0\tlives ", "Anna lives"},
	} {
		assert.Equal(t, c.want, show(m, c.text), "%q", c.text)
	}
}

func TestTrainLearnsWhatRulesDoNotDo(t *testing.T) {
	r, err := text.ReadSeparated(strings.NewReader(strings.Repeat("ab|cde|ab|f\nf|ab|ab|cde\ncde|f|f|ab\n", 5)), "x", "|")
	require.NoError(t, err)
	m, err := Train(context.Background(), []*text.Reference{r}, Options{Threads: 1})
	require.NoError(t, err)
	assert.Equal(t, "f cde ab cde f", show(m, "fcdeabcdef"))
}

// A gold token with white space within lets the model keep such tokens whole.
func TestTokensWithSpaces(t *testing.T) {
	line := "ha| |noi| |10 000| |xe\nxe| |20 000| |ha\n"
	r, err := text.ReadSeparated(strings.NewReader(strings.Repeat(line, 10)), "x", "|")
	require.NoError(t, err)
	m, err := Train(context.Background(), []*text.Reference{r}, Options{Threads: 1})
	require.NoError(t, err)
	sentence := text.Split(m, "noi  30 000  xe").Sentences[0]
	require.Len(t, sentence.Tokens, 3)
	assert.Equal(t, "30 000", sentence.Tokens[1].Text)
	assert.Equal(t, "noi 30 000 xe", show(saved(t, m), "noi 30 000 xe"))
}

func TestTrainErrors(t *testing.T) {
	ctx := context.Background()
	_, err := Train(ctx, nil, Options{})
	assert.ErrorContains(t, err, "no tokens")
	r := reference("Anna lives_ .")
	_, err = Train(ctx, []*text.Reference{r}, Options{Rules: "magic"})
	assert.ErrorContains(t, err, `unknown tokenizer "magic"`)
	for given, want := range map[string]string{
		"Anna ":         `expected token 2, "lives"`,
		"Anna loves.":   `found "loves.", expected token 2, "lives"`,
		"Anna lives. X": `found "X", expected its end after token 3`,
	} {
		bad := *r
		bad.Text = given
		_, err = Train(ctx, []*text.Reference{&bad}, Options{})
		assert.ErrorContains(t, err, want)
		_, err = Train(ctx, []*text.Reference{r}, Options{Dev: &bad})
		assert.ErrorContains(t, err, "development data: ")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = Train(ended, []*text.Reference{r}, Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestTrainEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m, err := Train(ctx, []*text.Reference{reference(sentences)}, Options{Progress: func(p model.Progress) {
		if p.Number == 3 {
			cancel()
		}
	}})
	assert.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m)
	assert.NotEmpty(t, show(m, "Anna lives."))
}

func TestDevelopmentDataChooseTheWeights(t *testing.T) {
	r := reference(sentences)
	scored := 0
	m, err := Train(context.Background(), []*text.Reference{r}, Options{Dev: r, Progress: func(p model.Progress) {
		if p.Dev != nil {
			scored++
		}
	}})
	require.NoError(t, err)
	assert.Positive(t, scored)
	s, ok := r.Score(text.Split(m, r.Text).Sentences, nil)
	require.True(t, ok)
	assert.Greater(t, s.Words.F1(), 0.97)
}

// The same threads give the same model, and cuts do not depend on their number.
func TestTrainIsDeterministic(t *testing.T) {
	refs := []*text.Reference{reference(sentences), reference("Go home_ , Anna_ !")}
	var shown []string
	for _, threads := range []int{1, 2, 3} {
		var files [2][]byte
		for k := range files {
			m, err := Train(context.Background(), refs, Options{Threads: threads, MinCount: 1})
			require.NoError(t, err)
			files[k] = bytesOf(t, m)
			shown = append(shown, show(m, refs[0].Text))
		}
		assert.Equal(t, files[0], files[1], "%d threads", threads)
	}
	for _, s := range shown {
		assert.Equal(t, shown[0], s)
	}
}

func bytesOf(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

// saved returns the model that is read back.
func saved(t testing.TB, m *Model) *Model {
	t.Helper()
	again, err := Load(bytes.NewReader(bytesOf(t, m)))
	require.NoError(t, err)
	return again
}

func TestSaveAndLoad(t *testing.T) {
	m := small()
	again := saved(t, m)
	assert.Equal(t, bytesOf(t, m), bytesOf(t, again))
	r := reference(sentences)
	assert.Equal(t, text.Split(m, r.Text), text.Split(again, r.Text))

	path := filepath.Join(t.TempDir(), "x.model")
	require.NoError(t, os.WriteFile(path, bytesOf(t, m), 0o644))
	again, err := Open(path)
	require.NoError(t, err)
	assert.Equal(t, bytesOf(t, m), bytesOf(t, again))
	require.NoError(t, os.WriteFile(path, []byte("no model"), 0o644))
	_, err = Open(path)
	assert.ErrorIs(t, err, model.ErrModel)
	assert.ErrorContains(t, err, path+": ")
	_, err = Open(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

var update = flag.Bool("update", false, "rewrite the golden file")

// A model of an earlier version of the program reads the same attributes, so it gives the same
// cuts.
func TestGoldenFile(t *testing.T) {
	path := filepath.Join("testdata", "v1.model")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, bytesOf(t, small()), 0o644))
	}
	m, err := Open(path)
	require.NoError(t, err)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, data, bytesOf(t, m))
	r := reference(sentences)
	s, ok := r.Score(text.Split(m, r.Text).Sentences, nil)
	require.True(t, ok)
	n := len(r.Tokens)
	assert.Equal(t, text.Count{Gold: n, Predicted: n, Correct: n}, s.Tokens)
	assert.Equal(t, "Anna does+n't like the dog .", show(m, "Anna doesn't like the dog."))
}

// checkCuts checks that the cuts of a text are in order, not empty, and leave out white space only.
func checkCuts(t *testing.T, m *Model, s string) {
	t.Helper()
	at := 0
	for k, c := range m.Cut(nil, s) {
		require.Less(t, c.Start, c.End, "%q", s)
		require.LessOrEqual(t, at, c.Start, "%q", s)
		require.LessOrEqual(t, c.End, len(s), "%q", s)
		require.Equal(t, c.Start, skipSpace(s, at), "%q: characters without a token", s)
		require.True(t, k > 0 || c.First && !c.Inside, "%q", s)
		require.False(t, c.First && c.Inside, "%q", s)
		if !m.spaced {
			require.Equal(t, -1, strings.IndexFunc(s[c.Start:c.End], isSpace), "%q: white space in a token", s)
		}
		if utf8.ValidString(s) {
			require.True(t, utf8.RuneStart(s[c.Start]), "%q", s)
		}
		at = c.End
	}
	require.Equal(t, len(s), skipSpace(s, at), "%q: characters without a token", s)
}

var hostile = []string{
	"", "\n\n", "a", "Anna doesn't\r\n\r\nski... (5pm) \u00a0x\u200by\ufeff", "\xff\xfe a\xc3", "e\u0301\u0301 \u0301a", "👩‍👩‍👧 👍🏽🇩🇰",
	"我爱北京 ดีมาก", "“Quoted” ‘’x’’ #tag @me https://a.no/b_(c). :-)", "\u2028\u2029x", "a\x00b",
}

func TestCutsCoverTheText(t *testing.T) {
	for _, s := range hostile {
		checkCuts(t, small(), s)
	}
	checkCuts(t, small(), strings.Repeat("x", 1<<16))
	checkCuts(t, small(), strings.Repeat("a.B,", 1<<14))
}

func FuzzCut(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkCuts(t, small(), s) })
}

func FuzzLoad(f *testing.F) {
	good := bytesOf(f, small())
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("TRELSEGM"))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			require.ErrorIs(t, err, model.ErrModel)
			return
		}
		require.Equal(t, file, bytesOf(t, m))
		checkCuts(t, m, "Anna doesn't ski. Why?")
	})
}

// FuzzSections damages what checksums would protect.
func FuzzSections(f *testing.F) {
	sections := func(m *Model) map[string][]byte {
		list, err := format.Parse(bytesOf(f, m))
		require.NoError(f, err)
		return list
	}
	s := sections(small())
	f.Add(s["rules"], s["options"], s["edges"], s["inert"], s["words"], s["weights"])
	f.Add([]byte("space"), []byte{1, 0}, make([]byte, 32), []byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, rules, options, edges, inert, words, weights []byte) {
		m := new(Model)
		err := m.parse(map[string][]byte{"rules": rules, "options": options, "edges": edges, "inert": inert, "words": words, "weights": weights})
		if err != nil {
			return
		}
		for _, s := range hostile {
			checkCuts(t, m, s)
		}
	})
}

func TestDamagedModels(t *testing.T) {
	good := bytesOf(t, small())
	for k := 0; k < len(good); k += 7 {
		bad := bytes.Clone(good)
		bad[k] ^= 1 << (k % 8)
		_, err := Load(bytes.NewReader(bad))
		require.ErrorIs(t, err, model.ErrModel, "byte %d", k)
		_, err = Load(bytes.NewReader(good[:k]))
		require.ErrorIs(t, err, model.ErrModel, "first %d bytes", k)
	}
	sections, err := format.Parse(good)
	require.NoError(t, err)
	for name, damage := range map[string][]byte{
		"rules": []byte("magic"), "options": {2, 3}, "edges": {1}, "inert": {0}, "words": {1}, "weights": {1, 16, 2},
	} {
		old := sections[name]
		sections[name] = damage
		want := "section " + name
		if name == "rules" {
			want = "unknown tokenizer"
		}
		assert.ErrorContains(t, new(Model).parse(sections), want)
		sections[name] = old
	}
	require.NoError(t, new(Model).parse(sections))
}

func TestConcurrentUse(t *testing.T) {
	m := small()
	s := reference(sentences).Text
	want := text.Split(m, s)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				assert.Equal(t, want, text.Split(m, s))
			}
		})
	}
	group.Wait()
}

func TestCutAllocatesNothing(t *testing.T) {
	m := small()
	s := reference(sentences).Text
	a := new(analysis)
	cuts := m.cut(a, nil, s)
	assert.Zero(t, testing.AllocsPerRun(100, func() { cuts = m.cut(a, cuts[:0], s) }))
}

func TestTable(t *testing.T) {
	m := newTable[int](3)
	for key, value := range map[uint32]int{1: 10, 1 << 31: 20, 77: 30} {
		m.put(key, value)
	}
	m.put(77, 31)
	assert.Equal(t, 3, m.len)
	assert.Equal(t, []int{10, 20, 31, 0}, []int{m.get(1), m.get(1 << 31), m.get(77), m.get(78)})
	assert.True(t, m.has(77))
	assert.False(t, m.has(0))
	empty := newTable[int](0)
	assert.False(t, empty.has(5))
}

func TestInfo(t *testing.T) {
	c := counts{all: 5, first: 1, capital: 1, small: 3, last: 0}
	w := c.info()
	assert.Equal(t, []uint32{3, 4, 2, 1}, []uint32{w.count(), w.starter(), w.casing(), w.closer()})
	c.add(counts{all: 4, first: 1, capital: 1, small: 2}, -1)
	w = c.info()
	assert.Equal(t, []uint32{1, 0, 3, 1}, []uint32{w.count(), w.starter(), w.casing(), w.closer()})
	assert.Zero(t, new(counts).info())
	most := counts{all: 1 << 20, first: 1 << 20, small: 1 << 20, last: 1 << 20}
	assert.Less(t, most.info(), info(1<<infoBits))
}

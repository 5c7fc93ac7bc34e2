package corpus_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// newLabel occurs in no input. It identifies sentences that were written.
const newLabel = "edited-label"

// edited writes all sentences of r with a new column. In CoNLL-U it replaces a column.
func edited(w *corpus.Writer, r *corpus.Reader) error {
	for {
		var s corpus.Sentence
		err := r.Read(&s)
		if err != nil && err != io.EOF {
			return err
		}
		e := corpus.Edit{Append: [][]string{constant(s.Len(), newLabel)}}
		if l, _ := r.Layout(); l.Format == corpus.CoNLLU {
			e = corpus.Edit{Replace: constant(s.Len(), "1"), Column: l.Columns - 1}
		}
		if bad := w.WriteEdited(&s, e); bad != nil {
			return bad
		}
		if err == io.EOF {
			return nil
		}
	}
}

// byBlocks does the same as edited, block by block.
func byBlocks(w *corpus.Writer, r *corpus.Reader, size int) error {
	var part strings.Builder
	within, parser := corpus.NewWriter(nil), new(corpus.Reader)
	var b corpus.Block
	for first := true; ; first = false {
		if err := r.Block(&b, size); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		part.Reset()
		within.Reset(&part)
		b.Shared = size%2 == 0
		parser.Open(&b)
		bad := edited(within, parser)
		if err := w.Join([]byte(part.String()), first); err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
	}
}

// checkBlocks compares reading by blocks with reading by sentences: bytes and errors.
func checkBlocks(t *testing.T, opts corpus.Options, texts ...string) {
	t.Helper()
	var want strings.Builder
	w := corpus.NewWriter(&want)
	var wantErr error
	for _, text := range texts {
		if wantErr = edited(w, corpus.NewReader(strings.NewReader(text), "f", opts)); wantErr != nil {
			break
		}
	}
	for _, size := range []int{0, 1, 7, 30, 1 << 20} {
		var got strings.Builder
		w := corpus.NewWriter(&got)
		var err error
		for _, text := range texts {
			if err = byBlocks(w, corpus.NewReader(iotest.HalfReader(strings.NewReader(text)), "f", opts), size); err != nil {
				break
			}
		}
		require.Equal(t, wantErr, err, "%.80q by %d", texts, size)
		if err == nil {
			require.True(t, want.String() == got.String(), "%.80q by %d", texts, size)
		} else { // the text before the bad sentence may or may not be written
			require.True(t, strings.HasPrefix(got.String(), want.String()), "%.80q by %d", texts, size)
			// A line -DOCSTART- ends the previous sentence in a block, even if a NUL makes it an
			// invalid line.
			if !errors.Is(err, corpus.ErrBinary) || !strings.Contains(strings.Join(texts, "\n"), "-DOCSTART-") {
				require.NotContains(t, got.String()[want.Len():], newLabel)
			}
		}
	}
}

// conllu10 is a row of CoNLL-U after its ID.
const conllu10 = "\ta\tb\tc\td\te\tf\tg\th\ti\n"

func TestBlocks(t *testing.T) {
	for _, text := range []string{
		"", "\n \n", "a b", "a b\n\nc d\n\n\n\ne f\n", "# x\n\n\n# y z w\n\na b\n\n# y z\n", "\uFEFFa b\r\n\r\nc d\r",
		"-DOCSTART- x\n\na b\nc d\n-DOCSTART- y\ne f\n\n-DOCSTART-", "-DOCSTART-\n-DOCSTART-\na b\n-DOCSTART-\n# c d\n",
		"a\n-DOCSTART- \x00\nb\n", "a b\n\nc d e\n\nf g\n", "a\tb\n\nc\x00\td\n", "a\t\n \t\n\tb\n",
		"# c\n1" + conllu10 + "\n2-3" + conllu10 + "2" + conllu10 + "\n\n# d\n\n", "1" + conllu10 + "\n-DOCSTART-" + conllu10,
		"O\ta=b\tc=d\nO\te=f\n",
	} {
		checkBlocks(t, corpus.Options{}, text)
	}
	checkBlocks(t, corpus.Options{}, "\uFEFFa b", "\uFEFFc d\n", "", "-DOCSTART-\ne f\n\n", "g h\r\n\r\n# x y", "i j\n \n", "\n", "k l")
}

func TestBlocksOfTrapFiles(t *testing.T) {
	for _, name := range []string{"traps.conll", "traps.tsv", "traps-crlf.conll"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		checkBlocks(t, corpus.Options{}, string(data), string(data))
	}
}

// If a MiB of comments hides the number of columns, blocks begin after the row that determines it.
func TestBlocksOfManyComments(t *testing.T) {
	checkBlocks(t, corpus.Options{}, strings.Repeat("# x\n", 1<<18)+"\na b\n# c\n\nd e\n")
	checkBlocks(t, corpus.Options{}, strings.Repeat("# x\n", 1<<18+1))
}

func TestBlockSizes(t *testing.T) {
	r := corpus.NewReader(strings.NewReader(strings.Repeat("a b\n\n", 1000)), "", corpus.Options{})
	var b corpus.Block
	require.NoError(t, r.Block(&b, 100))
	assert.Equal(t, 5000, b.Len(), "the bytes of one Read end with the last sentence")
	require.Equal(t, io.EOF, r.Block(&b, 100))

	r = corpus.NewReader(iotest.OneByteReader(strings.NewReader(strings.Repeat("a b\n\n", 1000))), "", corpus.Options{})
	require.NoError(t, r.Block(&b, 104))
	assert.Equal(t, 100, b.Len())
	require.NoError(t, r.Block(&b, 0))
	assert.Equal(t, 5, b.Len())
}

// A reader may read sentences first and blocks later.
func TestBlocksAfterSentences(t *testing.T) {
	r := corpus.NewReader(strings.NewReader("a b\n\nc d\ne f\n\n\ng h\ni\n"), "f", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	var b corpus.Block
	require.NoError(t, r.Block(&b, 0))
	parser := new(corpus.Reader)
	parser.Open(&b)
	require.NoError(t, parser.Read(&s))
	assert.Equal(t, "c|d e|f", tokens(&s))
	assert.Equal(t, 3, s.Line(0))
	require.Equal(t, io.EOF, parser.Read(&s))
	require.NoError(t, r.Block(&b, 0))
	parser.Open(&b)
	require.EqualError(t, parser.Read(&s), "f:8: 1 column, expected 2")
}

// An input error comes after the preceding complete sentences.
func TestBlockReadError(t *testing.T) {
	broken := errors.New("broken")
	r := corpus.NewReader(io.MultiReader(strings.NewReader("a b\n\nc d\ne"), iotest.ErrReader(broken)), "f", corpus.Options{})
	var b corpus.Block
	var s corpus.Sentence
	parser := new(corpus.Reader)
	require.NoError(t, r.Block(&b, 1<<20))
	parser.Open(&b)
	require.NoError(t, parser.Read(&s))
	assert.Equal(t, "a|b", tokens(&s))
	require.EqualError(t, parser.Read(&s), "f: broken")
	require.EqualError(t, r.Block(&b, 1<<20), "f: broken")
}

func TestAttributeBlocks(t *testing.T) {
	text := "\uFEFFO\ta\n\n\n@weight:2\nB\ta\tb:3\nO\tc\r\n\r\nO\td\n \nO\n"
	serial := attrfile.NewReader(strings.NewReader(text), "f")
	blocks := attrfile.NewReader(strings.NewReader(text), "f")
	parser := new(attrfile.Reader)
	var b corpus.Block
	require.NoError(t, blocks.Block(&b, 1))
	parser.Open(&b)
	for {
		var want, got attrfile.Items
		wantErr := serial.Read(&want)
		err := parser.Read(&got)
		for err == io.EOF && blocks.Block(&b, 1) == nil {
			parser.Open(&b)
			err = parser.Read(&got)
		}
		require.Equal(t, wantErr, err)
		if err != nil {
			require.EqualError(t, err, "f:9: line has only blanks; lines between sentences must be empty")
			return
		}
		require.Equal(t, want.Labels, got.Labels)
		require.Equal(t, want.Attributes, got.Attributes)
		require.Equal(t, want.Weight, got.Weight)
		require.Equal(t, want.Line(0), got.Line(0))
	}
}

func TestBlocksAllocateOnce(t *testing.T) {
	text := strings.Repeat("Oslo NNP B-LOC\nslept VBD O\n\n", 10000)
	r := corpus.NewReader(iotest.HalfReader(strings.NewReader(text)), "", corpus.Options{})
	var b corpus.Block
	var s corpus.Sentence
	parser := new(corpus.Reader)
	read := func() {
		if err := r.Block(&b, 1000); err != nil {
			t.Fatal(err)
		}
		for parser.Open(&b); parser.Read(&s) == nil; {
		}
	}
	for range 3 {
		read()
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(3, read), 1.0)
	b.Shared = true
	assert.Zero(t, testing.AllocsPerRun(3, read))
}

func FuzzBlocks(f *testing.F) {
	seed(f, "traps*.conll", "a b\n\n-DOCSTART-\nc d\n-DOCSTART-\n# e", "# x y\n\na b\n\n# x y\n", "1"+conllu10+"\n1.1"+conllu10,
		"a b\n-DOCSTART- c d L\n\ne ")
	f.Fuzz(func(t *testing.T, data []byte) {
		cut := 0
		if len(data) > 0 {
			cut = rand.New(rand.NewPCG(1, uint64(data[0]))).IntN(len(data))
		}
		if bytes.HasSuffix(data, []byte("\uFEFF")) {
			return // only a byte order mark: no block
		}
		checkBlocks(t, corpus.Options{Format: corpus.CoNLL}, string(data))
		if !bytes.HasSuffix(data[:cut], []byte("\uFEFF")) {
			checkBlocks(t, corpus.Options{}, string(data[:cut]), string(data[cut:]))
		}
	})
}

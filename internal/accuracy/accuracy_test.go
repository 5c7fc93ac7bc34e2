package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/recipe"
)

func TestSentencesKeepAllBytes(t *testing.T) {
	for _, text := range []string{"", "a\n", "a\nb\n\nc\n\n\n", "\n\na\n\t\nb", "a\n\nb\n\nc"} {
		var b bytes.Buffer
		n := 0
		for sentence := range sentences([]byte(text)) {
			b.Write(sentence)
			n++
		}
		assert.Equal(t, text, b.String())
	}
	var list []string
	for sentence := range sentences([]byte("a\nb\n\nc\n \n\nd")) {
		list = append(list, string(sentence))
	}
	assert.Equal(t, []string{"a\nb\n\n", "c\n \n\n", "d"}, list)
}

func TestCutMovesBlocks(t *testing.T) {
	var text strings.Builder
	for _, word := range strings.Fields("a b c d e f g h i") {
		text.WriteString(word + " O\n\n")
	}
	train, dev := cut([]byte(text.String()), 2, 2, 1)
	assert.Equal(t, "a b e f i", words(train))
	assert.Equal(t, "c d g h", words(dev))
	assert.Equal(t, "a b", words(first(train, 5)))
	assert.Equal(t, train, first(train, 0))
}

func TestCutMovesDocuments(t *testing.T) {
	text := mark + "a O\n\nb O\n\n" + mark + "c O\n\n" + mark + "d O\n\ne O\n\n"
	train, dev := cut([]byte(text), 3, 20, 1)
	assert.Equal(t, mark+"a O\n\nb O\n\n"+mark+"d O\n\ne O\n\n", string(train))
	assert.Equal(t, mark+"c O\n\n", string(dev))
}

func words(text []byte) string {
	return strings.TrimSpace(strings.Join(strings.Fields(strings.ReplaceAll(string(text), " O", "")), " "))
}

func TestColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("# id\na\tb\tO\t\nc\td\tB-X\t\r\n\ne\tf\tO\t"), 0o600))
	got, err := columns(path, 0, 2)
	require.NoError(t, err)
	assert.Equal(t, "a\tO\nc\tB-X\n\ne\tO\n\n", string(got))
	_, err = columns(path, 7)
	assert.ErrorContains(t, err, "has no column 8")
}

func TestParse(t *testing.T) {
	v, err := parse("ce loss=cross-entropy l2=0.5 all-pairs=true")
	require.NoError(t, err)
	assert.Equal(t, "ce", v.name)
	assert.Equal(t, "cross-entropy", v.config.Loss)
	assert.InDelta(t, 0.5, *v.config.L2, 0)
	assert.True(t, v.config.AllPairs)
	v, err = parse("x without=^s[0-9]")
	require.NoError(t, err)
	assert.True(t, v.without.MatchString("s3"))
	v, err = parse("lists gazetteer=a=a.txt clusters=c gazetteer=b=b.txt")
	require.NoError(t, err)
	assert.Equal(t, []string{"a=a.txt", "b=b.txt"}, v.config.Gazetteer)
	assert.Equal(t, recipe.Files{"c"}, v.config.Clusters)
	for text, says := range map[string]string{
		"":             "a variant needs a name",
		"x loss":       `want option=value, found "loss"`,
		"x speed=9":    "speed",
		"peer l2=0.1":  "the variant peer has no options",
		"x l2=nothing": "l2",
		"x without=(":  "missing closing",
	} {
		_, err := parse(text)
		assert.ErrorContains(t, err, says, text)
	}
}

func TestStudy(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "wnut17")
	require.NoError(t, os.Mkdir(dir, 0o700))
	text := strings.Repeat("Anna\tB-person\nlives\tO\nin\tO\nOslo\tB-location\n\nRain\tO\nfell\tO\n\n", 20)
	for _, name := range []string{"train.conll", "dev.conll", "test.conll"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	var b strings.Builder
	require.NoError(t, run(context.Background(), &b, []string{"-data", data, "-sets", "WNUT-17,UNER Danish", "default", "peer"}))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 4, "a header of two lines, no row for the set without files")
	assert.Contains(t, lines[2], "| WNUT-17 | default | 100.00 |  |  |")
	assert.Contains(t, lines[3], "| WNUT-17 | peer |")
	b.Reset()
	require.NoError(t, run(context.Background(), &b, []string{"-test", "-sets", "Thai words", "default"}))
	assert.Len(t, strings.Split(strings.TrimSpace(b.String()), "\n"), 2, "no row for a set without test data")
	b.Reset()
	require.NoError(t, run(context.Background(), &b, []string{"-data", data, "-sets", "WNUT-17", "-folds", "2", "default", "short without=^s", "none without=^missing"}))
	lines = strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 8, "two rows for each fold, then two means")
	assert.Contains(t, lines[4], "| WNUT-17, fold 2 | default |")
	assert.Contains(t, lines[6], "| WNUT-17, mean | default |")
	assert.Regexp(t, `^\| WNUT-17, mean \| short \| [0-9.]+ \| [-+][0-9.]+ ± [0-9.]+ \|`, lines[7])
	b.Reset()
	require.NoError(t, run(context.Background(), &b, []string{"-data", data, "-sets", "WNUT-17", "-curve", "default"}))
	assert.Contains(t, b.String(), "WNUT-17\tdefault\t1\t")
	assert.ErrorContains(t, run(context.Background(), &b, []string{"-sets", "none", "default"}), `no data set "none"`)
	assert.ErrorContains(t, run(context.Background(), &b, nil), "want variants")
	assert.ErrorContains(t, run(context.Background(), &b, []string{"-folds", "1", "default"}), "want 2 folds or more")
	assert.ErrorContains(t, run(context.Background(), &b, []string{"-data", data, "-sets", "WNUT-17", "x without=^s"}), "needs a first variant")
}

func TestTally(t *testing.T) {
	var sum tally
	sum.add(50, 1)
	sum.add(math.NaN(), math.NaN())
	sum.add(70, 3)
	assert.Equal(t, "60.00 | +2.00 ± 1.00 |  |  |  |  | ", sum.row(false))
	assert.Equal(t, "60.00 |  |  |  |  |  | ", sum.row(true))
	assert.Empty(t, new(tally).row(false))
}

func TestSegmented(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("ab| |c\nd\n"), 0o600))
	f := segmented(path)
	got, err := f.read(path)
	require.NoError(t, err)
	assert.Equal(t, "a\tB-W\nb\tI-W\n_\tB-W\nc\tB-W\n\nd\tB-W\n\n", string(got))
}

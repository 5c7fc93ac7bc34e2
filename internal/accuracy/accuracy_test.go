package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	s := set{share: 2, block: 2}
	train, dev := s.cut([]byte(text.String()))
	assert.Equal(t, "a b e f i", words(train))
	assert.Equal(t, "c d g h", words(dev))
	assert.Equal(t, "a b", words(first(train, 5)))
	assert.Equal(t, train, first(train, 0))
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
	for text, says := range map[string]string{
		"":             "a variant needs a name",
		"x loss":       `want option=value, found "loss"`,
		"x speed=9":    "speed",
		"peer l2=0.1":  "the variant peer has no options",
		"x l2=nothing": "l2",
	} {
		_, err := parse(text)
		assert.ErrorContains(t, err, says, text)
	}
}

func TestStudy(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "wnut17")
	require.NoError(t, os.Mkdir(dir, 0o700))
	text := strings.Repeat("Anna\tB-person\nlives\tO\nin\tO\nOslo\tB-location\n\nRain\tO\nfell\tO\n\n", 4)
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
	require.NoError(t, run(context.Background(), &b, []string{"-data", data, "-sets", "WNUT-17", "-curve", "default"}))
	assert.Contains(t, b.String(), "WNUT-17\tdefault\t1\t")
	assert.ErrorContains(t, run(context.Background(), &b, []string{"-sets", "none", "default"}), `no data set "none"`)
	assert.ErrorContains(t, run(context.Background(), &b, nil), "want variants")
}

package cluster_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/corpus"
)

func ExampleInduce() {
	var text cluster.Text
	var words []string
	for _, who := range []string{"Anna", "Berta", "Clara"} {
		for _, does := range []string{"sees", "hears"} {
			words = append(words, who, does, "rain")
		}
	}
	text.Add(words...)
	c, err := cluster.Induce(context.Background(), &text, cluster.Options{Clusters: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = c.Write(os.Stdout)
	// Output:
	// 00	rain	6
	// 01	Anna	2
	// 01	Berta	2
	// 01	Clara	2
	// 1	hears	3
	// 1	sees	3
}

func ExampleInduce_clark() {
	var text cluster.Text
	for _, who := range []string{"Anna", "Berta", "Clara"} {
		for _, does := range []string{"sees", "hears"} {
			text.Add(who, does)
		}
	}
	c, err := cluster.Induce(context.Background(), &text, cluster.Options{Algorithm: cluster.Clark, Clusters: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = c.Write(os.Stdout)
	// Output:
	// hears	0
	// sees	0
	// Anna	1
	// Berta	1
	// Clara	1
}

func ExampleClusters_AppendPrefixes() {
	c, err := cluster.Read(strings.NewReader("0110100\tMonday\t151\n"), "words.paths")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.AppendPrefixes(nil, "Monday", cluster.Lengths...))
	// Output: [0110 011010 0110100]
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string // expected output of Write
		tree       bool
	}{
		"paths":         {"01\ta b\t3\n1\tc\t0\n", "01\ta b\t3\n1\tc\t0\n", true},
		"one cluster":   {"\ta\t3\n", "\ta\t3\n", true},
		"no tabs":       {"01  a 3\r\n\n1 c 2", "01\ta\t3\n1\tc\t2\n", true},
		"names":         {"\uFEFFa\tX\r\n\r\nb\tY Z\r\n", "a\tX\nb\tY Z\n", false},
		"names, blanks": {"a 01\nb 7\n", "a\t01\nb\t7\n", false},
		"again":         {"a\tX\na\tX\n", "a\tX\n", false},
		"nothing":       {"\n \n", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cluster.Read(strings.NewReader(c.text), "f")
			require.NoError(t, err)
			var b bytes.Buffer
			require.NoError(t, got.Write(&b))
			assert.Equal(t, c.want, b.String())
			assert.Equal(t, c.tree, got.Tree())
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
		err  error
	}{
		"one field":      {"a\n", 1, cluster.ErrFormat},
		"no bits":        {"012\ta\t3\n", 1, cluster.ErrFormat},
		"no count":       {"01\ta\tb\n", 1, cluster.ErrFormat},
		"less than 0":    {"01\ta\t-1\n", 1, cluster.ErrFormat},
		"no word":        {"01\t\t1\n", 1, cluster.ErrFormat},
		"no name":        {"a\tX\nb\t\n", 2, cluster.ErrFormat},
		"mixed":          {"01\ta\t3\n\nb\tX\n", 3, cluster.ErrFormat},
		"mixed, too":     {"b\tX\n01\ta\t3\n", 2, cluster.ErrFormat},
		"two clusters":   {"a\tX\nb\tX\na\tY\n", 3, cluster.ErrTwice},
		"binary":         {"a\tX\nb\t\x00\n", 2, corpus.ErrBinary},
		"an endless one": {"a\tX\n" + strings.Repeat("x", 17<<20), 2, corpus.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cluster.Read(strings.NewReader(c.text), "f")
			require.ErrorIs(t, err, c.err)
			var p *corpus.ParseError
			require.ErrorAs(t, err, &p)
			assert.Equal(t, c.line, p.Line)
			assert.Equal(t, "f", p.File)
		})
	}
}

func TestPathAndPrefixes(t *testing.T) {
	c, err := cluster.Read(strings.NewReader("010101\ta\t3\n0101\tb\t1\n"), "f")
	require.NoError(t, err)
	path, ok := c.Path("a")
	assert.True(t, ok)
	assert.Equal(t, "010101", path)
	_, ok = c.Path("c")
	assert.False(t, ok)
	assert.Equal(t, []string{"0101", "010101"}, c.AppendPrefixes(nil, "a", 4, 6, 10))
	assert.Equal(t, []string{"x", "0101"}, c.AppendPrefixes([]string{"x"}, "b", cluster.Lengths...))
	assert.Empty(t, c.AppendPrefixes(nil, "c", 4))
	dst := make([]string, 0, 8)
	assert.Zero(t, testing.AllocsPerRun(10, func() { c.AppendPrefixes(dst, "a", 2, 4) }))

	named, err := cluster.Read(strings.NewReader("a\tweekday\n"), "f")
	require.NoError(t, err)
	assert.Equal(t, []string{"weekday"}, named.AppendPrefixes(nil, "a", 2, 4))
}

func TestIsText(t *testing.T) {
	for text, want := range map[string]bool{
		"":                               true,
		"one line only\n":                true,
		"one two\nthree\n":               true,
		"a X\nb Y\n\nc X\n":              false,
		"a\tX\n\nb c\tY\n":               false,
		"# a comment of its own\na\nb\n": false,
	} {
		assert.Equal(t, want, cluster.IsText([]byte(text)), "%q", text)
	}
	assert.False(t, cluster.IsText([]byte(strings.Repeat("a\tX\n", cluster.Head))[:cluster.Head]), "the last line is cut")
}

const story = "the cat sees the dog\nthe dog sees a cat\n\na dog hears the rain\n\t rain and cat and dog\n"

func TestReadEqualsAdd(t *testing.T) {
	var read, added cluster.Text
	require.NoError(t, read.Read(strings.NewReader(story), "f"))
	for line := range strings.Lines(story) {
		if words := strings.Fields(line); len(words) > 0 {
			added.Add(words...)
		}
	}
	assert.Equal(t, added, read)
	assert.Equal(t, 20, read.Tokens())
	assert.Equal(t, 8, read.Words())
	assert.ErrorIs(t, read.Read(strings.NewReader("a\x00b"), "f"), corpus.ErrBinary)
}

func TestOrderOfSentencesDoesNotMatter(t *testing.T) {
	lines := slices.Collect(strings.Lines(story))
	var want []cluster.Word
	for turn := range 2 {
		if turn > 0 {
			slices.Reverse(lines)
		}
		var text cluster.Text
		require.NoError(t, text.Read(strings.NewReader(strings.Join(lines, "")), ""))
		c, err := cluster.Induce(t.Context(), &text, cluster.Options{Clusters: 3})
		require.NoError(t, err)
		got := slices.Collect(c.All())
		if turn == 0 {
			want = got
		}
		assert.Equal(t, want, got)
		assert.Equal(t, text.Words(), c.Len())
	}
}

func TestInduceRefuses(t *testing.T) {
	var text cluster.Text
	_, err := cluster.Induce(t.Context(), &text, cluster.Options{})
	require.ErrorIs(t, err, cluster.ErrEmpty)
	text.Add("a", "b")
	_, err = cluster.Induce(t.Context(), &text, cluster.Options{MinCount: 2})
	require.ErrorIs(t, err, cluster.ErrEmpty)
	_, err = cluster.Induce(t.Context(), &text, cluster.Options{Clusters: -1})
	require.Error(t, err)
	_, err = cluster.Induce(t.Context(), &text, cluster.Options{Clusters: 3, Window: 2})
	require.Error(t, err)
}

func TestProgressAndInterrupt(t *testing.T) {
	var text cluster.Text
	require.NoError(t, text.Read(strings.NewReader(story), ""))
	var steps []int
	opts := cluster.Options{Clusters: 3, Progress: func(done, all int) {
		assert.Equal(t, 2*text.Words()-1, all)
		steps = append(steps, done)
	}}
	_, err := cluster.Induce(t.Context(), &text, opts)
	require.NoError(t, err)
	require.Len(t, steps, 2*text.Words()-1)
	assert.True(t, slices.IsSorted(steps))

	ctx, cancel := context.WithCancel(t.Context())
	opts.Progress = func(done, all int) {
		if done == 5 {
			cancel()
		}
		assert.LessOrEqual(t, done, 5)
	}
	_, err = cluster.Induce(ctx, &text, opts)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAllAlgorithmsStop(t *testing.T) {
	var text cluster.Text
	require.NoError(t, text.Read(strings.NewReader(story), ""))
	for _, algorithm := range []cluster.Algorithm{cluster.Brown, cluster.Clark, cluster.KMeans} {
		for stop := range 9 {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := cluster.Induce(ctx, &text, cluster.Options{Algorithm: algorithm, Clusters: 3, Progress: func(done, all int) {
				if done == stop+1 {
					cancel()
				}
				assert.LessOrEqual(t, done, stop+1)
			}})
			require.ErrorIs(t, err, context.Canceled, "%v after %d steps", algorithm, stop+1)
			cancel()
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"01\ta b\t3\n1\tc\t0\n", "a\tX\nb\tY\n", "a 1\nb 2", "\ta\t3\n", "01  a 3\r\n", "\uFEFFa\tX", "\uFEFF\uFEFFa\tX", "\n\uFEFF\tX", "a\tX\r\r\r\r\n", "a\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := cluster.Read(strings.NewReader(text), "f")
		if err != nil {
			var p *corpus.ParseError
			require.ErrorAs(t, err, &p)
			return
		}
		var b, again bytes.Buffer
		require.NoError(t, c.Write(&b))
		c2, err := cluster.Read(bytes.NewReader(b.Bytes()), "f")
		require.NoError(t, err)
		require.NoError(t, c2.Write(&again))
		require.Equal(t, b.String(), again.String())
	})
}

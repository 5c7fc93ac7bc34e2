package features

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// windowed returns a fingerprinter of templates for the columns form and pos.
func windowed(t testing.TB, source string) (*Program, *Fingerprinter) {
	t.Helper()
	templates, err := Parse(strings.NewReader(source), "test", DialectTrellis)
	require.NoError(t, err)
	p, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
	require.NoError(t, err)
	return p, p.NewFingerprinter(0)
}

// posTemplates returns templates that read parts of speech at these offsets.
func posTemplates(offsets [][]int) string {
	var b strings.Builder
	for k, list := range offsets {
		fmt.Fprintf(&b, "u:%d=", k)
		for i, o := range list {
			if i > 0 {
				b.WriteString("/")
			}
			fmt.Fprintf(&b, "%%x[%d,pos]", o)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestWindowsServeTemplatesOfOneColumn(t *testing.T) {
	for name, c := range map[string]struct {
		source    string
		joint     int
		low, high int // offsets of the last token; equal without a window
	}{
		"chunk":              {preset(t, "chunk"), 15, -1, 4},
		"pairs and a triple": {posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 0, 1}, {0}, {-2}}), 0, 0, 2},
		"one margin":         {posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 1}, {0}}), 0, 1, 2},
		"too few":            {posTemplates([][]int{{-1, 0}, {0, 1}, {0}}), 3, 0, 0},
		"too wide":           {posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 2}}), 3, 0, 0},
		"same token":         {posTemplates([][]int{{0, 0}, {0, 0, 0}, {0}}), 3, 0, 0},
		"of words":           {"u:s=%s[0,pos,1]\n" + posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 1}}), 4, 0, 0},
		"two columns":        {"u:a=%x[0,form]/%x[0,pos]\n" + posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 1}}), 1, 1, 2},
		"absolute":           {"u:a=%x[@1,pos]/%x[0,pos]\n" + posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 1}}), 1, 1, 2},
	} {
		p, f := windowed(t, c.source)
		assert.Len(t, f.layout.joint, c.joint, name)
		low, high := 0, 0
		for i := range f.Columns() {
			if f.IsWindow(i) {
				low, high = f.Offsets(i)
			}
		}
		assert.Equal(t, [2]int{c.low, c.high}, [2]int{low, high}, name)
		r := rand.New(rand.NewPCG(1, 2))
		e := p.NewExtractor()
		for n := range 12 {
			rows := make(Rows, n)
			for k := range rows {
				rows[k] = []string{fmt.Sprint("word", r.IntN(5)), []string{"A", "B", "", "long-name"}[r.IntN(4)]}
			}
			requirePrints(t, f.layout.hasher, e, f, rows)
		}
	}
}

func preset(t testing.TB, name string) string {
	t.Helper()
	source, err := PresetSource(name)
	require.NoError(t, err)
	return source
}

// Windows of equal values have the same number, and other windows have others.
func TestWindowsAreNumberedByTheirValues(t *testing.T) {
	_, f := windowed(t, posTemplates([][]int{{-1, 0}, {0, 1}, {-1, 1}}))
	tags := []string{"A", "B", "C", "A", "B", "C", "C", "A", "B", "A", "A", "B", "C"}
	rows := make(Rows, len(tags))
	for k, tag := range tags {
		rows[k] = []string{fmt.Sprint(k), tag}
	}
	f.Reset(rows)
	window := f.Columns() - 1
	require.True(t, f.IsWindow(window))
	number := make(map[string]CachedWord)
	seen := make(map[uint64]string)
	for k := 2; k < len(tags); k++ {
		key, word := strings.Join(tags[k-2:k+1], " "), f.CachedWord(k, window)
		if before, known := number[key]; known {
			assert.Equal(t, before, word)
		}
		number[key] = word
		if other, known := seen[word.Serial]; known {
			assert.Equal(t, other, key)
		}
		seen[word.Serial] = key
		assert.True(t, 0 <= word.Slot && word.Slot < f.Slots())
	}
	assert.Len(t, number, 8)
}

package report_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

// A letter is a byte of marked text, and whether a backslash stood before it.
type letter struct {
	b       byte
	escaped bool
}

// letters reads the backslashes of marked text.
func letters(t *testing.T, s string) (list []letter) {
	t.Helper()
	for k := 0; k < len(s); k++ {
		if s[k] != '\\' {
			list = append(list, letter{s[k], false})
			continue
		}
		k++
		require.Less(t, k, len(s))
		if s[k] != 'x' {
			list = append(list, letter{s[k], true})
			continue
		}
		require.Less(t, k+2, len(s))
		b, err := strconv.ParseUint(s[k+1:k+3], 16, 8)
		require.NoError(t, err)
		list = append(list, letter{byte(b), true})
		k += 2
	}
	return list
}

func stringOf(list []letter) string {
	b := make([]byte, len(list))
	for k := range list {
		b[k] = list[k].b
	}
	return string(b)
}

// last and first return where an unescaped byte stands, else -1.
func last(list []letter, b byte) int {
	for k := len(list) - 1; k >= 0; k-- {
		if list[k] == (letter{b, false}) {
			return k
		}
	}
	return -1
}

func first(list []letter, b byte) int {
	for k := range list {
		if list[k] == (letter{b, false}) {
			return k
		}
	}
	return -1
}

// readSpans returns the text and the entities of marked text: their text, a line end, their label.
func readSpans(t *testing.T, marked string) (s string, entities []string) {
	t.Helper()
	list := letters(t, marked)
	for {
		open := first(list, '[')
		if open < 0 {
			break
		}
		s += stringOf(list[:open])
		list = list[open+1:]
		end := first(list, ']')
		require.GreaterOrEqual(t, end, 0)
		blank := last(list[:end], ' ')
		require.GreaterOrEqual(t, blank, 0)
		name := stringOf(list[:blank])
		s += name
		entities = append(entities, name+"\n"+stringOf(list[blank+1:end]))
		list = list[end+1:]
	}
	require.Negative(t, first(list, ']'))
	return s + stringOf(list), entities
}

func checkSpans(t *testing.T, d *model.Document) {
	t.Helper()
	marked := written(t, outputsOf(report.Spans, report.NoColors), d)
	s, entities := readSpans(t, marked)
	if !strings.HasSuffix(d.Text, "\n") {
		require.Equal(t, d.Text+"\n", s)
	} else {
		require.Equal(t, d.Text, s)
	}
	var want []string
	for _, sentence := range d.Sentences {
		for _, e := range sentence.Entities {
			want = append(want, e.Text+"\n"+e.Label)
		}
	}
	require.Equal(t, want, entities)
	requireNoControls(t, marked)
}

func checkTags(t *testing.T, d *model.Document) {
	t.Helper()
	marked := written(t, outputsOf(report.Tags, report.NoColors), d)
	lines := strings.Split(strings.TrimSuffix(marked, "\n"), "\n")
	if len(d.Sentences) == 0 {
		require.Equal(t, "\n", marked)
		return
	}
	require.Len(t, lines, len(d.Sentences))
	for k, s := range d.Sentences {
		words := strings.Split(lines[k], " ")
		require.Len(t, words, len(s.Tokens))
		for n, word := range words {
			list := letters(t, word)
			slash := first(list, '/')
			require.Equal(t, s.Tokens[n].Text, stringOf(list[:slash]))
			require.Equal(t, s.Labels[n], stringOf(list[slash+1:]))
		}
	}
	requireNoControls(t, marked)
}

var (
	paint    = regexp.MustCompile("\x1b\\[(0|1|7;3[1-7]|38;5;16;48;5;[0-9]{2,3})m")
	controls = regexp.MustCompile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f]|\r[^\n]|\r$")
)

func requireNoControls(t *testing.T, s string) {
	t.Helper()
	require.Empty(t, controls.FindString(s))
	require.Equal(t, s, strings.ToValidUTF8(s, ""))
}

// checkColours checks that text cannot bring in escape sequences, and that each colour ends.
func checkColours(t *testing.T, d *model.Document) {
	t.Helper()
	for _, style := range []report.Style{report.Spans, report.Tags} {
		for _, n := range []report.Colors{report.Colors16, report.Colors256} {
			got := written(t, outputsOf(style, n), d)
			requireNoControls(t, paint.ReplaceAllString(got, ""))
			for line := range strings.SplitSeq(got, "\n") {
				if list := paint.FindAllString(line, -1); list != nil {
					require.Equal(t, "\x1b[0m", list[len(list)-1])
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	for _, list := range golden(t) {
		for _, d := range list {
			checkSpans(t, d)
			checkTags(t, d)
			checkColours(t, d)
		}
	}
}

func TestColourOfEntityOverLines(t *testing.T) {
	d := withNames(t, "the\r\nNorth Sea\n", name{"the\r\nNorth Sea", "LOC", 0})
	got := written(t, outputsOf(report.Auto, report.Colors16), d)
	assert.Equal(t, "\x1b[7;32mthe\x1b[0m\r\n\x1b[7;32mNorth Sea \x1b[1mLOC\x1b[0m\n", got)
}

func TestTerminalColors(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want report.Colors
	}{
		{nil, report.NoColors},
		{map[string]string{"TERM": "dumb", "COLORTERM": "truecolor"}, report.NoColors},
		{map[string]string{"TERM": "xterm-256color", "NO_COLOR": "1"}, report.NoColors},
		{map[string]string{"TERM": "xterm-256color"}, report.Colors256},
		{map[string]string{"TERM": "xterm", "COLORTERM": "truecolor"}, report.Colors256},
		{map[string]string{"TERM": "linux"}, report.Colors16},
	} {
		assert.Equal(t, c.want, report.TerminalColors(func(name string) string { return c.env[name] }), "%v", c.env)
	}
}

func FuzzText(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s, label string, choice []byte) {
		d := made(s, label, choice)
		checkSpans(t, d)
		checkTags(t, d)
		checkColours(t, d)
	})
}

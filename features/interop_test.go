package features

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shared returns a file next to the repository. It skips the test if there is no such file.
func shared(t testing.TB, path ...string) string {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "shared"}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("reference data is missing")
	}
	return name
}

func parseFile(t testing.TB, name string) *Templates {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	templates, err := Parse(f, name, DialectAuto)
	require.NoError(t, err)
	return templates
}

// sentences reads blank-separated columns, the simple case that the other tools document.
func sentences(t testing.TB, name string) []Rows {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var all []Rows
	var rows Rows
	for line := range strings.Lines(string(data) + "\n\n") {
		fields := strings.FieldsFunc(line, func(r rune) bool { return r < 0x80 && isBlank(byte(r)) })
		if len(fields) > 0 {
			rows = append(rows, fields)
		} else if len(rows) > 0 {
			all = append(all, rows)
			rows = nil
		}
	}
	return all
}

// yielded returns all attributes of a training file and the names of the transitions, sorted.
func yielded(t testing.TB, templates *Templates, data []Rows) []string {
	t.Helper()
	program, err := templates.Bind(len(data[0][0])-1, nil)
	require.NoError(t, err)
	seen := make(map[string]bool)
	e := program.NewExtractor()
	for _, rows := range data {
		e.Reset(rows)
		for i := range rows {
			for _, a := range e.Unigrams(i) {
				seen[string(a)] = true
			}
			for _, a := range e.Bigrams(i) {
				seen[string(a)] = true
			}
		}
	}
	for _, name := range templates.TransitionNames() {
		seen[name] = true
	}
	var names []string
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// crfppDictionary returns the fourth section of a text model: lines with an id and a name.
func crfppDictionary(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	parts := strings.SplitN(string(data), "\n\n", 5)
	require.Len(t, parts, 5)
	var names []string
	for line := range strings.Lines(parts[3]) {
		_, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		require.True(t, found)
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// wapitiModel returns the patterns and observations of a text model: two lists of netstrings.
func wapitiModel(t testing.TB, name string) (patterns, observations []string) {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var lists [][]string
	r := bufio.NewReader(f)
	for len(lists) < 4 {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if strings.HasPrefix(line, "#") {
			if lists = append(lists, nil); len(lists) == 1 {
				lists = nil // #mdl# has no list: #rdr#, #qrk# labels, #qrk# observations do
				_, err = r.ReadString('\n')
				require.NoError(t, err)
				lists = append(lists, nil)
			}
			continue
		}
		length, rest, found := strings.Cut(line, ":")
		if !found {
			break // the weights
		}
		n, err := strconv.Atoi(length)
		require.NoError(t, err)
		require.Len(t, rest, n+2)
		lists[len(lists)-1] = append(lists[len(lists)-1], rest[:n])
	}
	require.Len(t, lists, 3)
	slices.Sort(lists[2])
	return lists[0], lists[2]
}

func TestAttributesMatchCRFPP(t *testing.T) {
	templates := parseFile(t, shared(t, "interop", "tiny", "template.crfpp"))
	assert.Equal(t, DialectCRFPP, templates.Dialect())
	assert.Equal(t, []string{"B"}, templates.TransitionNames())
	want := crfppDictionary(t, shared(t, "interop", "tiny", "model.crfpp.txt"))
	got := yielded(t, templates, sentences(t, shared(t, "interop", "tiny", "train.txt")))
	require.Greater(t, len(want), 100)
	assert.Equal(t, want, got)
}

func TestAttributesMatchWapiti(t *testing.T) {
	templates := parseFile(t, shared(t, "interop", "tiny", "pattern.wapiti"))
	assert.Equal(t, DialectWapiti, templates.Dialect())
	assert.Equal(t, []string{"b"}, templates.TransitionNames())
	patterns, want := wapitiModel(t, shared(t, "interop", "tiny", "model.wapiti"))
	data := sentences(t, shared(t, "interop", "tiny", "train.txt"))
	got := yielded(t, templates, data)
	// Wapiti also numbers the bigram observations of first tokens, although their weights are never
	// used.
	for _, rows := range data {
		got = append(got, "b:tt=_x-1/"+rows[0][1])
	}
	slices.Sort(got)
	assert.Len(t, want, 468)
	assert.Equal(t, want, slices.Compact(got))
	again := parse(t, strings.Join(patterns, "\n"), DialectWapiti)
	assert.Equal(t, texts(templates), texts(again), "the patterns inside the model")
}

// The model is compact: it contains the observations with non-zero weights.
func TestAttributesOfWapitiOnRealText(t *testing.T) {
	templates := parseFile(t, shared(t, "interop", "wnut17", "pattern.wapiti"))
	_, want := wapitiModel(t, shared(t, "interop", "wnut17", "model.wapiti"))
	require.Greater(t, len(want), 1000)
	got := yielded(t, templates, sentences(t, shared(t, "data", "wnut17", "train.conll")))
	for _, name := range want {
		if _, found := slices.BinarySearch(got, name); !found {
			t.Fatalf("the model has %q, the templates do not yield it", name)
		}
	}
}

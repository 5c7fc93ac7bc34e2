package wapiti

import (
	"bytes"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func collect[K comparable](attributes iter.Seq2[string, iter.Seq2[K, float64]]) map[string]map[K]float64 {
	all := make(map[string]map[K]float64)
	for name, weights := range attributes {
		all[name] = sum(weights)
	}
	return all
}

func sum[K comparable](weights iter.Seq2[K, float64]) map[K]float64 {
	all := make(map[K]float64)
	for key, w := range weights {
		all[key] += w
	}
	return all
}

// The weights that a model lists determine all scores.
func TestScoresFollowFromTheNeutralForm(t *testing.T) {
	for _, name := range []string{"model.wapiti", "two.wapiti", "small.wapiti"} {
		m := load(t, name)
		unigrams, bigrams, transitions := collect(m.Unigrams()), collect(m.Bigrams()), sum(m.Transitions())
		require.NotEmpty(t, unigrams)
		program, err := m.Templates().Bind(m.Columns(), nil)
		require.NoError(t, err)
		extractor := program.NewExtractor()
		tagger := m.NewDecoder()
		in := newSentences(bytes.NewReader(file(t, "test.txt")), "", m, false)
		for range 5 {
			require.NoError(t, in.Next())
			require.NoError(t, tagger.Read(in.Rows))
			extractor.Reset(in.Rows)
			for i := range in.Rows {
				node := make([]float64, len(m.Labels()))
				for _, a := range extractor.Unigrams(i) {
					for j, w := range unigrams[string(a)] {
						node[j] += w
					}
				}
				assert.InDeltaSlice(t, node, tagger.Scores().NodeAt(i), 1e-12)
				if i == 0 {
					continue
				}
				edge := make([]float64, len(node)*len(node))
				for pair, w := range transitions {
					edge[pair[0]*len(node)+pair[1]] += w
				}
				for _, a := range extractor.Bigrams(i) {
					for pair, w := range bigrams[string(a)] {
						edge[pair[0]*len(node)+pair[1]] += w
					}
				}
				assert.InDeltaSlice(t, edge, tagger.Scores().EdgeAt(i), 1e-12, "%s %d", name, i)
			}
		}
	}
}

const good = "#mdl#2#4\n#rdr#2/0/0\n9:u:%x[0,0],\n1:*,\n#qrk#2\n1:X,\n1:Y,\n#qrk#3\n3:u:a,\n1:*,\n3:u:b,\n1=0x1p+0\n3=-2\n7=0x1.8p+1\n9=.25\n"

func TestWeightsGoWhereTheyBelong(t *testing.T) {
	for _, text := range []string{
		good,
		strings.ReplaceAll(good, "\n", "\r\n"),
		strings.ReplaceAll(strings.Replace(good, "#mdl#2#4", "#mdl#4", 1), "2/0/0", "2/0"), // older versions
		strings.TrimSuffix(good, "\n"),
	} {
		m := read(t, []byte(text))
		assert.Equal(t, []string{"X", "Y"}, m.Labels())
		assert.Equal(t, "u:%x[0,0]\n*", m.Templates().Source())
		assert.Equal(t, 1, m.Columns())
		assert.Equal(t, map[string]map[int]float64{"u:a": {1: 1}, "*": {1: -2}, "u:b": {1: 0.25}}, collect(m.Unigrams()))
		assert.Empty(t, collect(m.Bigrams()))
		assert.Equal(t, map[[2]int]float64{{1, 1}: 3}, sum(m.Transitions()))
	}
}

func TestModelsSayWhatTheyAre(t *testing.T) {
	for name, want := range map[string]string{"model": "crf", "memm": "memm", "raw": "crf", "auto": "crf"} {
		m := load(t, name+".wapiti")
		assert.Equal(t, want, m.Type().String())
		assert.Equal(t, name == "auto", m.AutoUnigram())
		assert.Equal(t, name == "auto" || name == "raw", m.Templates() == nil)
	}
	assert.Equal(t, MaxEnt, read(t, []byte(strings.Replace(good, "#2#", "#0#", 1))).Type())
	for pair := range load(t, "two.wapiti").Transitions() {
		assert.Less(t, pair[0], 6)
		break
	}
	for name, weights := range load(t, "two.wapiti").Unigrams() {
		assert.Equal(t, "*x=Maria", name)
		for range weights {
			break
		}
		break
	}
}

func TestSniff(t *testing.T) {
	assert.True(t, Sniff(file(t, "model.wapiti")[:16]))
	for _, head := range []string{"", "#mdl", "lCRFxxxxFOMCdxxxxxxxxxxx", "version: 100\ncost"} {
		assert.False(t, Sniff([]byte(head)), head)
	}
}

func TestErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct{ old, new, err string }{
		{"#mdl#2", "#mdl#3", "line 1: model type 3"},
		{"#mdl#2", "mdl#2", `line 1: "mdl#2", expected "#mdl#"`},
		{"#2#4", "#2#5", `line 16: "", expected a number`},
		{"#2#4", "#2#3", "line 15: 6 bytes after the last weight"},
		{"#2#4", "#2#9999", "line 11: 9999 weights announced, but only 32 bytes remain"},
		{"#2#4", "#2#99999999999999999999", "line 1"},
		{"#rdr#2/", "#rdr#2:", "line 2: \":\", expected a slash"},
		{"#rdr#2/0/0", "#rdr#2/0/1", "patterns in a model that adds a u"},
		{"#rdr#2/", "#rdr#3/", "line 5"},
		{"#rdr#2/", "#rdr#4000000000/", "strings announced"},
		{"9:u:%x", "8:u:%x", "line 3: \"]\", expected a comma"},
		{"9:u:%x", "9u:%x", "expected a colon"},
		{"9:u:%x[0,0]", "9:u:%y[0,0]", "patterns:1"},
		{"9:u:%x[0,0]", "9:w:%x[0,0]", "starts with u, b or *"},
		{"9:u:%x[0,0]", "9:u:%x[0,#]", "has no #"},
		{"9:u:%x[0,0]", "4:u:a ", "end with a blank"},
		{"9:u:%x[0,0]", "0:", "pattern \"\""},
		{"#qrk#2\n1:X,\n1:Y,", "#qrk#0", "0 labels"},
		{"1:Y,", "1:X,", `duplicate string "X"`},
		{"3:u:b,", "3:u:a,", `duplicate string "u:a"`},
		{"3:u:b,", "3:x:b,", `attribute "x:b" does not start with`},
		{"3:u:b,", "0:,", `attribute "" does not start with`},
		{"3:u:b,", "99:u:b,", "file is truncated"},
		{"9=.25", "10=.25", "weight 10, but the attributes have only 10"},
		{"9=.25", "7=.25", "weight 7 after weight 7"},
		{"9=.25", "9:.25", "expected an equals sign"},
		{"9=.25", "9=NaN", "weight NaN"},
		{"9=.25", "9=1e999", "line 15"},
		{"9=.25", "9=x", "line 15"},
	} {
		require.Contains(t, good, c.old)
		_, err := Read([]byte(strings.Replace(good, c.old, c.new, 1)))
		assert.ErrorIs(t, err, ErrModel)
		assert.ErrorContains(t, err, c.err, "%q for %q", c.new, c.old)
	}
	_, err := Read([]byte(strings.Replace(good, "#qrk#2\n", "#qrk#40000\n"+strings.Repeat("1:Z,\n", 39998), 1)))
	assert.ErrorContains(t, err, "duplicate")
}

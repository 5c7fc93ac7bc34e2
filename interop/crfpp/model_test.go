package crfpp

import (
	"bytes"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
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

func TestTextAndBinaryAgree(t *testing.T) {
	for _, name := range []string{"model.crfpp", "odd.crfpp", "small.crfpp"} {
		b, s := load(t, name), load(t, name+".txt")
		assert.Equal(t, s.Labels(), b.Labels())
		assert.Equal(t, s.Templates().Source(), b.Templates().Source())
		assert.Equal(t, s.Columns(), b.Columns())
		assert.Equal(t, 1.0, s.CostFactor())
		assert.Equal(t, 1.0, b.CostFactor())
		near(t, collect(s.Unigrams()), collect(b.Unigrams()))
		near(t, collect(s.Bigrams()), collect(b.Bigrams()))
		near(t, map[string]map[[2]int]float64{"": sum(s.Transitions())}, map[string]map[[2]int]float64{"": sum(b.Transitions())})
	}
}

// near compares weights with their float32.
func near[K comparable](t *testing.T, want, got map[string]map[K]float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for name, weights := range want {
		require.Len(t, got[name], len(weights), name)
		for key, w := range weights {
			require.InDelta(t, w, got[name][key], 1e-6, "%s %v", name, key)
		}
	}
}

// The weights that a model lists determine all scores.
func TestScoresFollowFromTheNeutralForm(t *testing.T) {
	for _, name := range []string{"model.crfpp", "odd.crfpp.txt", "small.crfpp"} {
		m := load(t, name)
		unigrams, bigrams, transitions := collect(m.Unigrams()), collect(m.Bigrams()), sum(m.Transitions())
		program, err := m.Templates().Bind(m.Columns(), nil)
		require.NoError(t, err)
		extractor := program.NewExtractor()
		tagger := m.NewDecoder()
		in := newSentences(bytes.NewReader(file(t, "test.txt")), "", m.Columns())
		for range 5 {
			require.NoError(t, in.Next())
			rows := in.Rows
			require.NoError(t, tagger.Read(rows))
			extractor.Reset(rows)
			for i := range rows {
				node := make([]float64, len(m.Labels()))
				for _, a := range extractor.Unigrams(i) {
					for j, w := range unigrams[string(a)] {
						node[j] += w
					}
				}
				assert.InDeltaSlice(t, node, tagger.Scores().NodeAt(i), 1e-5)
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
				assert.InDeltaSlice(t, edge, tagger.Scores().EdgeAt(i), 1e-5)
			}
		}
	}
}

func TestNeutralFormMayBeLeftEarly(t *testing.T) {
	m := load(t, "model.crfpp")
	for range 2 {
		for name, weights := range m.Unigrams() {
			assert.True(t, strings.HasPrefix(name, "U00:"), "names come in byte order")
			for label := range weights {
				assert.Equal(t, 0, label)
				break
			}
			break
		}
		for pair := range m.Transitions() {
			assert.Equal(t, [2]int{0, 0}, pair)
			break
		}
	}
}

// A bigram attribute without weights allocates no L x L numbers.
func TestModelWithoutPairsHasNoEdges(t *testing.T) {
	m := read(t, []byte("version: 100\nmaxid: 2\nxsize: 1\n\nX\nY\n\nU:%x[0,0]\nB\nB:%x[0,0]\n\n0 U:a\n\n0.5\n1\n"))
	tagger := m.NewDecoder()
	require.NoError(t, tagger.Read(features.Rows{{"a"}, {"b"}}))
	assert.Empty(t, tagger.Scores().Edge)
	assert.Equal(t, []float64{0.5, 1, 0, 0}, tagger.Scores().Node)
	assert.Empty(t, sum(m.Transitions()))
}

func TestSniff(t *testing.T) {
	for _, name := range []string{"model.crfpp", "model.crfpp.txt", "small.crfpp", "odd.crfpp.txt"} {
		assert.True(t, Sniff(file(t, name)[:16]), name)
	}
	for _, head := range []string{"", "version", "lCRFxxxxFOMCdxxxxxxxxxxx", "#mdl#2#436\n#rdr#11/1/0", "versions of a text that"} {
		assert.False(t, Sniff([]byte(head)), head)
	}
}

const good = "version: 100\ncost-factor: 1\nmaxid: 6\nxsize: 1\n\nX\nY\n\nU:%x[0,0]\nB\n\n4 B\n0 U:a\n2 U:a b\n\n.1\n-.2\n3e-1\n4\n5\n6\n7\n8\n"

func TestTextErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	text := strings.Replace(good, "maxid: 6", "maxid: 8", 1)
	assert.Equal(t, []string{"X", "Y"}, read(t, []byte(text)).Labels())
	for _, c := range []struct{ old, new, err string }{
		{"version: 100", "version: 200", "line 1: version 200"},
		{"maxid: 8", "maxid: 9", "8 weights or more, expected 9"},
		{"maxid: 8", "maxid: 7", "line 23: 7 weights or more, expected 7"},
		{"maxid: 8", "maxid: 99", "line 5: 99 weights announced, but only 19 lines remain"},
		{"maxid: 8", "maxid: -8", "line 3"},
		{"maxid: 8", "maxid= 8", `line 3: "maxid= 8", expected key: value`},
		{"maxid: 8\n", "", "line 4: the header lacks maxid or xsize"},
		{"xsize: 1", "xsize: 99999999999", "line 4"},
		{"xsize: 1", "xsize: 0", "no such column"},
		{"X\nY", "X\nX", `label "X" is empty or a duplicate`},
		{"X\nY\n", "", "no labels"},
		{"U:%x", "V:%x", "starts with neither U nor B"},
		{"%x[0,0]", "%x[0,9]", "no such column"},
		{"%x[0,0]", "%q[0,0]", "templates:1"},
		{"4 B", "4", "line 12"},
		{"4 B", "x B", "line 12"},
		{"4 B", "5 B", "weights 5 to 8, but the model has 8"},
		{"2 U:a b", "2 U:a", `line 14: duplicate attribute "U:a"`},
		{"2 U:a b", "2 X:a", `attribute "X:a" starts with neither`},
		{"2 U:a b", "2 ", `attribute "" starts with neither`},
		{"2 U:a b", "1 U:a b", "two attributes share weight 1"},
		{"3e-1", "3e-1e", "line 18"},
		{"3e-1", "NaN", "weight 2 is NaN"},
		{"3e-1", "Inf", "weight 2 is +Inf"},
	} {
		require.Contains(t, text, c.old)
		_, err := Read([]byte(strings.Replace(text, c.old, c.new, 1)))
		assert.ErrorIs(t, err, ErrModel)
		assert.ErrorContains(t, err, c.err, "%q for %q", c.new, c.old)
	}
}

package wapiti

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

var sentence features.Sequence = features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}, {"Oslo", "NOUN"}}

// A MEMM is a product of distributions over labels given the previous label, so log Z is 0.
func TestMEMMIsNormalised(t *testing.T) {
	m := load(t, "memm.wapiti")
	require.Equal(t, MEMM, m.Type())
	tagger := m.NewDecoder()
	require.NoError(t, tagger.Read(sentence))
	logZ, err := tagger.LogZ()
	require.NoError(t, err)
	assert.InDelta(t, 0, logZ, 1e-12)
	s := tagger.Scores()
	for i := 1; i < s.T; i++ {
		for from := range s.L {
			sum := 0.0
			for _, v := range s.EdgeAt(i)[from*s.L:][:s.L] {
				sum += math.Exp(v)
			}
			assert.InDelta(t, 1, sum, 1e-12)
		}
	}
}

// Without weights of pairs, the labels of a MEMM are independent.
func TestMEMMWithoutPairs(t *testing.T) {
	m := read(t, []byte("#mdl#1#2\n#rdr#1/0/0\n1:u,\n#qrk#2\n1:X,\n1:Y,\n#qrk#1\n1:u,\n0=0x1p+0\n1=0x1.8p+1\n"))
	tagger := m.NewDecoder()
	require.NoError(t, tagger.Read(sentence))
	best, err := tagger.Label(1, false)
	require.NoError(t, err)
	p := 1 / (1 + math.Exp(-2))
	assert.Equal(t, []int{1, 1, 1}, best[0].Path)
	assert.InDeltaSlice(t, []float64{p, p, p}, best[0].Scores, 1e-12)
	assert.InDelta(t, p*p*p, best[0].Score, 1e-12)
}

// Posteriors sum to 1 over all labellings, and sums of weights equal the lattice scores.
func TestLabellingsAddUp(t *testing.T) {
	for _, name := range []string{"model.wapiti", "memm.wapiti", "two.wapiti"} {
		tagger := load(t, name).NewDecoder()
		require.NoError(t, tagger.Read(sentence))
		all, err := tagger.Label(1000, true)
		require.NoError(t, err)
		require.Len(t, all, 6*6*6)
		sum := 0.0
		for _, l := range all {
			product := 1.0
			for _, v := range l.Scores {
				product *= v
			}
			require.InDelta(t, product, l.Score, 1e-15)
			sum += l.Score
		}
		assert.InDelta(t, 1, sum, 1e-9, name)
		best, err := tagger.Label(3, false)
		require.NoError(t, err)
		if name == "memm.wapiti" {
			continue
		}
		for _, l := range best {
			assert.InDelta(t, tagger.Scores().PathScore(l.Path), l.Score, 1e-12)
		}
	}
}

func TestFix(t *testing.T) {
	tagger := load(t, "model.wapiti").NewDecoder()
	require.NoError(t, tagger.Read(sentence))
	free, err := tagger.Label(1000, false)
	require.NoError(t, err)
	var want [][]int // the labellings with the fixed label, in order
	for _, l := range free {
		if l.Path[1] == 4 {
			want = append(want, append([]int(nil), l.Path...))
		}
	}
	require.NoError(t, tagger.Fix([]int{-1, 4, -1}))
	fixed, err := tagger.Label(1000, false)
	require.NoError(t, err)
	require.Len(t, fixed, 36)
	for k, l := range fixed {
		require.Equal(t, want[k], l.Path)
	}
	assert.ErrorIs(t, tagger.Fix([]int{0}), model.ErrInput)
	assert.ErrorIs(t, tagger.Fix([]int{0, 1, 6}), model.ErrInput)
	require.NoError(t, tagger.Read(sentence))
	again, err := tagger.Label(1000, false)
	require.NoError(t, err)
	assert.Len(t, again, 216, "Read frees what was fixed")
}

// All labellings of a model of zeros are equal. The lowest labels come first, then labellings that
// differ at the front.
func TestTies(t *testing.T) {
	m := read(t, []byte("#mdl#2#0\n#rdr#2/0/0\n1:u,\n1:b,\n#qrk#2\n1:X,\n1:Y,\n#qrk#2\n1:u,\n1:b,\n"))
	out := label(t, m, []byte("a\nb\n"), Options{Only: true, NBest: 4})
	assert.Equal(t, "X X Y X X Y Y Y", strings.Join(strings.Fields(out), " "))
}

func TestRawModelsReadAttributes(t *testing.T) {
	raw := load(t, "raw.wapiti").NewDecoder()
	assert.ErrorIs(t, raw.Read(sentence), model.ErrInput)
	tokens := [][]string{{"uw=Maria", "bNOUN", "*t=NOUN", "b"}, {"uw=moved", "bVERB", "*t=VERB", "b"}}
	require.NoError(t, raw.ReadRaw(tokens))
	before := raw.Scores().PathScore([]int{0, 1})
	tokens[0] = append(tokens[0], "bunheard", "uunheard")
	tokens[0] = append(tokens[0][:1], tokens[0][2:]...) // no pair of labels ends at the first token
	require.NoError(t, raw.ReadRaw(tokens))
	assert.Equal(t, before, raw.Scores().PathScore([]int{0, 1}))
	assert.ErrorIs(t, raw.ReadRaw([][]string{{""}}), model.ErrInput)

	assert.ErrorIs(t, load(t, "model.wapiti").NewDecoder().ReadRaw(tokens), model.ErrInput)
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, name := range []string{"model.wapiti", "memm.wapiti", "two.wapiti"} {
		tagger := load(t, name).NewDecoder()
		given := []int{-1, 2, -1}
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			err := tagger.Read(sentence)
			if err == nil {
				_, err = tagger.Label(3, true)
			}
			if err == nil {
				err = tagger.Fix(given)
			}
			if err == nil {
				_, err = tagger.Label(1, false)
			}
			if err != nil {
				t.Error(err)
			}
		}), name)
	}
}

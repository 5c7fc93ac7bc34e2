package crfsuite_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/structured"
)

func TestTinyAsCRFsuite(t *testing.T) {
	m, items := read(t, tiny(t, "model")), tiny(t, "items")
	assert.Equal(t, string(tiny(t, "labels")), tagged(t, m, items, crfsuite.Output{}))
	all := crfsuite.Output{Reference: true, Probability: true, Marginal: true, MarginalAll: true}
	assert.Equal(t, string(tiny(t, "marginals")), tagged(t, m, items, all))
}

func TestWNUTAsCRFsuite(t *testing.T) {
	m, items := read(t, wnut(t, "model.crfsuite")), wnut(t, "dev.crfsuite")
	assert.True(t, string(wnut(t, "out.crfsuite.labels")) == tagged(t, m, items, crfsuite.Output{}))
	want := string(wnut(t, "out.crfsuite.probability"))
	got := tagged(t, m, items, crfsuite.Output{Reference: true, Probability: true, Marginal: true})
	assert.Equal(t, strings.Split(want, "\n"), strings.Split(got, "\n"))
}

// Checks the columns of every option, alone and combined.
func TestOutputs(t *testing.T) {
	m := &crfsuite.Model{
		Labels:      []string{"O", "B:x"},
		Attributes:  []crfsuite.Attribute{{Name: "a", Features: []crfsuite.Feature{{Label: 1, Weight: math.Ln2}}}},
		Transitions: []crfsuite.Transition{{From: 1, To: 0, Weight: math.Log(3)}},
	}
	tagger := newDecoder(t, m)
	require.NoError(t, tagger.ReadItems([][]attrfile.Attribute{{{Name: "a", Value: 1}}, {}}))
	// exp(score) of OO, OB, BO, BB: 1, 1, 6, 2.
	for want, o := range map[string]crfsuite.Output{
		"B:x\nO\n\n":                   {},
		"O\tB:x\n(null)\tO\n\n":        {Reference: true},
		"B:x:0.800000\nO:0.700000\n\n": {Marginal: true},
		"B:x\tO:0.200000\tB:x:0.800000\nO\tO:0.700000\tB:x:0.300000\n\n":                              {MarginalAll: true},
		"@score\t1.791759\t2.302585\n@probability\t0.600000\nB:x\nO\n\n":                              {Probability: true},
		"O\tB:x:0.800000\tO:0.200000\tB:x:0.800000\n(null)\tO:0.700000\tO:0.700000\tB:x:0.300000\n\n": {Reference: true, Marginal: true, MarginalAll: true},
	} {
		got, err := crfsuite.NewPrinter(m.Labels, o).Append([]byte("> "), tagger.Scores(), []string{"O", "I"})
		require.NoError(t, err)
		assert.Equal(t, "> "+want, string(got))
	}
	p := crfsuite.NewPrinter(m.Labels, crfsuite.Output{Reference: true, Probability: true, MarginalAll: true})
	got, err := p.Append([]byte("> "), tagger.Scores(), []string{"O"})
	assert.EqualError(t, err, "shape mismatch: 1 reference labels for 2 tokens")
	assert.Equal(t, "> ", string(got))
	_, err = p.Append(nil, structured.NewLattice(2, 3, structured.NoEdges), []string{"O", "O"})
	assert.EqualError(t, err, "shape mismatch: scores of 3 labels, expected 2")

	require.NoError(t, tagger.ReadItems(nil))
	got, err = p.Append(nil, tagger.Scores(), nil)
	require.NoError(t, err)
	assert.Empty(t, got)
}

// score sums the features as the format describes, feature by feature.
func score(m *crfsuite.Model, items [][]attrfile.Attribute, y []int) (sum float64) {
	for i, item := range items {
		for _, shown := range item {
			for _, a := range m.Attributes {
				for _, f := range a.Features {
					if a.Name == shown.Name && f.Label == y[i] {
						sum += shown.Value * f.Weight
					}
				}
			}
		}
		for _, f := range m.Transitions {
			if i > 0 && f.From == y[i-1] && f.To == y[i] {
				sum += f.Weight
			}
		}
	}
	return sum
}

func TestTaggerAgainstAllPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		m := random(rng, 4, 12)
		labeller := newLabeller(t, m)
		tagger := labeller.NewDecoder()
		items := make([][]attrfile.Attribute, 1+rng.IntN(4))
		for i := range items {
			for range rng.IntN(6) {
				name := "unknown"
				if len(m.Attributes) > 0 && rng.IntN(4) > 0 {
					name = m.Attributes[rng.IntN(len(m.Attributes))].Name
				}
				items[i] = append(items[i], attrfile.Attribute{Name: name, Value: float64(rng.IntN(5)-2) / 2})
			}
		}
		require.NoError(t, tagger.ReadItems(items))
		path, best, err := tagger.Best()
		require.NoError(t, err)
		assert.InDelta(t, score(m, items, path), best, 1e-12)
		logZ, err := tagger.LogZ()
		require.NoError(t, err)
		marginals, err := tagger.Marginals()
		require.NoError(t, err)
		z, nodes := 0.0, structured.NewLattice(len(items), len(m.Labels), structured.NoEdges)
		for y := range structured.Paths(len(items), len(m.Labels)) {
			s := score(m, items, y)
			assert.InDelta(t, s, tagger.Scores().PathScore(y), 1e-12)
			assert.LessOrEqual(t, s, best+1e-12)
			z += math.Exp(s)
			nodes.AddPath(y, math.Exp(s-logZ))
		}
		assert.InDelta(t, math.Log(z), logZ, 1e-12)
		assert.InDeltaSlice(t, nodes.Node, marginals.Node, 1e-12)
		labels, err := labeller.TagItems(items)
		require.NoError(t, err)
		for i, j := range path {
			assert.Equal(t, labeller.Labels()[j], labels[i])
		}
	}
}

// Of equal scores CRFsuite keeps the first, counting up from the lowest label.
func TestTies(t *testing.T) {
	m := &crfsuite.Model{
		Labels: []string{"c", "b", "a"},
		Attributes: []crfsuite.Attribute{
			{Name: "x", Features: []crfsuite.Feature{{Label: 2, Weight: 1}, {Label: 1, Weight: 1}}},
		},
		Transitions: []crfsuite.Transition{{From: 2, To: 0, Weight: 1}, {From: 1, To: 0, Weight: 1}, {From: 0, To: 2, Weight: 2}},
	}
	labeller := newLabeller(t, m)
	x := []attrfile.Attribute{{Name: "x", Value: 1}}
	for _, c := range []struct {
		items [][]attrfile.Attribute
		want  string
	}{
		{[][]attrfile.Attribute{nil}, "c"},
		{[][]attrfile.Attribute{x}, "b"},
		{[][]attrfile.Attribute{nil, nil}, "c a"},
		{[][]attrfile.Attribute{x, nil}, "b c"},
		{[][]attrfile.Attribute{nil, x, nil}, "c a c"},
	} {
		got, err := labeller.TagItems(c.items)
		require.NoError(t, err)
		assert.Equal(t, c.want, strings.Join(got, " "))
	}
}

func TestTaggerErrors(t *testing.T) {
	m, _ := small(t)
	labeller := newLabeller(t, m)
	tagger := labeller.NewDecoder()
	item := func(name string, v float64) []attrfile.Attribute { return []attrfile.Attribute{{Name: name, Value: v}} }
	assert.EqualError(t, tagger.ReadItems([][]attrfile.Attribute{nil, item("cap", math.Inf(1))}), `token 2: attribute "cap" has the value +Inf`)
	_, err := labeller.TagItems([][]attrfile.Attribute{item("cap", math.NaN())})
	assert.EqualError(t, err, `token 1: attribute "cap" has the value NaN`)

	var beyond *structured.ValueError
	_, err = labeller.TagItems([][]attrfile.Attribute{item("cap", math.MaxFloat64)}) // times the weight 2
	assert.ErrorAs(t, err, &beyond)
	require.NoError(t, tagger.ReadItems([][]attrfile.Attribute{item("cap", math.MaxFloat64)}))
	_, err = crfsuite.NewPrinter(m.Labels, crfsuite.Output{}).Append(nil, tagger.Scores(), nil)
	assert.ErrorAs(t, err, &beyond)

	labels := make([]string, 10_000)
	for j := range labels {
		labels[j] = strings.Repeat("x", j)
	}
	_, err = crfsuite.NewLabeller(&crfsuite.Model{Labels: labels})
	assert.ErrorIs(t, err, crfsuite.ErrTooLarge)
}

func TestGoroutinesShareALabeller(t *testing.T) {
	labeller, all := newLabeller(t, read(t, tiny(t, "model"))), sentences(t, tiny(t, "items"))
	var want []byte
	for _, it := range all {
		labels, err := labeller.TagItems(it.Attributes)
		require.NoError(t, err)
		want = append(want, strings.Join(labels, "\n")+"\n\n"...)
	}
	assert.Equal(t, string(tiny(t, "labels")), string(want))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			empty, err := labeller.TagItems(nil)
			assert.NoError(t, err)
			assert.Empty(t, empty)
			var got []byte
			for _, it := range all {
				labels, err := labeller.TagItems(it.Attributes)
				assert.NoError(t, err)
				got = append(got, strings.Join(labels, "\n")+"\n\n"...)
			}
			assert.Equal(t, string(want), string(got))
		})
	}
	group.Wait()
}

func TestTaggerAllocatesNothing(t *testing.T) {
	labeller, all := newLabeller(t, read(t, tiny(t, "model"))), sentences(t, tiny(t, "items"))
	tagger := labeller.NewDecoder()
	p := crfsuite.NewPrinter(labeller.Labels(), crfsuite.Output{Reference: true, Probability: true, Marginal: true, MarginalAll: true})
	var out []byte
	run := func() {
		out = out[:0]
		for _, it := range all {
			err := tagger.ReadItems(it.Attributes)
			if err == nil {
				out, err = p.Append(out, tagger.Scores(), it.Labels)
			}
			if err == nil {
				_, err = tagger.Marginals()
			}
			if err == nil {
				_, _, err = tagger.Best()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	assert.Zero(t, testing.AllocsPerRun(20, run))
}

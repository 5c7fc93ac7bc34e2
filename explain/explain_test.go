package explain_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// scale is what the rounding errors of scores are relative to.
func scale(x *explain.Explanation) float64 { return max(1, math.Abs(x.Score)) }

// checkSums checks that the parts of each contrast sum to the difference of the scores. No part may
// cancel, the strongest come first, and the decisive ones decide.
func checkSums(t *testing.T, x *explain.Explanation) {
	t.Helper()
	for at, token := range x.Tokens {
		c := token.Contrast
		if c == nil {
			continue
		}
		require.NotEqual(t, token.Label, c.Label)
		require.Equal(t, c.Label, x.Labelling(c).Labels[at])
		sum, last := 0.0, math.Inf(1)
		for _, p := range c.Parts {
			share := 0.0
			if p.Chosen != nil {
				share += p.Chosen.Weight
			}
			if p.Other != nil {
				share -= p.Other.Weight
			}
			require.Equal(t, share, p.Difference)
			require.NotZero(t, p.Difference)
			require.LessOrEqual(t, math.Abs(p.Difference), last)
			last = math.Abs(p.Difference)
			sum += p.Difference
		}
		require.InDelta(t, x.Score-c.Score, sum, 1e-9*scale(x), "token %d", at)
		require.InDelta(t, sum, c.Difference, 1e-9*scale(x))
		checkDecisive(t, c)
	}
}

// checkRunnerUp checks that the runner-up of the sentence is the best one of all tokens. It needs
// contrasts with the runner-up at all tokens.
func checkRunnerUp(t *testing.T, x *explain.Explanation) {
	t.Helper()
	var best *explain.Contrast
	for at := range x.Tokens {
		if c := x.Tokens[at].Contrast; c != nil && (best == nil || c.Score > best.Score) {
			best = c
		}
	}
	if best == nil {
		require.Nil(t, x.RunnerUp)
		return
	}
	require.InDelta(t, best.Score, x.RunnerUp.Score, 1e-12*scale(x))
	require.InDelta(t, best.Probability, x.RunnerUp.Probability, 1e-12)
	require.True(t, slices.ContainsFunc(x.Tokens, func(t explain.Token) bool {
		return t.Contrast != nil && slices.Equal(x.Labelling(t.Contrast).Labels, x.RunnerUp.Labels)
	}))
}

// checkDecisive checks that without the decisive parts the other labelling wins. Without fewer of
// the strongest supporting parts it must not.
func checkDecisive(t *testing.T, c *explain.Contrast) {
	t.Helper()
	if c.Difference <= 0 {
		require.Empty(t, c.Decisive)
		return
	}
	require.NotEmpty(t, c.Decisive)
	rest := c.Difference
	for _, k := range c.Decisive {
		require.Positive(t, c.Parts[k].Difference)
		require.Positive(t, rest, "fewer parts decide")
		rest -= c.Parts[k].Difference
	}
	require.LessOrEqual(t, rest, 1e-9)
}

// labellings returns all labellings of a sentence, best first, as the tagger of the model gives
// them.
func labellings(t *testing.T, m model.Labeller, s model.Sentence, o model.TagOptions) []model.Labelling {
	t.Helper()
	o.NBest = 1 << 14
	tagger, err := m.NewTagger(o)
	require.NoError(t, err)
	list, err := tagger.Label(s, nil)
	require.NoError(t, err)
	require.Less(t, len(list), o.NBest, "too many labellings to list")
	return list
}

// checkAll compares an explanation with all labellings of the sentence. It needs labels that the
// tagger writes. tolerance is that of scores.
func checkAll(t *testing.T, x *explain.Explanation, all []model.Labelling, tolerance float64) {
	t.Helper()
	tolerance *= scale(x)
	require.InDelta(t, all[0].Score, x.Score, tolerance)
	require.InDelta(t, all[0].Probability, x.Probability, 10*tolerance)
	for at, token := range x.Tokens {
		shares := make(map[string]float64)
		best := math.Inf(-1)
		for _, l := range all {
			shares[l.Labels[at]] += l.Probability
			if l.Labels[at] != token.Label {
				best = max(best, l.Score)
			}
		}
		for _, c := range token.Candidates {
			require.InDelta(t, shares[c.Label], c.Probability, 10*tolerance)
			delete(shares, c.Label)
		}
		for label, p := range shares {
			require.Less(t, p, 0.01+10*tolerance, "label %s is no candidate", label)
		}
		c := token.Contrast
		if c == nil {
			require.True(t, math.IsInf(best, -1), "token %d has a runner-up", at)
			require.NotEmpty(t, token.Note)
			continue
		}
		require.InDelta(t, best, c.Score, tolerance, "token %d", at)
		labels := x.Labelling(c).Labels
		k := slices.IndexFunc(all, func(l model.Labelling) bool { return slices.Equal(l.Labels, labels) })
		require.GreaterOrEqual(t, k, 0, "%v is no labelling", labels)
		require.InDelta(t, all[k].Score, c.Score, tolerance)
		require.InDelta(t, all[k].Probability, c.Probability, 10*tolerance)
	}
}

// checkAttributes checks that the difference of each attribute part is that of the weights that the
// explanation lists for the token.
func checkAttributes(t *testing.T, x *explain.Explanation) {
	t.Helper()
	for _, token := range x.Tokens {
		if token.Contrast == nil {
			continue
		}
		for _, p := range token.Contrast.Parts {
			if p.Kind != explain.AttributePart {
				continue
			}
			for _, share := range []*explain.Share{p.Chosen, p.Other} {
				if share == nil {
					continue
				}
				sum := 0.0
				for _, a := range x.Tokens[p.Token].Attributes {
					switch {
					case a.Name != p.Name || a.Value != cmp.Or(p.Value, 1):
					case p.Subtag != "":
						sum += a.Value * a.Subtags[p.Subtag]
					default:
						sum += a.Value * a.Weights[share.Labels[0]]
					}
				}
				require.InDelta(t, sum, share.Weight, 1e-9*scale(x), "%+v", p)
			}
		}
	}
}

func TestAllKinds(t *testing.T) {
	for name, k := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			e, err := explain.New(k.m)
			require.NoError(t, err)
			contrasts := 0
			for _, s := range k.sentences {
				words, tagged := s.words(), model.TagOptions{Unconstrained: k.o.Unconstrained, NoDictionary: k.o.NoDictionary}
				x, err := e.Explain(words, s.Sentence, k.o)
				require.NoError(t, err)
				require.Equal(t, k.m.Kind(), x.Kind)
				checkSums(t, x)
				checkRunnerUp(t, x)
				checkAttributes(t, x)
				if x.Scheme == "" {
					checkAll(t, x, labellings(t, k.m, s.Sentence, tagged), k.tolerance)
				}
				for _, token := range x.Tokens {
					if token.Contrast != nil {
						contrasts++
					}
				}
				_, err = json.Marshal(x)
				require.NoError(t, err)
			}
			require.Greater(t, contrasts, 5)
		})
	}
}

// The chosen labels are those of the tagger, also in long sentences and with ties.
func TestChosenLabelsAreThoseOfTheTagger(t *testing.T) {
	for name, k := range kinds(t) {
		e, err := explain.New(k.m)
		require.NoError(t, err)
		tagger, err := k.m.NewTagger(model.TagOptions{})
		require.NoError(t, err)
		for _, s := range append(k.long, k.sentences...) {
			x, err := e.Explain(s.words(), s.Sentence, explain.Options{Brief: true})
			require.NoError(t, err)
			checkSums(t, x)
			list, err := tagger.Label(s.Sentence, nil)
			require.NoError(t, err)
			if x.Scheme != "" {
				continue
			}
			labels := []string{}
			for _, token := range x.Tokens {
				labels = append(labels, token.Label)
			}
			require.Equal(t, append([]string{}, list[0].Labels...), labels, name)
		}
	}
}

// In long sentences, the best labelling with a label is that of a tagger with this label fixed.
func TestContrastsOfLongSentences(t *testing.T) {
	for name, k := range kinds(t) {
		tagger, err := k.m.NewTagger(model.TagOptions{Fixed: true, Unconstrained: k.o.Unconstrained})
		if err != nil || k.m.Kind() == model.Pruned || name == "dictionary" || name == "calibrated dictionary" { // fixed labels change what these allow
			continue
		}
		e, err := explain.New(k.m)
		require.NoError(t, err)
		for _, s := range k.long {
			x, err := e.Explain(s.words(), s.Sentence, k.o)
			require.NoError(t, err)
			checkSums(t, x)
			checkRunnerUp(t, x)
			for at, token := range x.Tokens {
				fixed := make([]string, len(x.Tokens))
				fixed[at] = token.Contrast.Label
				list, err := tagger.Label(s.Sentence, fixed)
				require.NoError(t, err)
				require.InDelta(t, list[0].Score, token.Contrast.Score, k.tolerance*scale(x), "%s, token %d", name, at)
			}
		}
	}
}

func TestAgainst(t *testing.T) {
	for name, k := range kinds(t) {
		e, err := explain.New(k.m)
		require.NoError(t, err)
		s := k.sentences[len(k.sentences)-1]
		words := s.words()
		plain, err := e.Explain(words, s.Sentence, explain.Options{Least: 1e-300})
		require.NoError(t, err)
		if plain.Scheme != "" {
			continue
		}
		all := labellings(t, k.m, s.Sentence, model.TagOptions{})
		for at, token := range plain.Tokens {
			for _, c := range token.Candidates {
				x, err := e.Explain(words, s.Sentence, explain.Options{Against: c.Label, Token: at + 1})
				require.NoError(t, err)
				checkSums(t, x)
				require.Equal(t, plain.RunnerUp, x.RunnerUp)
				for other := range x.Tokens {
					require.True(t, other == at || x.Tokens[other].Contrast == nil, name)
				}
				if c.Label == token.Label {
					require.Equal(t, token.Contrast, x.Tokens[at].Contrast)
					continue
				}
				best := math.Inf(-1)
				for _, l := range all {
					if l.Labels[at] == c.Label {
						best = max(best, l.Score)
					}
				}
				got := x.Tokens[at].Contrast
				if math.IsInf(best, -1) {
					require.Nil(t, got)
					require.NotEmpty(t, x.Tokens[at].Note)
					continue
				}
				require.Equal(t, c.Label, got.Label)
				require.InDelta(t, best, got.Score, k.tolerance*scale(x), name)
			}
		}
	}
}

func TestNBest(t *testing.T) {
	for name, k := range kinds(t) {
		e, err := explain.New(k.m)
		require.NoError(t, err)
		for _, s := range k.sentences {
			x, err := e.Explain(s.words(), s.Sentence, explain.Options{NBest: 3, Brief: true})
			require.NoError(t, err)
			if x.Scheme != "" {
				continue
			}
			all := labellings(t, k.m, s.Sentence, model.TagOptions{})
			require.Len(t, x.NBest, min(3, len(all)), name)
			for r, l := range x.NBest {
				require.InDelta(t, all[r].Score, l.Score, k.tolerance*scale(x))
				require.InDelta(t, all[r].Probability, l.Probability, 10*k.tolerance*scale(x))
				for at, token := range x.Tokens {
					require.True(t, slices.ContainsFunc(token.Candidates, func(c explain.Candidate) bool { return c.Label == l.Labels[at] }))
					require.True(t, r > 0 || token.Label == l.Labels[at])
				}
			}
			if len(x.NBest) > 1 && x.RunnerUp != nil {
				require.InDelta(t, x.NBest[1].Score, x.RunnerUp.Score, k.tolerance*scale(x))
			}
		}
	}
}

func TestErrors(t *testing.T) {
	m := tiny(t)
	e, err := explain.New(m)
	require.NoError(t, err)
	s := model.Sentence{Columns: features.Rows{{"a"}, {"b"}}}
	words := []string{"a", "b"}
	for _, o := range []explain.Options{
		{NBest: -1}, {Token: -1}, {Token: 3}, {Against: "none"}, {Least: -1}, {Least: math.NaN()}, {Errors: true, Token: 1},
	} {
		_, err := e.Explain(words, s, o)
		var option *model.OptionError
		require.ErrorAs(t, err, &option, "%+v", o)
	}
	for _, bad := range []model.Sentence{{Columns: features.Rows{{}, {}}}, {Items: nil, Columns: features.Rows{{"a"}}}} {
		_, err := e.Explain(words, bad, explain.Options{})
		require.ErrorIs(t, err, model.ErrInput)
	}
	_, err = e.Explain(words, s, explain.Options{Gold: []string{"A"}})
	require.ErrorIs(t, err, model.ErrInput)
	_, err = explain.New(opaque{m})
	require.ErrorIs(t, err, explain.ErrModel)
	assert.EqualError(t, err, "this kind of model cannot be explained: chain")

	x, err := e.Explain(nil, model.Sentence{}, explain.Options{NBest: 2})
	require.NoError(t, err)
	assert.Empty(t, x.Tokens)
	assert.Nil(t, x.RunnerUp)
	assert.InDelta(t, 1, x.Probability, 1e-12)
}

// opaque hides the methods of a model.
type opaque struct{ model.Labeller }

func TestGold(t *testing.T) {
	e, err := explain.New(tiny(t))
	require.NoError(t, err)
	s := model.Sentence{Columns: features.Rows{{"a"}, {"b"}, {"a"}, {"b"}}}
	words := []string{"a", "b", "a", "b"}
	x, err := e.Explain(words, s, explain.Options{Gold: []string{"A", "A", "", "nothing"}, Errors: true})
	require.NoError(t, err)
	require.Equal(t, "A", x.Tokens[0].Label)
	assert.Nil(t, x.Tokens[0].Contrast)
	require.NotNil(t, x.Tokens[1].Contrast)
	assert.Equal(t, "A", x.Tokens[1].Contrast.Label)
	assert.Nil(t, x.Tokens[2].Contrast)
	assert.Equal(t, "the model has no label nothing", x.Tokens[3].Note)
	assert.Equal(t, "A", x.Tokens[1].Gold)
}

func TestPositions(t *testing.T) {
	var x explain.Explanation
	x.SetText([]string{"Zoë", "", "😀", "z\xff"})
	assert.Equal(t, "Zoë  😀 z\xff", x.Text)
	runes := []rune(x.Text)
	for _, token := range x.Tokens {
		assert.Equal(t, string([]rune(token.Text)), string(runes[token.Start:token.End]))
	}
}

func TestDictionary(t *testing.T) {
	k := kinds(t)["dictionary"]
	e, err := explain.New(k.m)
	require.NoError(t, err)
	s := model.Sentence{Columns: features.Rows{{"a", "x"}, {"b", "x"}, {"c", "x"}}}
	x, err := e.Explain([]string{"a", "b", "c"}, s, explain.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"B"}, x.Tokens[0].Only)
	assert.Nil(t, x.Tokens[0].Contrast)
	assert.Empty(t, x.Tokens[0].Attributes)
	assert.Equal(t, "the tag dictionary or pruning allows only B", x.Tokens[0].Note)
	assert.Equal(t, []string{"A", "C"}, x.Tokens[1].Only)
	assert.Contains(t, []string{"A", "C"}, x.Tokens[1].Contrast.Label)
	assert.Nil(t, x.Tokens[2].Only)

	x, err = e.Explain([]string{"a", "b", "c"}, s, explain.Options{Against: "A", Token: 1})
	require.NoError(t, err)
	assert.Equal(t, "the tag dictionary or pruning allows only B", x.Tokens[0].Note)
	x, err = e.Explain([]string{"a", "b", "c"}, s, explain.Options{NoDictionary: true})
	require.NoError(t, err)
	assert.Nil(t, x.Tokens[0].Only)
	assert.NotNil(t, x.Tokens[0].Contrast)
	assert.NotEmpty(t, x.Tokens[0].Attributes)
}

// A changed option of the decoder must not be kept for the next sentence.
func TestExplainerKeepsNoOptions(t *testing.T) {
	k := kinds(t)["bioes to bio"]
	e, err := explain.New(k.m)
	require.NoError(t, err)
	s := k.sentences[len(k.sentences)-1]
	words := s.words()
	want, err := e.Explain(words, s.Sentence, explain.Options{})
	require.NoError(t, err)
	_, err = e.Explain(words, s.Sentence, explain.Options{Unconstrained: true, NBest: 3, Brief: true})
	require.NoError(t, err)
	got, err := e.Explain(words, s.Sentence, explain.Options{})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// Top cuts the lists of parts, keeps the decisive ones, and sums the others.
func TestTop(t *testing.T) {
	cuts := 0
	for name, k := range kinds(t) {
		e, err := explain.New(k.m)
		require.NoError(t, err)
		for _, s := range append(k.long, k.sentences...) {
			o := k.o
			all, err := e.Explain(s.words(), s.Sentence, o)
			require.NoError(t, err)
			o.Top = 1
			some, err := e.Explain(s.words(), s.Sentence, o)
			require.NoError(t, err)
			for at := range all.Tokens {
				c, want := some.Tokens[at].Contrast, all.Tokens[at].Contrast
				if want == nil || len(want.Parts) == 0 {
					continue
				}
				n := len(c.Parts)
				require.Equal(t, want.Parts[:n], c.Parts)
				require.Equal(t, want.Decisive, c.Decisive)
				sum := 0.
				for _, p := range c.Parts {
					sum += p.Difference
				}
				if c.Others != nil {
					cuts++
					require.Equal(t, len(want.Parts)-n, c.Others.Count)
					sum += c.Others.Difference
				}
				require.InDelta(t, c.Difference, sum, 1e-9*scale(all), name)
				last := 0
				if len(c.Decisive) > 0 {
					last = c.Decisive[len(c.Decisive)-1]
				}
				require.Equal(t, last+1, n)
			}
		}
	}
	assert.Greater(t, cuts, 100)
}

func TestRefusedOptions(t *testing.T) {
	e, err := explain.New(kinds(t)["semi bio"].m)
	require.NoError(t, err)
	_, err = e.Explain([]string{"a"}, model.Sentence{Columns: features.Rows{{"a", "x"}}}, explain.Options{Unconstrained: true})
	var option *model.OptionError
	require.True(t, errors.As(err, &option))
	assert.Equal(t, "no-constraints", option.Option)
	require.ErrorAs(t, explain.Options{Top: -1}.Check(), &option)
	assert.Equal(t, "top", option.Option)
}

func TestUnfitInput(t *testing.T) {
	columns, items := model.Sentence{Columns: features.Rows{{"a", "x"}}}, itemsOf(rand.New(rand.NewPCG(1, 2)), 1).Sentence
	for name, k := range kinds(t) {
		e, err := explain.New(k.m)
		require.NoError(t, err)
		wrong, short := items, model.Sentence{Columns: features.Rows{{}}}
		if k.m.Input().Templates == nil {
			wrong, short = columns, columns
		}
		for _, s := range []model.Sentence{wrong, short} {
			_, err = e.Explain([]string{"a"}, s, explain.Options{})
			require.ErrorIs(t, err, model.ErrInput, name)
		}
		d, err := k.m.(explain.Model).NewDecoderOfTerms(model.TagOptions{})
		require.NoError(t, err)
		if k.m.Input().Templates == nil {
			err = d.Read(columns.Columns)
		} else {
			err = d.ReadItems(items.Items)
		}
		require.ErrorIs(t, err, model.ErrInput, name)
	}
}

// Labels that the scheme rules out have a note instead of a contrast.
func TestNotes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		labels  string
		scheme  structured.Scheme
		against string
		want    string
	}{
		{"A", structured.Plain, "", "the model has no other label"},
		{"O I-X", structured.BIO, "", "the label scheme allows no other label here"},
		{"O B-X I-X", structured.BIO, "I-X", "the label scheme does not allow I-X here"},
	} {
		e, err := explain.New(chain(t, rng, content(t, rng, strings.Fields(c.labels), c.scheme), crf.Float64).m)
		require.NoError(t, err)
		x, err := e.Explain([]string{"a"}, model.Sentence{Columns: features.Rows{{"a", "x"}}}, explain.Options{Against: c.against})
		require.NoError(t, err)
		assert.Equal(t, c.want, x.Tokens[0].Note)
		assert.Nil(t, x.Tokens[0].Contrast)
		assert.Equal(t, c.against == "", x.RunnerUp == nil)
	}
}

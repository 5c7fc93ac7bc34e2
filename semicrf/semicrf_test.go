package semicrf_test

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

type labelled struct {
	rows   features.Rows
	labels []string
}

// read reads rows whose last column is the label.
func read(t testing.TB, r io.Reader, columns int) []labelled {
	var all []labelled
	reader := corpus.NewReader(r, "test", corpus.Options{})
	for {
		var s corpus.Sentence
		err := reader.Read(&s)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		var l labelled
		for k := range s.Len() {
			var row []string
			for c := range columns {
				row = append(row, s.Field(k, c))
			}
			l.rows = append(l.rows, row)
			l.labels = append(l.labels, s.Field(k, s.Columns()-1))
		}
		all = append(all, l)
	}
}

func preset(t testing.TB) model.Input {
	templates, err := features.Preset("ner")
	require.NoError(t, err)
	return model.Input{Templates: templates, Names: map[string]int{"form": 0}}
}

func dataset(t testing.TB, in model.Input, all []labelled) *semicrf.Dataset {
	d, err := semicrf.NewDataset(in)
	require.NoError(t, err)
	for _, s := range all {
		require.NoError(t, d.Add(s.rows, s.labels, 1))
	}
	return d
}

func f1(t testing.TB, m *semicrf.Model, all []labelled) float64 {
	e := metrics.Evaluator{Scheme: m.Scheme()}
	for _, s := range all {
		labels, err := m.Tag(s.rows)
		require.NoError(t, err)
		require.NoError(t, e.Add(s.labels, labels, nil))
	}
	return e.Results().F1
}

var limits = optimize.Limits{MaxIterations: 40}

// On the sample corpus the model fits the training data and finds most spans of similar data.
func TestLearns(t *testing.T) {
	train, dev := read(t, strings.NewReader(sample.Train), 1), read(t, strings.NewReader(sample.Dev), 1)
	d := dataset(t, preset(t), train)
	assert.Equal(t, len(train), d.Len())
	var steps int
	m, summary, err := semicrf.Train(context.Background(), d, semicrf.Options{
		Batch: optimize.LBFGS{Limits: limits}, Penalty: optimize.Penalty{L2: 0.1},
		Progress: func(model.Progress) { steps++ },
	})
	require.NoError(t, err)
	assert.Positive(t, steps)
	assert.Equal(t, m.Features(), summary.Features)
	assert.Zero(t, summary.Skipped)
	assert.Greater(t, f1(t, m, train), 0.97)
	assert.Greater(t, f1(t, m, dev), 0.5)

	// Span probabilities belong to the spans that the labels encode.
	tagger := m.NewDecoder()
	for _, s := range dev {
		require.NoError(t, tagger.Read(s.rows))
		y, _, err := tagger.Best()
		require.NoError(t, err)
		found, err := tagger.Spans(y)
		require.NoError(t, err)
		labels, err := m.Tag(s.rows)
		require.NoError(t, err)
		want := annotation.AppendSpans(nil, labels)
		require.Len(t, found, len(want))
		for k, span := range found {
			assert.Equal(t, want[k], span.Span)
			assert.True(t, span.Probability > 0 && span.Probability < 1+1e-9)
		}
	}
	labels, err := m.Tag(features.Rows(nil))
	assert.NoError(t, err)
	assert.Empty(t, labels)
}

// Every loss, with an optimizer that supports it, fits the few sentences of the development sample.
// Non-convex losses start from the weights of cross-entropy.
func TestLossesTrain(t *testing.T) {
	all := read(t, strings.NewReader(sample.Dev), 1)
	d := dataset(t, preset(t), all)
	var convex *semicrf.Model
	for _, name := range losses.GeneralNames() {
		loss, err := losses.NewGeneral(name, losses.Options{Cost: semimarkov.SpanCost{FalseNegative: 1, FalsePositive: 1}})
		require.NoError(t, err)
		o := semicrf.Options{
			Loss: loss, Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 12, Seed: 1}}, Penalty: optimize.Penalty{L2: 0.01},
		}
		switch traits := loss.Traits(); {
		case !traits.Convex && traits.Smooth:
			o.Init, o.Stochastic, o.Batch = convex, nil, optimize.LBFGS{Limits: limits}
		case !traits.Convex:
			o.Init = convex
		}
		m, _, err := semicrf.Train(context.Background(), d, o)
		require.NoError(t, err)
		assert.Greater(t, f1(t, m, all), 0.9, name)
		if name == "cross-entropy" {
			convex = m
		}
	}
}

// Training with Init and no steps returns the initial weights of the features that both models
// have.
func TestInit(t *testing.T) {
	all := read(t, strings.NewReader(sample.Dev), 1)
	m, _, err := semicrf.Train(context.Background(), dataset(t, preset(t), all), semicrf.Options{
		Batch: optimize.LBFGS{Limits: limits}, Penalty: optimize.Penalty{L2: 0.1},
	})
	require.NoError(t, err)
	backwards := slices.Clone(all)
	slices.Reverse(backwards) // different numbers for the same names
	again, _, err := semicrf.Train(context.Background(), dataset(t, preset(t), backwards), semicrf.Options{
		Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 1}, Rate: 1e-13}, Init: m, MaxLength: m.MaxLength() + 1,
	})
	require.NoError(t, err)
	label := []int{0} // label numbers in again for each label in m
	for _, typ := range m.Types() {
		label = append(label, 1+slices.Index(again.Types(), typ))
	}
	require.NotEqual(t, []int{0, 1, 2, 3, 4}, label)
	a, b := m.NewDecoder(), again.NewDecoder()
	for _, s := range all {
		require.NoError(t, a.Read(s.rows))
		require.NoError(t, b.Read(s.rows))
		want, got := a.Scores(), b.Scores()
		for i, k := range label {
			for j, l := range label {
				assert.InDelta(t, want.Edge[i*want.L+j], got.Edge[k*got.L+l], 1e-9)
			}
			for at := range want.T {
				for d := 1; d <= min(want.M, want.T-at); d++ {
					x, y := want.At(at, d)[i], got.At(at, d)[k]
					require.True(t, x == y || math.Abs(x-y) < 1e-9)
				}
			}
		}
	}
}

// The same data, options and threads give the same bits. Other numbers of threads give almost the
// same value.
func TestThreads(t *testing.T) {
	d := dataset(t, preset(t), read(t, strings.NewReader(sample.Dev), 1))
	run := func(threads int, o semicrf.Options) ([]byte, float64) {
		o.Threads, o.Penalty = threads, optimize.Penalty{L2: 1}
		m, summary, err := semicrf.Train(context.Background(), d, o)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, m.Save(&b))
		return b.Bytes(), summary.Objective
	}
	for _, o := range []semicrf.Options{
		{Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 5}}},
		{Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 2, BatchSize: 32}}},
	} {
		a, one := run(1, o)
		b, three := run(3, o)
		c, again := run(3, o)
		assert.Equal(t, b, c)
		assert.Equal(t, three, again)
		assert.NotEmpty(t, a)
		assert.InEpsilon(t, one, three, 1e-9)
	}
}

func TestSaveAndLoad(t *testing.T) {
	all := read(t, strings.NewReader(sample.Dev), 1)
	m, _, err := semicrf.Train(context.Background(), dataset(t, preset(t), all[:20]), semicrf.Options{
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 20}}, Penalty: optimize.Penalty{L2: 0.1},
	})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	back, err := semicrf.Load(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, m.Types(), back.Types())
	assert.Equal(t, m.MaxLength(), back.MaxLength())
	assert.Equal(t, m.Features(), back.Features())
	assert.Equal(t, m.Input().Names, back.Input().Names)
	for _, s := range all {
		want, err := m.Tag(s.rows)
		require.NoError(t, err)
		got, err := back.Tag(s.rows)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	var again bytes.Buffer
	require.NoError(t, back.Save(&again))
	assert.Equal(t, file.Bytes(), again.Bytes())

	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		bad := bytes.Clone(file.Bytes())
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		_, err := semicrf.Load(bytes.NewReader(bad))
		require.ErrorIs(t, err, model.ErrModel)
		_, err = semicrf.Load(bytes.NewReader(file.Bytes()[:rng.IntN(file.Len())]))
		require.ErrorIs(t, err, model.ErrModel)
	}
}

// L1 leaves few features. Sentences added to the data set later do not affect the model.
func TestModelIsSmallAndItsOwn(t *testing.T) {
	all := read(t, strings.NewReader(sample.Dev), 1)
	d := dataset(t, preset(t), all[:20])
	m, summary, err := semicrf.Train(context.Background(), d, semicrf.Options{
		Batch: optimize.OWLQN{Limits: limits}, Penalty: optimize.Penalty{L1: 0.3},
	})
	require.NoError(t, err)
	assert.Less(t, m.Features(), summary.Features/2)
	assert.Greater(t, f1(t, m, all[:20]), 0.9)
	before := make([][]string, len(all))
	for k, s := range all {
		before[k], err = m.Tag(s.rows)
		require.NoError(t, err)
	}
	for k, s := range all {
		require.NoError(t, d.Add(s.rows, s.labels, 1))
		after, err := m.Tag(s.rows)
		require.NoError(t, err)
		require.Equal(t, before[k], after)
	}
}

func TestTagConcurrently(t *testing.T) {
	all := read(t, strings.NewReader(sample.Dev), 1)
	m, _, err := semicrf.Train(context.Background(), dataset(t, preset(t), all), semicrf.Options{
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 5}}, Penalty: optimize.Penalty{L2: 1},
	})
	require.NoError(t, err)
	want := make([][]string, len(all))
	for k, s := range all {
		want[k], err = m.Tag(s.rows)
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for k, s := range all {
				got, err := m.Tag(s.rows)
				assert.NoError(t, err)
				assert.Equal(t, want[k], got)
			}
		})
	}
	wg.Wait()

	tagger := m.NewDecoder()
	rows := features.Sequence(all[0].rows)
	tag := func() {
		require.NoError(t, tagger.Read(rows))
		y, _, err := tagger.Best()
		if err != nil {
			panic(err)
		}
		if _, err := tagger.Spans(y); err != nil {
			panic(err)
		}
	}
	tag()
	assert.Zero(t, testing.AllocsPerRun(20, tag))
}

func TestErrors(t *testing.T) {
	in := preset(t)
	_, err := semicrf.NewDataset(model.Input{Templates: in.Templates})
	assert.ErrorIs(t, err, model.ErrInput)
	_, err = semicrf.NewDataset(model.Input{Names: in.Names})
	assert.ErrorIs(t, err, model.ErrInput)
	values, err := features.Parse(strings.NewReader("u:%v[0,form]\n"), "", features.DialectTrellis)
	require.NoError(t, err)
	_, err = semicrf.NewDataset(model.Input{Templates: values, Names: in.Names})
	assert.ErrorIs(t, err, model.ErrInput)
	d := dataset(t, in, nil)
	assert.ErrorIs(t, d.Add(features.Rows{{"a"}}, nil, 1), model.ErrInput)
	assert.ErrorIs(t, d.Add(features.Rows{{"a"}}, []string{"O"}, -1), model.ErrInput)
	require.NoError(t, d.Add(features.Rows(nil), nil, 1))
	assert.Zero(t, d.Len())
	ctx := context.Background()
	_, _, err = semicrf.Train(ctx, d, semicrf.Options{})
	assert.ErrorIs(t, err, model.ErrInput)
	require.NoError(t, d.Add(features.Rows{{"a"}, {"b"}, {"c"}}, []string{"B-X", "I-X", "I-X"}, 1))
	_, _, err = semicrf.Train(ctx, d, semicrf.Options{MaxLength: 2})
	assert.ErrorIs(t, err, model.ErrInput)
	require.NoError(t, d.Add(features.Rows{{"a"}, {"b"}}, []string{"B-X", "O"}, 1))
	_, _, err = semicrf.Train(ctx, d, semicrf.Options{MaxLength: 1 << 20})
	assert.ErrorIs(t, err, model.ErrInput)
	var warnings []string
	o := semicrf.Options{MaxLength: 2, Warn: func(s string) { warnings = append(warnings, s) }}
	m, summary, err := semicrf.Train(ctx, d, o)
	require.NoError(t, err)
	require.Len(t, warnings, 2)
	assert.Contains(t, warnings[0], "no penalty")
	assert.Contains(t, warnings[1], "1 sentences have spans of more than 2 tokens")
	warnings, o.MaxLength, o.Loss = nil, 0, losses.Risk{}
	_, _, err = semicrf.Train(ctx, d, o)
	require.NoError(t, err)
	require.Len(t, warnings, 2)
	assert.Contains(t, warnings[0], "no penalty")
	assert.Contains(t, warnings[1], "begins at weights of zero")
	assert.Equal(t, 1, summary.Skipped)
	assert.Equal(t, 2, m.MaxLength())
	assert.Equal(t, structured.BIO, m.Scheme())

	for _, o := range []semicrf.Options{
		{Batch: optimize.LBFGS{}, Stochastic: optimize.SGD{}},
		{Loss: losses.Hinge{}},
		{Stochastic: optimize.AveragedPerceptron{}},
		{Loss: losses.SparseMAP{}, Stochastic: optimize.AveragedPerceptron{}},
	} {
		_, _, err = semicrf.Train(ctx, d, o)
		assert.ErrorIs(t, err, model.ErrPair)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	m, _, err = semicrf.Train(cancelled, d, semicrf.Options{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, m)
}

// With WNUT-17, if present, a few passes score well above what word labels alone would give.
func TestWNUT17(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	open := func(name string) []labelled {
		f, err := os.Open(filepath.Join("..", "..", "shared", "data", "wnut17", name))
		if err != nil {
			t.Skip("WNUT-17 is not there")
		}
		defer f.Close()
		return read(t, f, 1)
	}
	train, dev := open("train.conll"), open("dev.conll")
	m, _, err := semicrf.Train(context.Background(), dataset(t, preset(t), train[:700]), semicrf.Options{
		Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 3, Seed: 1}}, Penalty: optimize.Penalty{L2: 0.1},
	})
	require.NoError(t, err)
	assert.Greater(t, f1(t, m, dev), 0.1)
}

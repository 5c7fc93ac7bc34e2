package crf

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// requireSameNumbers compares names, attributes and labels.
func requireSameNumbers(t *testing.T, want, got *Dataset) {
	t.Helper()
	require.Equal(t, want.Attributes(), got.Attributes())
	require.Equal(t, want.attrs.names(), got.attrs.names())
	require.Equal(t, want.bigrams.names(), got.bigrams.names())
	require.Equal(t, want.words, got.words)
	require.Equal(t, want.word, got.word)
	require.Equal(t, want.first, got.first)
	require.Equal(t, want.attr, got.attr)
	require.Equal(t, want.value, got.value)
	require.Equal(t, want.bfirst, got.bfirst)
	require.Equal(t, want.battr, got.battr)
	require.Equal(t, want.digest(), got.digest())
}

// Attributes get the same numbers on any number of goroutines, however sentences are added.
func TestNumbersDoNotDependOnThreads(t *testing.T) {
	l := lengthClasses(t)
	in := model.Input{
		Templates: parse(t, "u:w=%x[0,form]\nu:pair=%x[-1,form]/%x[0,form]\nu:v=%v[0,1]\nu:c=%x[0,cluster]\nb:w=%x[0,form]\n"),
		Names:     map[string]int{"form": 0}, Lexicons: []lexicon.Lexicon{l},
	}
	columns := func(threads int) []*Dataset {
		rng := rand.New(rand.NewPCG(1, 2))
		words := rand.NewZipf(rng, 1.1, 1, 5000)
		add := func(d *Dataset, sentences int) {
			row := make(features.Rows, 0, 8)
			for range sentences {
				row = row[:0]
				var labels []string
				for range rng.IntN(8) {
					row = append(row, []string{fmt.Sprint("w", words.Uint64()), fmt.Sprint(rng.IntN(2))})
					labels = append(labels, fmt.Sprint("L", rng.IntN(3)))
				}
				require.NoError(t, d.Add(features.SeenLabels{Sequence: row, Column: "cluster", Fields: labels}, labels, 1))
				for _, fields := range row { // the data set must not read it any more
					fields[0] = "reused"
				}
			}
		}
		d, err := NewDataset(in)
		require.NoError(t, err)
		d.Threads = threads
		add(d, 2500)
		d.Attributes() // in between
		add(d, 1000)
		held := d.HeldOut()
		add(held, 1000)
		held.finish()
		return []*Dataset{d, held}
	}
	ready := func(threads int) []*Dataset {
		rng := rand.New(rand.NewPCG(3, 4))
		d, err := NewDataset(model.Input{})
		require.NoError(t, err)
		d.Threads = threads
		for s := range 3000 {
			items := make([][]attrfile.Attribute, 1+rng.IntN(6))
			for i := range items {
				for range rng.IntN(5) {
					a := attrfile.Attribute{Name: fmt.Sprint("a", math.Floor(math.Exp(rng.Float64()*8))), Value: 1}
					if s > 1500 {
						a.Value = float64(rng.IntN(3))
					}
					items[i] = append(items[i], a)
				}
			}
			require.NoError(t, d.AddItems(items, make([]string, len(items)), 1))
		}
		return []*Dataset{d}
	}
	for name, build := range map[string]func(threads int) []*Dataset{"columns": columns, "ready-made": ready} {
		t.Run(name, func(t *testing.T) {
			want := build(1)
			require.Zero(t, want[0].numbering.most)
			for _, threads := range []int{2, 3, 8} {
				for i, got := range build(threads) {
					requireSameNumbers(t, want[i], got)
				}
			}
		})
	}
}

// The first use of a data set numbers the last batches, also if several goroutines use it first.
func TestGoroutinesShareNewData(t *testing.T) {
	build := func(threads int) *Dataset {
		d, err := NewDataset(model.Input{})
		require.NoError(t, err)
		d.Threads = threads
		for k := range 2 * batchTokens {
			require.NoError(t, d.AddItems([][]attrfile.Attribute{{{Name: fmt.Sprint("a", k%300), Value: 1}}}, []string{fmt.Sprint("L", k%3)}, 1))
		}
		return d
	}
	want, got := build(1), build(3)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { assert.Equal(t, 300, got.Attributes()) })
	}
	wait.Wait()
	requireSameNumbers(t, want, got)
}

// A batch may hold a name whose fingerprint another name has, known or new.
func TestMergedCollisions(t *testing.T) {
	known := newDictionary()
	known.lookup([]byte("known"), true)
	known.table.Insert(known.hasher.OfString("like known"), 0)
	fresh := &dictionary{hasher: known.hasher}
	f := finder{known: known, fresh: fresh, add: true}
	find := func(name string) int32 {
		id, ok := f.find([]byte(name))
		require.True(t, ok)
		return id
	}
	assert.Equal(t, int32(0), find("known"))
	assert.Equal(t, ^int32(0), find("first"))
	fresh.table.Insert(fresh.hasher.OfString("like first"), 0)
	known.table.Insert(known.hasher.OfString("like first"), 0)
	assert.Equal(t, ^int32(1), find("like known"))
	assert.Equal(t, ^int32(2), find("like first"))
	assert.Equal(t, ^int32(1), find("like known"))
	assert.Equal(t, []int32{1, 2, 3}, known.merge(fresh))
	assert.Equal(t, []string{"known", "first", "like known", "like first"}, known.names())
	assert.Equal(t, int32(2), find("like known"))
	fresh.reset()
	assert.Equal(t, ^int32(0), find("second"))
	assert.Equal(t, []string{"second"}, fresh.names())
	f.add = false
	_, ok := f.find([]byte("third"))
	assert.False(t, ok)
}

// The file of a model does not depend on the number of goroutines that numbered its attributes.
func TestModelDoesNotDependOnNumbering(t *testing.T) {
	var want []byte
	for _, threads := range []int{1, 2, 5} {
		d, err := NewDataset(model.Input{Templates: parse(t, bigramTemplates), Names: map[string]int{"form": 0}})
		require.NoError(t, err)
		d.Threads = threads
		for k := range 40 {
			for _, rows := range read(t, sample.Train) {
				for i := range rows {
					rows[i][0] = fmt.Sprint(rows[i][0], (i+k)%7)
				}
				require.NoError(t, d.Add(rows, column(rows, 2), 1))
			}
		}
		require.Greater(t, d.Tokens(), 3*batchTokens)
		m, _, err := Train(t.Context(), d, Options{Threads: 2, Penalty: l2, Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 3}}})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, m.Save(&b, SaveOptions{}))
		if want == nil {
			want = b.Bytes()
		}
		require.True(t, bytes.Equal(want, b.Bytes()), "%d threads", threads)
	}
}

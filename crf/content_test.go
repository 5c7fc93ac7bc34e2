package crf

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Content and New reproduce a model byte for byte.
func TestContentAndNew(t *testing.T) {
	for name, m := range models(t) {
		p, err := m.Content()
		require.NoError(t, err)
		n := len(p.Transitions)
		for _, a := range p.Attributes {
			n += len(a.Weights)
		}
		for _, a := range p.Bigrams {
			n += len(a.Weights)
		}
		assert.Equal(t, m.Features(), n)
		again, err := New(p)
		require.NoError(t, err)
		assert.Equal(t, saved(t, m, SaveOptions{Precision: Float64}), saved(t, again, SaveOptions{Precision: Float64}), name)
		p.Meta.Notes["kind"], p.Labels[0] = "changed", "changed"
		if len(p.Words) > 0 {
			p.Words[0]++
		}
		assert.Equal(t, saved(t, m, SaveOptions{}), saved(t, again, SaveOptions{}), "Content returns copies")
	}
}

func TestNewSortsAndDropsZeros(t *testing.T) {
	p := tiny(t)
	want, err := New(p)
	require.NoError(t, err)
	slices.Reverse(p.Attributes)
	slices.Reverse(p.Attributes[1].Weights)
	slices.Reverse(p.Transitions)
	p.Attributes = append(p.Attributes, Attribute{"u:w=none", []LabelWeight{{0, 0}}}, Attribute{"u:w=empty", nil})
	p.Transitions = append(p.Transitions, PairWeight{3, 3, 0})
	got, err := New(p)
	require.NoError(t, err)
	assert.Equal(t, saved(t, want, SaveOptions{}), saved(t, got, SaveOptions{}))
	assert.Equal(t, 4, got.Attributes())
}

func TestNewRefuses(t *testing.T) {
	for what, spoil := range map[string]func(p *Content){
		"no labels":             func(p *Content) { p.Labels = nil },
		"a label twice":         func(p *Content) { p.Labels[1] = p.Labels[0] },
		"an attribute twice":    func(p *Content) { p.Attributes[1].Name = p.Attributes[0].Name },
		"a bigram twice":        func(p *Content) { p.Bigrams = append(p.Bigrams, p.Bigrams[0]) },
		"a label twice in one":  func(p *Content) { p.Attributes[1].Weights[1].Label = 1 },
		"a transition twice":    func(p *Content) { p.Transitions[1] = p.Transitions[0] },
		"a label out of range":  func(p *Content) { p.Attributes[0].Weights[0].Label = 4 },
		"a negative label":      func(p *Content) { p.Attributes[0].Weights[0].Label = -1 },
		"a pair out of range":   func(p *Content) { p.Bigrams[0].Weights[0].To = 4 },
		"a negative pair":       func(p *Content) { p.Transitions[0].From = -1 },
		"a weight of NaN":       func(p *Content) { p.Attributes[0].Weights[0].Weight = math.NaN() },
		"an infinite weight":    func(p *Content) { p.Transitions[0].Weight = math.Inf(1) },
		"a scheme of no number": func(p *Content) { p.Scheme = structured.IOE2 + 1 },
	} {
		p := tiny(t)
		spoil(&p)
		_, err := New(p)
		require.ErrorIs(t, err, model.ErrInput, what)
	}
	p := tiny(t)
	p.Input.Names = nil
	_, err := New(p)
	require.ErrorIs(t, err, features.ErrColumn)
}

// Saving rejects weights that float32 cannot hold. It drops weights that are zero in float32, with
// their names.
func TestPrecisionOfWeightsAtTheEdges(t *testing.T) {
	for _, spoil := range []func(p *Content){
		func(p *Content) { p.Attributes[0].Weights[0].Weight = 1e300 }, func(p *Content) { p.Transitions[0].Weight = -1e39 }, func(p *Content) { p.Bigrams[0].Weights[0].Weight = 1e40 },
	} {
		p := tiny(t)
		spoil(&p)
		m, err := New(p)
		require.NoError(t, err)
		require.ErrorContains(t, m.Save(&full{1 << 20}, SaveOptions{}), "save as float64")
		require.NoError(t, m.Save(&full{1 << 20}, SaveOptions{Precision: Float64}))
	}
	p := tiny(t)
	p.Attributes[0].Weights[0].Weight = 1e-60
	p.Transitions[0].Weight = -1e-60
	m, err := New(p)
	require.NoError(t, err)
	got := loaded(t, saved(t, m, SaveOptions{}))
	assert.Equal(t, m.Attributes()-1, got.Attributes())
	assert.Equal(t, m.Features()-2, got.Features())
	parts, err := got.Content()
	require.NoError(t, err)
	assert.Equal(t, "u:w=barks", parts.Attributes[0].Name)
}

// A table finds its keys and no others, for any distribution of keys.
func TestTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, n := range []int{0, 1, 2, 3, 10, 1000} {
		for name, draw := range map[string]func() uint64{
			"spread": rng.Uint64, "low": func() uint64 { return rng.Uint64N(uint64(2*n + 1)) },
			"high": func() uint64 { return freeKey - 1 - rng.Uint64N(uint64(2*n+1)) }, "heaps": func() uint64 { return rng.Uint64()>>62<<62 + rng.Uint64N(uint64(n+1)) },
		} {
			values := make(map[uint64]uint32)
			for len(values) < n {
				values[draw()] = rng.Uint32()
			}
			var used []slot
			for key, v := range values {
				used = append(used, slot{Key: key, Ref: v, N: 1 + v%7})
			}
			slices.SortFunc(used, func(a, b slot) int {
				if a.Key < b.Key {
					return -1
				}
				return 1
			})
			table := newTable(used)
			require.NoError(t, table.check(func(uint64) bool { return true }), "%s %d", name, n)
			require.Equal(t, n, table.used)
			for range 200 {
				key := draw()
				got, there := table.find(key), values[key]
				if there == 0 && !slices.ContainsFunc(used, func(s slot) bool { return s.Key == key }) {
					require.Zero(t, got.N)
				} else {
					require.Equal(t, slot{key, there, 1 + there%7}, got)
				}
			}
			for _, s := range used {
				require.Equal(t, s, table.find(s.Key))
			}
			require.Zero(t, table.find(freeKey).N)
		}
	}
}

// If names share a fingerprint, the model uses the next base. Here a weak hash replaces the first
// bases.
func TestCollisionsTakeTheNextBase(t *testing.T) {
	names := func() (attrs []entry[uint16], bigrams []entry[uint32]) {
		for k := range 50 {
			attrs = append(attrs, entry[uint16]{name: fmt.Sprint("u", k)})
			bigrams = append(bigrams, entry[uint32]{name: fmt.Sprint("u", k)})
		}
		return attrs, bigrams
	}
	real := func(base int, name string) uint64 { return keyOf(fingerprint.NewHasher(base).OfString(name)) }
	for _, weak := range []func(name string) uint64{
		func(name string) uint64 { return uint64(len(name)) },
		func(name string) uint64 {
			if name == "u7" {
				return freeKey
			}
			return real(0, name)
		},
	} {
		attrs, bigrams := names()
		base, err := chooseBase(attrs, bigrams, func(base int, name string) uint64 {
			if base < 3 {
				return weak(name)
			}
			return real(base, name)
		})
		require.NoError(t, err)
		assert.Equal(t, 3, base)
		assert.Equal(t, real(3, attrs[0].name), attrs[0].key)
		_, err = chooseBase(attrs, nil, func(_ int, name string) uint64 { return weak(name) })
		require.ErrorIs(t, err, model.ErrInput)
	}
	attrs, bigrams := names()
	base, err := chooseBase(attrs, bigrams, real)
	require.NoError(t, err)
	assert.Zero(t, base)
	_, err = chooseBase(append(attrs, entry[uint16]{name: "u5"}), bigrams, real)
	require.ErrorContains(t, err, `duplicate attribute "u5"`)
}

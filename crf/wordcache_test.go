package crf

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/model"
)

// localTemplates mostly read single columns on both sides of the token. Some read two columns, and
// some read beyond the margin.
const localTemplates = `u:w=%x[0,form]
u:l=%l[0,form]
u:s1=%S[0,form,1]
u:s2=%S[0,form,2]
u:h=%h[0,form]/%l[0,form]
u:w-2=%x[-2,form]
u:l-2=%l[-2,form]
u:s-2=%S[-2,form,2]
u:w+1=%x[1,form]
u:l+1=%l[1,form]
u:s+1=%S[1,form,2]
u:w-1=%x[-1,form]
u:w+9=%x[9,form]
u:w01=%x[0,form]/%x[1,form]
b
`

// Scores are bit-identical, whatever a tagger has read before and however much it has cached.
func TestWordCacheChangesNothing(t *testing.T) {
	requireWordCacheChangesNothing(t, small(t, localTemplates, 60))
}

// The same holds if words are cached with their classes.
func TestWordCacheOfClassesChangesNothing(t *testing.T) {
	const templates = "u:c=%x[0,cluster]\nu:c1=%p[0,cluster,1]\nu:c-1=%x[-1,cluster]\nu:c-10=%x[-1,cluster]/%x[0,cluster]\n" + localTemplates
	requireWordCacheChangesNothing(t, withLexicon(t, lengthClasses(t), templates, 60))
}

// posTemplates join parts of speech, which the tagger caches for windows of tokens.
const posTemplates = "u:p-1=%x[-1,pos]\nu:p=%x[0,pos]\nu:p-10=%x[-1,pos]/%x[0,pos]\nu:p01=%x[0,pos]/%x[1,pos]\n" +
	"u:p-101=%x[-1,pos]/%x[0,pos]/%x[1,pos]\nu:p-2-1=%x[-2,pos]/%x[-1,pos]\nu:p+2=%x[2,pos]\n"

// withTags returns a data set with templates for words and parts of speech.
func withTags(t testing.TB, templates string) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{Templates: parse(t, templates), Names: map[string]int{"form": 0, "pos": 1}})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:60] {
		require.NoError(t, d.Add(rows, column(rows, 2), 1))
	}
	return d
}

// The same holds for windows of parts of speech.
func TestWindowCacheChangesNothing(t *testing.T) {
	requireWordCacheChangesNothing(t, withTags(t, posTemplates))
	requireWordCacheChangesNothing(t, withTags(t, localTemplates+posTemplates))
}

// A column whose windows do not repeat turns off its cache. The scores stay the same.
func TestWindowCacheStopsIfWindowsDoNotRepeat(t *testing.T) {
	m := loaded(t, saved(t, train(t, withTags(t, posTemplates), Options{Penalty: l2}), SaveOptions{}))
	for _, distinct := range []int{3, 3 * trial} {
		long := make(features.Rows, 2*trial)
		for k := range long {
			long[k] = []string{"word", fmt.Sprint(k % distinct)}
		}
		warm := m.NewDecoder()
		require.Len(t, warm.caches, 1)
		require.NoError(t, warm.Read(long))
		assert.Equal(t, distinct < trial, warm.caches[0].pays())
		for _, s := range read(t, sample.Dev) {
			cold := m.NewDecoder()
			require.NoError(t, cold.Read(s))
			require.NoError(t, warm.Read(s))
			require.Equal(t, cold.scores.Node, warm.scores.Node)
		}
	}
}

func requireWordCacheChangesNothing(t *testing.T, d *Dataset) {
	t.Helper()
	whole := train(t, d, Options{Penalty: l2})
	sentences := append(read(t, sample.Dev)[:20], read(t, sample.Train)[:20]...)
	sentences = append(sentences, features.Rows{}, features.Rows{sentences[0][0]})
	for i := range 20 { // a word too long for the cache
		long := features.Rows{append([]string(nil), sentences[i][0]...), sentences[i][0]}
		long[0][0] = strings.Repeat("long", 10) + fmt.Sprint(i%3)
		sentences = append(sentences, long)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, w := range []Precision{Float32, Float64, Int8} {
		m := loaded(t, saved(t, whole, SaveOptions{Precision: w}))
		var want [][]float64
		for _, s := range sentences {
			cold := m.NewDecoder()
			require.NotEmpty(t, cold.caches)
			require.NoError(t, cold.Read(s))
			// By hand: the sum over all attributes, in any order.
			for i := range s {
				sums := make([]float64, len(m.Labels()))
				weights := make(map[int]float64)
				for _, print := range cold.printer.Unigrams(i) {
					m.attrs.weights(weights, keyOf(print))
					for j, w := range weights {
						sums[j] += w
					}
				}
				require.InDeltaSlice(t, sums, cold.scores.NodeAt(i), 1e-5)
			}
			want = append(want, append([]float64(nil), cold.scores.Node...))
		}
		for _, places := range []int{1, 4, 0} {
			warm := m.NewDecoder()
			for i := range warm.caches {
				if r := &warm.caches[i]; places > 0 { // so few that words keep evicting each other
					r.serials = r.serials[:places]
				}
			}
			for range 2 {
				for _, k := range rng.Perm(len(sentences)) {
					require.NoError(t, warm.Read(sentences[k]))
					require.Equal(t, want[k], append([]float64(nil), warm.scores.Node...), "%v, %d places", w, places)
				}
			}
		}
	}
}

// The cache of a tagger is bounded, except that it holds at least one word.
func TestWordCacheIsBounded(t *testing.T) {
	p, err := parse(t, localTemplates).Bind(1, map[string]int{"form": 0})
	require.NoError(t, err)
	for _, labels := range []int{1, 17, 500, 1 << 15} {
		for _, double := range []bool{false, true} {
			for _, r := range newWordCaches(p.NewFingerprinter(0), labels, double) {
				bytes := 4*len(r.sums) + 8*len(r.double)
				assert.True(t, bytes <= wordCacheBytes || len(r.serials) == 1, "%d labels", labels)
				assert.Equal(t, len(r.serials)*r.width(), len(r.sums)+len(r.double))
			}
		}
	}
}

// Wherever a row begins, the list has a number in every cache line of the row.
func TestLinesOf(t *testing.T) {
	for _, size := range []int{4, 8} {
		for n := 1; n < 40; n++ {
			for start := 0; start < simd.Line; start += size {
				want, got := make(map[int]bool), make(map[int]bool)
				for k := range n {
					want[(start+k*size)/simd.Line] = true
				}
				for _, k := range linesOf(n, size) {
					require.Less(t, int(k), n)
					got[(start+int(k)*size)/simd.Line] = true
				}
				require.Equal(t, want, got, "%d numbers of %d bytes from %d on", n, size, start)
			}
		}
	}
}

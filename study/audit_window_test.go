package study

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// The probability of a window is the sum over all paths that have its labels and whose spans end
// where the window ends.
func TestWindowProbabilityByEnumeration(t *testing.T) {
	for scheme, labels := range map[structured.Scheme][]string{
		structured.BIO:   {"O", "B-X", "I-X", "B-Y", "I-Y"},
		structured.BIOES: {"O", "B-X", "I-X", "E-X", "S-X"},
		structured.IOB1:  {"O", "I-X", "B-X", "I-Y"},
		structured.IO:    {"I-X", "O", "I-Y"},
	} {
		t.Run(scheme.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			l := len(labels)
			continues := make([]bool, l*l)
			for i, before := range labels {
				for j, label := range labels {
					spans := annotation.AppendSpans(nil, []string{before, label})
					continues[i*l+j] = len(spans) == 1 && spans[0].End == 2 && spans[0].Start == 0
				}
			}
			for n := 1; n <= 5; n++ {
				s := structured.NewLattice(n, l, structured.SharedEdges)
				for k := range s.Node {
					s.Node[k] = rng.NormFloat64()
				}
				for i, before := range labels {
					for j, label := range labels {
						s.Edge[i*l+j] = rng.NormFloat64()
						if !scheme.Follows(before, label) {
							s.Edge[i*l+j] = math.Inf(-1)
						}
					}
				}
				before := slices.Clone(s.Node)
				logZ, err := new(forwardbackward.Workspace).LogZ(s)
				require.NoError(t, err)
				var w windower
				w.begin(s, logZ, continues)
				for start := range n {
					for end := start + 1; end <= n; end++ {
						window := make([]int, end-start)
						for k := range window {
							window[k] = rng.IntN(l)
						}
						want := 0.0
						for y := range structured.Paths(n, l) {
							if !slices.Equal(y[start:end], window) || start > 0 && joined(labels, y[start-1], y[start]) || end < n && joined(labels, y[end-1], y[end]) {
								continue
							}
							want += math.Exp(s.PathScore(y) - logZ)
						}
						got, err := w.probability(start, window)
						require.NoError(t, err)
						assert.InDelta(t, want, got, 1e-12, "window %d..%d %v", start, end, window)
					}
				}
				assert.Equal(t, before, s.Node, "the scores are restored")
				p, err := w.probability(0, []int{-1})
				require.NoError(t, err)
				assert.Zero(t, p, "a label that the model does not have")
			}
		})
	}
}

// joined reports whether two labels are in the same span.
func joined(labels []string, i, j int) bool {
	spans := annotation.AppendSpans(nil, []string{labels[i], labels[j]})
	return len(spans) == 1 && spans[0].Start == 0 && spans[0].End == 2
}

func TestKindsOfSuspects(t *testing.T) {
	x := func(start, end int, typ string) annotation.Span {
		return annotation.Span{Start: start, End: end, Type: typ}
	}
	type spans = []annotation.Span
	for want, pair := range map[string][2]spans{
		SameLabels:    {{x(1, 2, "A")}, {x(1, 2, "A")}},
		MissingSpan:   {nil, {x(1, 2, "A")}},
		ExtraSpan:     {{x(1, 2, "A")}, nil},
		WrongType:     {{x(1, 2, "A")}, {x(1, 2, "B")}},
		WrongBoundary: {{x(1, 2, "A")}, {x(1, 3, "A")}},
		OtherSpans:    {{x(1, 2, "A")}, {x(1, 3, "B")}},
	} {
		assert.Equal(t, want, kindOf(pair[0], pair[1]))
	}
	assert.Equal(t, OtherSpans, kindOf(spans{x(1, 3, "A")}, spans{x(1, 2, "A"), x(2, 3, "A")}))
}

// The scores follow their definitions, and decrease with the probability of the label.
func TestScoresOfItems(t *testing.T) {
	marginals := []float64{0.1, 0.7, 0.2}
	for _, score := range AuditScores() {
		a := auditor{score: score, names: []string{"A", "B", "C"}}
		low, high := item{p: 0.1, q: 0.7, kind: WrongLabel}, item{p: 0.7, q: 0.7, kind: SameLabels}
		a.rank(&low, marginals)
		a.rank(&high, marginals)
		assert.Less(t, low.score, high.score, score)
		switch score {
		case ByProbability:
			assert.InDelta(t, 0.1, low.score, 0)
		case ByMargin:
			assert.InDelta(t, 0.2, low.score, 1e-15)
			assert.InDelta(t, 0.7, high.score, 1e-15)
		case ByEntropy:
			h := -(0.1*math.Log(0.1) + 0.7*math.Log(0.7) + 0.2*math.Log(0.2)) / math.Log(3)
			assert.InDelta(t, math.Log(1+h/0.1)/(h/0.1), low.score, 1e-15)
		}
	}
}

func ExampleSuspect_Text() {
	s := Suspect{Words: []string{"Maria", "moved", "to", "New", "York"}, Start: 3, End: 5}
	fmt.Println(s.Text())
	// Output: New York
}

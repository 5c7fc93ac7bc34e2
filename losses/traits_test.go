package losses_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// decodedPath returns the path y for which grad is the indicator of y minus the indicator of gold,
// or nil if there is none.
func decodedPath(grad *structured.Lattice, gold []int) []int {
	for y := range structured.Paths(grad.T, grad.L) {
		want := structured.NewLattice(grad.T, grad.L, grad.Shape())
		want.AddPath(y, 1)
		want.AddPath(gold, -1)
		if bruteforce.Near(want, grad, 0) == nil {
			return append([]int(nil), y...)
		}
	}
	return nil
}

// The traits PathDifference and MissingMargin describe the gradient and the value of exactly the
// losses that have them.
func TestPathTraits(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	gold := []int{0, 2, 1}
	var w losses.Workspace
	for _, kind := range losses.Kinds() {
		l, err := losses.New(kind.Name, losses.Options{})
		require.NoError(t, err)
		if _, ok := l.(losses.AngularLoss); ok {
			assert.Zero(t, l.(losses.HasTraits).Traits().PathDifference, kind.Name)
			continue
		}
		paths, margin := true, true
		for range 50 {
			s := bruteforce.Random(rng, 3, 3, structured.SharedEdges, 1, 0)
			var grad structured.Lattice
			value, err := l.Eval(&grad, s, structured.PathTarget(gold), &w)
			require.NoError(t, err)
			y := decodedPath(&grad, gold)
			if y == nil {
				paths, margin = false, false
				break
			}
			missing := s.PathScore(y) - s.PathScore(gold)
			for k, j := range y {
				if j != gold[k] {
					missing++
				}
			}
			margin = margin && math.Abs(missing-value) < 1e-9
		}
		traits := l.(losses.HasTraits).Traits()
		assert.Equal(t, traits.PathDifference, paths, kind.Name)
		assert.Equal(t, traits.MissingMargin, margin, kind.Name)
	}
}

package recipe

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A search tries the default first, and then different settings that train accepts. It changes no
// setting of the user.
func TestCandidates(t *testing.T) {
	for name, text := range map[string]string{"names": names, "chunks": chunks, "tags": tags, "feats": feats} {
		for _, c := range []Config{
			{}, {L2: new(0.5)}, {Loss: "cross-entropy"}, {Loss: "hinge"}, {CostFN: new(2.0)}, {ModelType: "semi"}, {Order: new(2)},
			{Optimizer: "averaged-perceptron"}, {Supervision: "partial"}, {MinCount: 3, L2: new(1.0)},
		} {
			if name != "names" && c.IsSet("cost-fn") {
				continue // refused by train
			}
			p := profile(t, c, text)
			p.Tokens = 1000
			number := 0
			for _, kind := range []string{QuickSearch, FullSearch} {
				c.Search = kind
				list := c.Candidates(p)
				assert.Equal(t, Candidate{Config: c}, list[0])
				assert.GreaterOrEqual(t, len(list), number, "a full search tries more")
				number = len(list)
				seen := make(map[string]bool)
				for _, x := range list {
					full, err := x.Config.Complete(p)
					require.NoError(t, err, "%s, %s: %s", name, kind, x.Text)
					stored, err := full.Stored()
					require.NoError(t, err)
					assert.False(t, seen[stored], "%s, %s: %s again", name, kind, x.Text)
					seen[stored] = true
					for _, option := range c.Set() {
						assert.Equal(t, c.Field(option), x.Config.Field(option), "%s: %s", name, option)
					}
				}
			}
		}
	}
}

// A short training takes few epochs, of SGD if the optimizer is a batch method that SGD can
// replace.
func TestShort(t *testing.T) {
	for _, x := range []struct {
		c         Config
		optimizer string
		epochs    int
	}{
		{Config{}, "sgd", shortEpochs},
		{Config{Optimizer: "lbfgs", WarmUp: new(2), Tolerance: new(0.1)}, "sgd", shortEpochs},
		{Config{Loss: "perceptron"}, "averaged-perceptron", shortEpochs},
		{Config{Optimizer: "adagrad", Epochs: new(2)}, "adagrad", 2},
		{Config{Loss: "large-margin-softmax"}, "lbfgs", shortIterations},
	} {
		p := profile(t, x.c, names)
		c, err := x.c.Short(p)
		require.NoError(t, err)
		assert.Equal(t, x.optimizer, c.Optimizer)
		assert.Equal(t, x.epochs, *c.Epochs)
		assert.Equal(t, 1, c.Threads)
		_, err = c.Complete(p)
		require.NoError(t, err)
	}
}

// A brief training is a short one, except that L-BFGS keeps its warm-up, or starts from given
// weights.
func TestBrief(t *testing.T) {
	for _, x := range []struct {
		c              Config
		again          bool
		optimizer      string
		warmUp, epochs int
	}{
		{Config{}, false, "lbfgs", warmUpEpochs, warmUpEpochs + briefIterations},
		{Config{}, true, "lbfgs", 0, againIterations},
		{Config{WarmUp: new(2), Epochs: new(5)}, false, "lbfgs", 2, 5},
		{Config{WarmUp: new(2), Epochs: new(5)}, true, "lbfgs", 0, 5},
		{Config{WarmUp: new(0)}, false, "sgd", 0, shortEpochs},
		{Config{Loss: "perceptron"}, true, "averaged-perceptron", 0, shortEpochs},
		{Config{L1: 1}, false, "sgd", 0, shortEpochs},
	} {
		x.c.Shrink, x.c.Without = new(0.0), []string{"w"}
		p := profile(t, x.c, names)
		c, err := x.c.Brief(p, x.again)
		require.NoError(t, err)
		assert.Equal(t, x.optimizer, c.Optimizer)
		assert.Equal(t, x.warmUp, or(c.WarmUp, 0))
		assert.Equal(t, x.epochs, *c.Epochs)
		assert.Equal(t, 1, c.Threads)
		assert.Nil(t, c.Shrink)
		assert.Equal(t, []string{"w"}, c.Without)
		again, err := c.Complete(p)
		require.NoError(t, err)
		assert.Equal(t, *c.Epochs, *again.Epochs)
	}
	_, err := Config{Order: new(3)}.Brief(profile(t, Config{}, names), false)
	require.Error(t, err)
}

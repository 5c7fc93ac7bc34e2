package trellis_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
)

// idleTemplates has pairs of distant words, which say nothing about the label.
const idleTemplates = `u:w=%x[0,0]
u:s=%s[0,0,2]
u:H=%H[0,0]
u:p=%x[-1,0]
u:far=%x[-4,0]/%x[4,0]
u:farther=%x[-6,0]/%x[5,0]
b
`

// Training first removes templates that do not pay.
func ExampleShrink() {
	c := trellis.Config{Shrink: new(0.1), Dev: trellis.Files(dev), Epochs: new(10), Threads: 1}
	_, report, err := trellis.Train(context.Background(), trellis.Files(train), c)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(report.Shrink.Levels) > 1, len(report.Config.Without) == len(report.Shrink.Chosen.Without))
	// Output: true true
}

// Idle templates are removed, the model is that of a training without them, and its settings say
// so.
func TestShrink(t *testing.T) {
	var logged strings.Builder
	text, err := os.ReadFile(train)
	require.NoError(t, err)
	small := trellis.Files(write(t, strings.Join(strings.SplitAfterN(string(text), "\n\n", 161)[:160], "")))
	path := write(t, idleTemplates)
	c := trellis.Config{Features: path, Shrink: new(0.0), Threads: 1, Log: func(text string) { logged.WriteString(text + "\n") }}
	m, r, err := trellis.Train(t.Context(), small, c)
	require.NoError(t, err)
	require.NotNil(t, r.Shrink)
	assert.Equal(t, 5, r.Shrink.Folds)
	assert.Contains(t, logged.String(), r.Shrink.String())
	assert.Contains(t, r.Shrink.Chosen.Without, "far", "%v", r.Shrink)
	assert.NotContains(t, r.Shrink.Chosen.Without, "w")
	assert.Less(t, r.Shrink.Chosen.Lookups, r.Shrink.Levels[0].Lookups)

	own, err := m.Config()
	require.NoError(t, err)
	assert.Nil(t, own.Shrink)
	assert.Equal(t, r.Shrink.Chosen.Without, own.Without)
	described, err := m.Describe(0)
	require.NoError(t, err)
	assert.Equal(t, r.Shrink.Explain(), described.Notes["shrink"])
	assert.Equal(t, "file without "+strings.Join(r.Shrink.Chosen.Without, ", "), described.Templates)

	own.Features = path
	_, again, err := trellis.Train(t.Context(), small, own)
	require.NoError(t, err)
	assert.Equal(t, r.Summary.BestLoss, again.Summary.BestLoss)
	assert.Equal(t, r.Size, again.Size)
	var left []string
	for line := range strings.Lines(idleTemplates) {
		if name, _, _ := strings.Cut(strings.TrimPrefix(line, "u:"), "="); !strings.Contains(","+r.Shrink.Chosen.Text+",", ","+name+",") {
			left = append(left, line)
		}
	}
	_, plain, err := trellis.Train(t.Context(), small, trellis.Config{Features: write(t, strings.Join(left, "")), Threads: 1})
	require.NoError(t, err)
	assert.Equal(t, r.Summary.BestLoss, plain.Summary.BestLoss, "the model is that of a file without the templates")

	c.Threads, c.Log = 3, nil
	_, threaded, err := trellis.Train(t.Context(), small, c)
	require.NoError(t, err)
	assert.Equal(t, r.Shrink.Chosen.Without, threaded.Shrink.Chosen.Without)
}

// Templates are removed with every loss and optimizer, and from every preset.
func TestShrinkEverywhere(t *testing.T) {
	small := beginning(t)
	for name, c := range map[string]trellis.Config{
		"ner":            {},
		"pos":            {Label: "2"},
		"chunk":          {Features: "chunk"},
		"perceptron":     {Optimizer: "averaged-perceptron"},
		"sgd":            {Optimizer: "sgd", L2: new(0.0)},
		"L1":             {L1: 0.1},
		"hinge":          {Loss: "hinge", Optimizer: "pa"},
		"margin":         {Loss: "large-margin-softmax", Epochs: new(10)},
		"partial labels": {Supervision: "partial", Dev: trellis.Files(dev)},
		"dev":            {Dev: trellis.Files(dev)},
		"search":         {Search: "quick"},
		"dictionary":     {TagDictionary: 3, MinCount: 2, AllPairs: true},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && (name == "chunk" || name == "margin" || name == "hinge" || name == "dev") {
				t.Skip("takes long")
			}
			c.Shrink, c.Threads = new(100.0), 2
			if c.Epochs == nil {
				c.Epochs = new(8)
			}
			m, r, err := trellis.Train(t.Context(), small, c)
			require.NoError(t, err)
			for _, l := range r.Shrink.Levels {
				require.NoError(t, l.Err, l.Text)
			}
			assert.NotEmpty(t, r.Config.Without, "any loss is allowed: %v", r.Shrink)
			_, err = m.Evaluate(t.Context(), trellis.Files(dev))
			require.NoError(t, err)
		})
	}
	_, r, err := trellis.Train(t.Context(), trellis.Files(write(t, "Anna\tB-PER\nleft\tO\n")), trellis.Config{Shrink: new(0.0)})
	require.NoError(t, err)
	assert.Empty(t, r.Shrink.Levels, "one sentence cannot be held out")
}

func TestShrinkRefuses(t *testing.T) {
	small := beginning(t)
	attributes := trellis.Files(write(t, "B-PER\tw=Anna\nO\tw=left\n\n"))
	for text, x := range map[string]struct {
		source trellis.Source
		c      trellis.Config
	}{
		"full labels":           {small, trellis.Config{Supervision: "partial"}},
		"from scratch":          {small, trellis.Config{Init: "m"}},
		"points from 0":         {small, trellis.Config{Shrink: new(-1.0)}},
		"first model":           {small, trellis.Config{Document: "mark"}},
		"chosen for chains":     {small, trellis.Config{ModelType: model.SemiMarkov}},
		"for model-type pruned": {small, trellis.Config{Order: new(2)}},
		"needs columns":         {attributes, trellis.Config{Format: "crfsuite"}},
	} {
		if x.c.Shrink == nil {
			x.c.Shrink = new(0.0)
		}
		_, _, err := trellis.Train(t.Context(), x.source, x.c)
		require.ErrorContains(t, err, text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := trellis.Train(ctx, small, trellis.Config{Shrink: new(0.0)})
	require.ErrorIs(t, err, trellis.ErrNoStep)
}

// Without leaves templates out, for every kind of model. Names may be in one string.
func TestWithout(t *testing.T) {
	small := beginning(t)
	for name, c := range map[string]trellis.Config{"chain": {}, "semi": {ModelType: model.SemiMarkov}, "pruned": {Order: new(2)}} {
		t.Run(name, func(t *testing.T) {
			c.Features, c.Epochs, c.Threads = write(t, strings.NewReplacer("u:far=", "# ", "u:farther=", "# ").Replace(idleTemplates)), new(4), 1
			_, want, err := trellis.Train(t.Context(), small, c)
			require.NoError(t, err)
			c.Features, c.Without = write(t, idleTemplates), []string{"far,farther"}
			_, got, err := trellis.Train(t.Context(), small, c)
			require.NoError(t, err)
			assert.Equal(t, want.Size, got.Size)
			assert.Equal(t, want.Summary.BestLoss, got.Summary.BestLoss)
		})
	}
	_, _, err := trellis.Train(t.Context(), small, trellis.Config{Without: []string{"l-1", "l-9"}})
	require.ErrorContains(t, err, `no template "l-9"; the names are w, l,`)

	m, _, err := trellis.Train(t.Context(), small, trellis.Config{Without: []string{"seen", "seenH,seen-1H,seen+1H"}, Epochs: new(2)})
	require.NoError(t, err)
	assert.Empty(t, m.Labeller().Input().Lexicons, "without their templates, seen labels are not counted")
}

package trellis_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
)

// Training compares some settings with the default first, on the development data.
func ExampleSearch() {
	c := trellis.Config{Search: "quick", Dev: trellis.Files(dev), Epochs: new(5)}
	_, report, err := trellis.Train(context.Background(), trellis.Files(train), c)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(report.Search.Trials), "settings")
	fmt.Println(report.Search.Explain())
	// Output:
	// 4 settings
	// search keeps the default: no other setting is better beyond chance
}

// A search gives the model of its choice, and the same one for any number of threads.
func TestSearch(t *testing.T) {
	var logged strings.Builder
	c := trellis.Config{Search: "full", Threads: 1, Log: func(text string) { logged.WriteString(text + "\n") }}
	small := beginning(t)
	m, r, err := trellis.Train(t.Context(), small, c)
	require.NoError(t, err)
	require.NotNil(t, r.Search)
	assert.Equal(t, 5, r.Search.Folds)
	assert.Greater(t, len(r.Search.Trials), 4)
	first := r.Search.Trials[0]
	assert.Empty(t, first.Text, "the first trial is the default")
	assert.Equal(t, 5, first.Folds)
	assert.Contains(t, logged.String(), r.Search.String())

	own, err := m.Config()
	require.NoError(t, err)
	assert.Empty(t, own.Search, "the stored settings repeat the training without a search")
	described, err := m.Describe(0)
	require.NoError(t, err)
	assert.Equal(t, r.Search.Explain(), described.Notes["search"])
	_, again, err := trellis.Train(t.Context(), small, own)
	require.NoError(t, err)
	assert.Equal(t, r.Summary.BestLoss, again.Summary.BestLoss)
	assert.Nil(t, again.Search)

	c.Threads, c.Log = 3, nil
	_, threaded, err := trellis.Train(t.Context(), small, c)
	require.NoError(t, err)
	assert.Equal(t, r.Search.String(), threaded.Search.String())
}

// Settings of the user are the same in all trials.
func TestSearchKeepsSettings(t *testing.T) {
	_, r, err := trellis.Train(t.Context(), beginning(t), trellis.Config{Search: "full", L2: new(0.2), Loss: "cross-entropy", MinCount: 1, Dev: trellis.Files(dev)})
	require.NoError(t, err)
	assert.Equal(t, 0, r.Search.Folds, "scored on the development data")
	assert.Len(t, r.Search.Trials, 1, "nothing is left to search: %v", r.Search)
	assert.InDelta(t, 0.2, *r.Config.L2, 0)
}

// A search works with every format and kind of model.
func TestSearchEverywhere(t *testing.T) {
	small := beginning(t)
	text, err := os.ReadFile(small.Paths[0])
	require.NoError(t, err)
	marked := write(t, "-DOCSTART-\tX\tO\n\n"+string(text)+"\n-DOCSTART-\tX\tO\n\n"+string(text))
	for name, x := range map[string]struct {
		source trellis.Source
		c      trellis.Config
	}{
		"standard input": {trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(string(text))}, trellis.Config{}},
		"documents":      {trellis.Files(marked), trellis.Config{Document: "mark"}},
		"semi":           {small, trellis.Config{ModelType: model.SemiMarkov}},
		"pruned":         {small, trellis.Config{Order: new(2)}},
		"perceptron":     {small, trellis.Config{Optimizer: "averaged-perceptron"}},
		"margin":         {small, trellis.Config{Loss: "large-margin-softmax", Epochs: new(10)}},
		"partial labels": {small, trellis.Config{Supervision: "partial", Dev: trellis.Files(dev)}},
		"one sentence":   {trellis.Files(write(t, "Anna\tB-PER\nleft\tO\n")), trellis.Config{}},
	} {
		t.Run(name, func(t *testing.T) {
			x.c.Search, x.c.Threads = "quick", 2
			if x.c.Epochs == nil {
				x.c.Epochs = new(3)
			}
			_, r, err := trellis.Train(t.Context(), x.source, x.c)
			require.NoError(t, err)
			require.NotNil(t, r.Search)
			for _, trial := range r.Search.Trials {
				require.NoError(t, trial.Err, trial.Text)
			}
		})
	}
}

func TestSearchRefuses(t *testing.T) {
	small := beginning(t)
	_, _, err := trellis.Train(t.Context(), small, trellis.Config{Search: "quick", Supervision: "partial"})
	require.ErrorContains(t, err, "full labels")
	_, _, err = trellis.Train(t.Context(), small, trellis.Config{Search: "slow"})
	require.ErrorContains(t, err, "want quick, full or none")
	_, _, err = trellis.Train(t.Context(), small, trellis.Config{Search: "quick", Init: "m"})
	require.ErrorContains(t, err, "from scratch")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = trellis.Train(ctx, small, trellis.Config{Search: "quick"})
	require.ErrorIs(t, err, trellis.ErrNoStep)
}

// beginning returns a file with the first training sentences.
func beginning(t *testing.T) trellis.Source {
	t.Helper()
	text, err := os.ReadFile(train)
	require.NoError(t, err)
	sentences := strings.SplitAfterN(string(text), "\n\n", 61)
	return trellis.Files(write(t, strings.Join(sentences[:60], "")))
}

// write writes a file and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

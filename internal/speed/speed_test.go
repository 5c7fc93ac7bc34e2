package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestIterationsOfCRFsuite(t *testing.T) {
	list, err := iterations([]byte(`Seconds required: 0.935
***** Iteration #1 *****
Loss: 275.5
Feature norm: 5.0
Line search trials: 2
Seconds required for this iteration: 1.011

***** Iteration #2 *****
Loss: 164.25
Line search trials: 1
Seconds required for this iteration: 0.5
L-BFGS terminated with the stopping criteria
Total seconds required for training: 9
`))
	require.NoError(t, err)
	assert.Equal(t, []iteration{{1.011, 275.5, 2}, {0.5, 164.25, 1}}, list)
	_, err = iterations([]byte("Loss: 3\n"))
	assert.Error(t, err)
	_, err = iterations([]byte("***** Iteration #1 *****\nLoss: x\n"))
	assert.Error(t, err)
}

func TestStepsOfALog(t *testing.T) {
	list, err := steps([]byte("{\"step\":1,\"seconds\":0.5,\"objective\":3}\n{\"step\":2,\"seconds\":0.75,\"objective\":2,\"grad_norm\":null}\n"))
	require.NoError(t, err)
	assert.Equal(t, []step{{0.5, 3}, {0.75, 2}}, list)
	_, err = steps([]byte("no log\n"))
	assert.Error(t, err)
}

func TestTemplatesOfThePeers(t *testing.T) {
	assert.Equal(t, "U:w-10=%x[-1,0]/%x[0,0]\nU:p=%x[0,1]\nB\n",
		string(peerTemplates([]byte("# a comment\nu:w-10=%x[-1,form]/%x[0,form]\nu:p=%x[0,pos]\nb\n"))))
}

func TestAttributesAsColumns(t *testing.T) {
	file := write(t, "N\tu\\:w=a b\tu\\:has=digit\n\nV\tu\\:has=caps\tu\\:w=c\tu\\:l=d=e\n")
	names, err := attributeNames(file)
	require.NoError(t, err)
	assert.Equal(t, []string{`u\:w`, `u\:has=digit`, `u\:has=caps`, `u\:l`}, names)
	out := file + ".columns"
	require.NoError(t, writeColumns(out, file, names))
	assert.Equal(t, "u\\:w=a_b\tu\\:has=digit\t_\t_\tN\n\nu\\:w=c\t_\tu\\:has=caps\tu\\:l=d=e\tV\n", read(t, out))
	n, err := count(out)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

func TestCopies(t *testing.T) {
	file := write(t, "a\n\nb\n")
	require.NoError(t, copies(file+".2", file, 2))
	assert.Equal(t, "a\n\nb\n\na\n\nb\n\n", read(t, file+".2"))
}

func TestGrowRenamesLongWords(t *testing.T) {
	file := write(t, "the DT B\nsentence NN I\n\n")
	require.NoError(t, grow(file+".grown", file, 17))
	text := read(t, file+".grown")
	assert.Equal(t, 8, strings.Count(text, "sentence NN"))
	assert.Equal(t, 1, strings.Count(text, "sentenceba NN"))
	assert.Equal(t, 9, strings.Count(text, "the DT B\n"))
}

func TestMedians(t *testing.T) {
	own := func(v float64) float64 { return v }
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}, own))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}, own))
	assert.True(t, math.IsNaN(median(nil, own)))
	assert.Equal(t, 3.0, ratio([]float64{2, 9, 4}, []float64{1, 3, 1}))
}

func TestMeasureRunsInTurn(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	b := &bench{rounds: 2, out: io.Discard}
	say := func(word string) program {
		return program{name: word, args: []string{"sh", "-c", "echo " + word + " >> " + log}}
	}
	var table strings.Builder
	b.out = &table
	require.NoError(t, b.compare(t.Context(), "Words", 7, []program{say("a"), {"b", say("b").args, true}}))
	assert.Equal(t, "a\nb\na\nb\n", read(t, log))
	assert.Contains(t, table.String(), "Words, 7 tokens")
	assert.Regexp(t, `\| b \|.*\| 1\.00 \| 1\.00 \|`, table.String())
	_, err := b.measure(t.Context(), []program{{"fails", []string{"sh", "-c", "echo reason >&2; exit 3"}, false}})
	assert.ErrorContains(t, err, "reason")
}

func TestOnceKeepsFiles(t *testing.T) {
	b := &bench{work: t.TempDir()}
	n := 0
	for range 2 {
		path, err := b.once("x", func(path string) error {
			n++
			return os.WriteFile(path, []byte("made"), 0o600)
		})
		require.NoError(t, err)
		assert.Equal(t, "made", read(t, path))
	}
	assert.Equal(t, 1, n)
	_, err := b.once("y", func(string) error { return os.ErrPermission })
	assert.ErrorIs(t, err, os.ErrPermission)
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-tables", "none"}, {"-crfpp-learn", "x"}, {"argument"}} {
		assert.Error(t, run(t.Context(), io.Discard, args))
	}
}

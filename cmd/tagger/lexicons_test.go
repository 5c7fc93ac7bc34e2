package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func classesModel(t *testing.T) string {
	return modelOf(t, "--clusters", "testdata/classes.paths", "testdata/train.conll")
}

// A name that is not in the labelled sentences is found by its cluster, without any file but the
// model.
func TestClustersHelp(t *testing.T) {
	const text = "Ingrid\tPROPN\tO\nlives\tVERB\tO\nin\tADP\tO\nBergen\tPROPN\tO\n.\tPUNCT\tO\n\n"
	want := "Ingrid\tPROPN\tO\tB-PER\nlives\tVERB\tO\tO\nin\tADP\tO\tO\nBergen\tPROPN\tO\tB-LOC\n.\tPUNCT\tO\tO\n\n"
	m := classesModel(t)
	assert.Equal(t, want, done(t, text, "tag", "--model", m, "-").out)

	pruned := filepath.Join(t.TempDir(), "pruned.model")
	done(t, "", "prune", "--strip", "--output", pruned, m)
	assert.Equal(t, want, done(t, text, "tag", "--model", pruned, "-").out)
	dump := done(t, text, "features", "--model", m, "-").out
	assert.Contains(t, dump, `u\:cluster-4=1110`+"\t"+`u\:cluster=1110`)

	inspected := done(t, "", "inspect", pruned).out
	assert.Contains(t, inspected, "templates preset ner+cluster\n")
	assert.Regexp(t, `(?m)^classes +column cluster: 22 words in 10 classes$`, inspected)
	assert.Contains(t, done(t, "", "inspect", "--json", m).out, `"lexicons":[{"column":"cluster","kind":"classes","entries":22},{"column":"seen","kind":"classes","entries":61}]`)
}

// Each file of clusters is a column.
func TestSeveralClusters(t *testing.T) {
	named := write(t, "classes.names", "Berlin\tplace\nin\tother\n")
	m := modelOf(t, "--clusters", "testdata/classes.paths", "--clusters", named, "testdata/train.conll")
	inspected := done(t, "", "inspect", m).out
	assert.Contains(t, inspected, "templates preset ner+cluster+cluster2\n")
	assert.Regexp(t, `(?m)^classes +column cluster: 22 words in 10 classes\nclasses +column cluster2: 2 words in 2 classes$`, inspected)
	assert.Regexp(t, `(?m)^clusters +\["classes.paths", "classes.names"\]$`, inspected)
}

func TestClustersStay(t *testing.T) {
	dir := t.TempDir()
	own := write(t, "own.txt", "u:w=%l[0,form]\nu:c=%p[0,cluster,2]\nb\n")
	first, second := filepath.Join(dir, "first.model"), filepath.Join(dir, "second.model")
	o := done(t, "", "train", "--model", first, "--features", own, "--clusters", "testdata/classes.paths", "testdata/train.conll")
	assert.Contains(t, o.errors, "by templates own.txt\n", "lines that read the column are there")
	assert.Contains(t, o.errors, "column cluster: 22 words in 10 classes\n")
	o = done(t, "", "train", "--model", second, "--init", first, "testdata/train.conll")
	assert.Contains(t, o.errors, "column cluster: 22 words in 10 classes\n", "of the model to start from")
	assert.Contains(t, done(t, "Bergen\tPROPN\tO\n\n", "features", "--model", second, "-").out, `u\:c=11`)
	assert.Contains(t, done(t, "", "tune", "--loss", "perceptron", "--folds", "2", "--clusters", "testdata/classes.paths", "testdata/train.conll").out,
		"--clusters testdata/classes.paths")

	checkpoint := filepath.Join(dir, "checkpoint")
	other := write(t, "other.paths", read(t, "testdata/classes.paths")+"1111\tFjord\t1\n")
	train := func(clusters string, more ...string) outcome {
		return tagger(t, "", append([]string{"train", "--model", first, "--threads", "1", "--epochs", "20", "--clusters", clusters, "testdata/train.conll"}, more...)...)
	}
	require.Equal(t, exitDone, train("testdata/classes.paths", "--checkpoint", checkpoint).status)
	require.Equal(t, exitDone, train("testdata/classes.paths", "--resume", checkpoint).status)
	o = train(other, "--resume", checkpoint)
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "the fingerprint of the lexicons is")
}

// Names that are not in the labelled sentences are found by the lists.
func TestGazetteersHelp(t *testing.T) {
	lists := []string{"--gazetteer", "places=testdata/places.txt", "--gazetteer", "people=testdata/people.txt", "testdata/train.conll"}
	own := write(t, "own.txt", "u:place=%p[0,places,1]\nu:person=%p[0,people,1]\nb\n")
	const text = "Ingrid\tPROPN\tO\nBerg\tPROPN\tO\nleft\tVERB\tO\nBergen\tPROPN\tO\n\n"
	assert.Equal(t, "Ingrid\tPROPN\tO\tB-PER\nBerg\tPROPN\tO\tI-PER\nleft\tVERB\tO\tO\nBergen\tPROPN\tO\tB-LOC\n\n",
		done(t, text, "tag", "--model", modelOf(t, append([]string{"--features", own}, lists...)...), "-").out)

	m := modelOf(t, lists...)
	dump := done(t, "Port\tPROPN\tO\nmary\tPROPN\tO\n\n", "features", "--model", m, "-").out
	assert.Contains(t, dump, `u\:places[0]=b`+"\t"+`u\:places~[0]=b`)
	assert.Regexp(t, `(?m)^gazetteer +column places: 6 entries$`, done(t, "", "inspect", m).out)
}

// A name is found by its vector, and numbers of a column are values of attributes.
func TestVectorsHelp(t *testing.T) {
	own := write(t, "own.txt", "u:v%v[0,vector]\nu\nb\n")
	m := modelOf(t, "--features", own, "--vectors", "testdata/words.vec", "--epochs", "50", "testdata/train.conll")
	const text = "Ingrid\tPROPN\tO\nlives\tVERB\tO\nin\tADP\tO\nBergen\tPROPN\tO\n\n"
	assert.Equal(t, "Ingrid\tPROPN\tO\tB-PER\nlives\tVERB\tO\tO\nin\tADP\tO\tO\nBergen\tPROPN\tO\tB-LOC\n\n",
		done(t, text, "tag", "--model", m, "-").out)
	assert.Contains(t, done(t, text, "features", "--model", m, "-").out, "O\tu\tu\\:v0:0\tu\\:v1:0\tu\\:v2\n")
	assert.Regexp(t, `(?m)^vectors +column vector: vectors of 3 dimensions for 16 words$`, done(t, "", "inspect", m).out)
	assert.Contains(t, done(t, "", "inspect", modelOf(t, "--vectors", "testdata/words.vec", "--vectors-limit", "5", "testdata/train.conll")).out,
		"vectors of 3 dimensions for 5 words")

	numbers := write(t, "numbers.conll", "a\t1\tX\nb\t-1\tY\nc\t_\tZ\n\nd\t2\tX\ne\t-2\tY\nf\t_\tZ\n\n")
	columns := write(t, "columns.txt", "u:n=%v[0,1]\nu\n")
	m = modelOf(t, "--features", columns, numbers)
	assert.Equal(t, "g\t3\t_\tX\nh\t-3\t_\tY\ni\tno\t_\tZ\n\n", done(t, "g\t3\t_\nh\t-3\t_\ni\tno\t_\n\n", "tag", "--model", m, "-").out)
}

func TestLexiconsFail(t *testing.T) {
	model := filepath.Join(t.TempDir(), "x.model")
	crfpp := write(t, "crfpp.txt", "U0:%x[0,0]\nB\n")
	for _, c := range []struct {
		says   string
		status int
		args   []string
	}{
		{"no such file", exitFailed, []string{"--clusters", "testdata/none.paths", "testdata/train.conll"}},
		{"empty.paths: classes cluster: no entries", exitFailed, []string{"--clusters", write(t, "empty.paths", "\n"), "testdata/train.conll"}},
		{"bad.paths:1: want path, word and count", exitFailed, []string{"--clusters", write(t, "bad.paths", "a\tb\tc\td\n"), "testdata/train.conll"}},
		{"places: want NAME=FILE", exitUsage, []string{"--gazetteer", "places", "testdata/train.conll"}},
		{"not a valid column name", exitUsage, []string{"--gazetteer", "my places=testdata/places.txt", "testdata/train.conll"}},
		{"places.txt:2: binary data", exitFailed, []string{"--gazetteer", "p=" + write(t, "places.txt", "Rome\n\x00\n"), "testdata/train.conll"}},
		{"two columns would be named pos", exitFailed, []string{"--gazetteer", "pos=testdata/places.txt", "testdata/train.conll"}},
		{"two columns would be named p", exitFailed,
			[]string{"--gazetteer", "p=testdata/places.txt", "--gazetteer", "p=testdata/people.txt", "testdata/train.conll"}},
		{"bad.vec:2: not a word and its vector", exitFailed, []string{"--vectors", write(t, "bad.vec", "a 1\nb x\n"), "testdata/train.conll"}},
		{"--vectors-limit 5: want", exitUsage, []string{"--vectors-limit", "5", "testdata/train.conll"}},
		{"--vectors-limit -1: want", exitUsage, []string{"--vectors-limit", "-1", "--vectors", "testdata/words.vec", "testdata/train.conll"}},
		{"is an attribute file", exitUsage, []string{"--clusters", "testdata/classes.paths", "testdata/train.crfsuite"}},
		{"--clusters: not for --model-type semi: it has no word resources", exitUsage,
			[]string{"--clusters", "testdata/classes.paths", "--model-type", "semi", "testdata/train.conll"}},
		{"CRF++ templates cannot name columns such as cluster", exitFailed,
			[]string{"--clusters", "testdata/classes.paths", "--features", crfpp, "testdata/train.conll"}},
	} {
		o := tagger(t, "", append([]string{"train", "--model", model}, c.args...)...)
		assert.Equal(t, c.status, o.status, c.says)
		assert.Contains(t, o.errors, c.says)
		assert.NoFileExists(t, model)
	}
}

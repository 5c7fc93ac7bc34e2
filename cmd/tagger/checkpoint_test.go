package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interrupted runs the program and interrupts it when it reports step 2.
func interrupted(t *testing.T, args ...string) outcome {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	errs := &trigger{text: "step 2/", f: stop}
	status := run(ctx, args, strings.NewReader(""), &out, errs)
	require.Equal(t, exitFailed, status, errs.String())
	return outcome{status, out.String(), errs.String()}
}

func TestResumedTrainingWritesTheSameModel(t *testing.T) {
	for name, args := range map[string][]string{
		"lbfgs after sgd": {"--epochs", "20"},
		"lbfgs, dev":      {"--warm-up", "0", "--dev", "testdata/dev.conll", "--patience", "4"},
		"owlqn":           {"--l1", "0.1", "--epochs", "20"},
		"sgd, dev":        {"--optimizer", "sgd", "--dev", "testdata/dev.conll", "--epochs", "12", "--patience", "0"},
		"adam":            {"--optimizer", "adam", "--batch-size", "4"},
		"perceptron":      {"--loss", "perceptron", "--epochs", "7"},
		"bcfw":            {"--optimizer", "bcfw", "--epochs", "12"},
		"sag":             {"--optimizer", "sag", "--epochs", "12"},
		"risk":            {"--loss", "risk", "--epochs", "8"},
		"annealed":        {"--loss", "risk", "--optimizer", "sgd", "--anneal-temperature", "8..0.5", "--epochs", "8"},
		"restarts":        {"--loss", "risk", "--restarts", "1", "--optimizer", "sgd", "--epochs", "5"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			straight, model, checkpoint := filepath.Join(dir, "straight"), filepath.Join(dir, "model"), filepath.Join(dir, "checkpoint")
			args := append([]string{"train", "--threads", "2", "testdata/train.conll"}, args...)
			want := done(t, "", append(args, "--model", straight)...)

			args = append(args, "--model", model, "--checkpoint", checkpoint)
			o := interrupted(t, args...)
			assert.Contains(t, o.errors, "the best model so far is in "+model+"; continue with --resume "+checkpoint+"\n")
			require.FileExists(t, checkpoint)
			got := done(t, "", append(args, "--resume", checkpoint)...)
			assert.Equal(t, strings.Count(want.errors, "\nstep ")-2, strings.Count(got.errors, "\nstep "))
			assert.Equal(t, read(t, straight), read(t, model))
			assert.Equal(t, strings.ReplaceAll(want.out, straight, model), got.out)

			// The last checkpoint is that of the last step.
			require.NoError(t, os.Remove(model))
			done(t, "", append(args, "--resume", checkpoint)...)
			assert.Equal(t, read(t, straight), read(t, model))
		})
	}
}

func TestResumeWithMoreEpochs(t *testing.T) {
	dir := t.TempDir()
	long, model, checkpoint := filepath.Join(dir, "long"), filepath.Join(dir, "model"), filepath.Join(dir, "checkpoint")
	args := []string{"train", "--optimizer", "adagrad", "testdata/train.conll", "--epochs"}
	done(t, "", append(args, "8", "--model", long)...)
	log := filepath.Join(dir, "log")
	args = append(args, "5", "--model", model, "--checkpoint", checkpoint, "--log-json", log)
	done(t, "", args...)
	args[5] = "8"
	done(t, "", append(args, "--resume", checkpoint)...)
	assert.Equal(t, read(t, long), read(t, model))
	assert.Equal(t, 8, strings.Count(read(t, log), "\n"), "the log is continued")
}

func TestResumeRefusesAnotherTraining(t *testing.T) {
	dir := t.TempDir()
	model, checkpoint := filepath.Join(dir, "model"), filepath.Join(dir, "checkpoint")
	args := []string{"train", "--model", model, "--checkpoint", checkpoint, "--threads", "1", "--epochs", "4", "--optimizer", "adagrad", "testdata/train.conll"}
	done(t, "", args...)
	require.NoError(t, os.Remove(model))
	saved := read(t, checkpoint)
	for says, more := range map[string][]string{
		"L2 is 3, and was 0.1":                      {"--l2", "3"},
		"Rate is 0.5, and was 0":                    {"--rate", "0.5"},
		"Seed is 7, and was 1":                      {"--seed", "7"},
		"the method is Adam, and was AdaGrad":       {"--optimizer", "adamw"},
		"the loss is Hinge, and was SoftmaxMargin":  {"--loss", "hinge"},
		"the number of threads is 2, and was 1":     {"--threads", "2"},
		"the number of sentences is 24, and was 12": {"testdata/train.conll"},
		"the fingerprint of the labels is":          {"--label", "2"},
		"the fingerprint of the attributes is":      {"--features", "pos"},
		"the fingerprint of the development data":   {"--dev", "testdata/dev.conll"},
	} {
		o := tagger(t, "", append(append(args, "--resume", checkpoint), more...)...)
		assert.Equal(t, exitFailed, o.status, says)
		assert.Contains(t, lastMessage(o.errors), "tagger: "+checkpoint+": unfit checkpoint: "+says)
		assert.NoFileExists(t, model)
		assert.Equal(t, saved, read(t, checkpoint))
	}
	for name, bad := range map[string]string{"empty": "", "text": "Maria\tPROPN\tB-PER\n", "cut": saved[:len(saved)/2], "flipped": saved[:500] + "#" + saved[501:]} {
		o := tagger(t, "", append(args, "--resume", write(t, name, bad))...)
		assert.Equal(t, exitFailed, o.status)
		assert.Contains(t, o.errors, "unfit checkpoint: ", name)
	}
	o := tagger(t, "", append(args, "--resume", filepath.Join(dir, "missing"))...)
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "missing: no such file")
}

func TestCheckpointUsage(t *testing.T) {
	for says, args := range map[string][]string{
		"--checkpoint and --resume: want a file name":                      {"--checkpoint", "-"},
		"--checkpoint-every: name the file with --checkpoint":              {"--checkpoint-every", "1s"},
		"--checkpoint-every -1s: want a time that is not negative":         {"--checkpoint", "c", "--checkpoint-every", "-1s"},
		"--model testdata/m and --checkpoint testdata/m are the same file": {"--checkpoint", "testdata/m"},
	} {
		o := tagger(t, "", append([]string{"train", "--model", "testdata/m", "testdata/train.conll"}, args...)...)
		assert.Equal(t, exitUsage, o.status)
		assert.Contains(t, o.errors, says)
	}
	o := tagger(t, "", "train", "--model", filepath.Join(t.TempDir(), "m"), "--checkpoint", filepath.Join(t.TempDir(), "no", "folder"), "testdata/train.conll")
	assert.Equal(t, exitFailed, o.status)
}

// Train suggests --resume only if a checkpoint was written.
func TestNoHintWithoutACheckpoint(t *testing.T) {
	dir := t.TempDir()
	checkpoint := filepath.Join(dir, "made", "c")
	require.NoError(t, os.Mkdir(filepath.Dir(checkpoint), 0o755))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	errs := &trigger{text: "step 2/", f: func() {
		require.NoError(t, os.RemoveAll(filepath.Dir(checkpoint))) // so that it cannot be written
		stop()
	}}
	status := run(ctx, []string{"train", "--model", filepath.Join(dir, "m"), "--checkpoint", checkpoint, "testdata/train.conll"}, strings.NewReader(""), new(bytes.Buffer), errs)
	assert.Equal(t, exitFailed, status)
	assert.NotContains(t, errs.String(), "--resume")
	assert.Contains(t, errs.String(), "the best model so far is in "+filepath.Join(dir, "m")+"\n")
}

// killedTrainingEnv names the folder in which a child process trains until it is killed.
const killedTrainingEnv = "TAGGER_TEST_KILLED_TRAINING"

func TestKilledTrainingResumes(t *testing.T) {
	args := func(dir, name string) []string {
		return []string{"train", "--quiet", "--threads", "1", "--model", filepath.Join(dir, name),
			"--optimizer", "adagrad", "--l2", "0.001", "--epochs", "150", "testdata/train.conll"}
	}
	writing := func(dir string) []string {
		return append(args(dir, "model"), "--checkpoint", filepath.Join(dir, "checkpoint"), "--checkpoint-every", "0")
	}
	if dir := os.Getenv(killedTrainingEnv); dir != "" {
		for { // until it is killed
			done(t, "", writing(dir)...)
		}
	}
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	dir := t.TempDir()
	done(t, "", args(dir, "straight")...)
	checkpoint := filepath.Join(dir, "checkpoint")
	for range 2 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledTrainingResumes$")
		child.Env = append(os.Environ(), killedTrainingEnv+"="+dir)
		require.NoError(t, child.Start())
		require.Eventually(t, func() bool { _, err := os.Stat(checkpoint); return err == nil }, 20*time.Second, time.Millisecond)
		time.Sleep(20 * time.Millisecond)
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
		done(t, "", append(writing(dir), "--resume", checkpoint)...)
		assert.Equal(t, read(t, filepath.Join(dir, "straight")), read(t, filepath.Join(dir, "model")))
		require.NoError(t, os.Remove(checkpoint))
	}
}

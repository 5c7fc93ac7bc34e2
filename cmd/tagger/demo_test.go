package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	t.Chdir(t.TempDir())
	o := done(t, "", "demo")
	assert.Empty(t, o.errors)
	assert.True(t, strings.HasPrefix(o.out, "[Anna Keller PER] moved from [Vienna LOC] to [Oslo LOC] last spring.\n"), o.out)
	assert.Contains(t, o.out, "\nAnna/PROPN Keller/PROPN moved/VERB from/ADP")
	assert.Regexp(t, `(?m)^Both models have just been trained on 308 sentences. Scores on 47 other sentences:$`, o.out)
	assert.Regexp(t, `(?m)^names            F1 8\d\.\d\d% \(precision`, o.out)
	assert.Regexp(t, `(?m)^parts of speech  9\d\.\d\d% of 611 words are correct$`, o.out)
	assert.LessOrEqual(t, strings.Count(o.out, "\n"), 17, "lines in all")
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, left, "files after the demo")
}

// The commands at the end of the output run.
func TestDemoNextSteps(t *testing.T) {
	t.Chdir(t.TempDir())
	o := done(t, "", "demo")
	_, o.out, _ = strings.Cut(o.out, "Next steps:")
	lines := regexp.MustCompile(`(?m)^  (?:echo '(.*)' \| )?`+regexp.QuoteMeta(invocation())+` (.*)$`).FindAllStringSubmatch(o.out, -1)
	require.Len(t, lines, 3)
	for _, line := range lines {
		done(t, line[1]+"\n", strings.Fields(line[2])...)
	}
	assert.FileExists(t, "tagger-demo/ner.model")
}

// The models equal those of tagger train.
func TestDemoTrainsAsTrainDoes(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, "", "demo", "--write", "files")
	for name, args := range map[string][]string{"pos": {"--label", "2"}, "ner": {"--pos", "none"}} {
		done(t, "", append(append([]string{"train", "--model", name, "--quiet"}, args...), "files/train.conll")...)
		assert.Equal(t, read(t, name), read(t, "files/"+name+".model"), name)
	}
}

// The commands at the end of the output run on the files of the demo.
func TestDemoLeavesFilesToGoOnWith(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 2 { // the second run overwrites the files
		o := done(t, "", "demo", "--write", "tagger-demo")
		lines := regexp.MustCompile(`(?m)^  `+regexp.QuoteMeta(invocation())+` (.*)$`).FindAllStringSubmatch(o.out, -1)
		require.Len(t, lines, 4)
		for _, line := range lines {
			done(t, "", strings.Fields(line[1])...)
		}
	}
	o := tagger(t, "", "demo", "--write", "tagger-demo/train.conll")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "tagger-demo/train.conll")
}

func TestDemoIsInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o := taggerContext(ctx, nil, "demo")
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: interrupted\n", o.errors)
}

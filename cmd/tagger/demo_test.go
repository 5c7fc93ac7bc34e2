package main

import (
	"context"
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
	assert.Regexp(t, `(?m)^parts of speech: trained on 308 sentences; on 47 test sentences, 9\d\.\d\d% of 611 words are correct$`, o.out)
	assert.Regexp(t, `(?m)^names: .*, F1 9\d\.\d\d% \(precision`, o.out)
	assert.Contains(t, o.out, "Keller")
	assert.Contains(t, o.out, "B-PER")
	before, _, _ := strings.Cut(o.out, "Anna")
	assert.LessOrEqual(t, strings.Count(before, "\n"), 6, "lines before the tagged sentences")
}

// The models equal those of tagger train.
func TestDemoTrainsAsTrainDoes(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, "", "demo", "-o", "files")
	for name, args := range map[string][]string{"pos": {"--label", "2"}, "ner": nil} {
		done(t, "", append(append([]string{"train", "--model", name, "--quiet"}, args...), "files/train.conll")...)
		assert.Equal(t, read(t, name), read(t, "files/"+name+".model"), name)
	}
}

// The commands at the end of the output run on the files of the demo.
func TestDemoLeavesFilesToGoOnWith(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 2 { // the second run overwrites the files
		o := done(t, "", "demo")
		lines := regexp.MustCompile(`(?m)^  `+regexp.QuoteMeta(invocation())+` (.*)$`).FindAllStringSubmatch(o.out, -1)
		require.Len(t, lines, 4)
		for _, line := range lines {
			done(t, "", strings.Fields(line[1])...)
		}
	}
	o := tagger(t, "", "demo", "-o", "tagger-demo/train.conll")
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

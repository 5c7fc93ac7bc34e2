package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// The default command works for Japanese, whose words mix scripts, and for Arabic, whose letters
// have no case.
func TestOtherScripts(t *testing.T) {
	for language, want := range map[string]struct{ pos, names float64 }{
		"ja": {0.85, 0.6},
		"ar": {0.85, 0.6},
	} {
		t.Run(language, func(t *testing.T) {
			train, dev := "testdata/"+language+".train.conll", "testdata/"+language+".dev.conll"
			pos, o := trained(t, "", "--label", "2", train)
			assert.Contains(t, o.errors, "by templates preset pos")
			assert.Greater(t, score(t, "", "--model", pos, dev).Accuracy, want.pos)
			names, o := trained(t, "", train)
			assert.Contains(t, o.errors, "by templates preset ner")
			assert.Greater(t, score(t, "", "--model", names, dev).F1, want.names)

			given := strings.Split(read(t, dev), "\n")
			tagged := strings.Split(done(t, "", "tag", "--model", names, dev).out, "\n")
			require.Equal(t, len(given), len(tagged))
			for k, line := range tagged {
				assert.True(t, strings.HasPrefix(line, given[k]), line)
			}
		})
	}
}

// A model with Unicode normalization labels composed and decomposed text equally, and keeps the
// spelling in the output.
func TestNormalize(t *testing.T) {
	for language, form := range map[string]string{"ja": "nfc", "ar": "nfkc"} {
		t.Run(language, func(t *testing.T) {
			train, composed := "testdata/"+language+".train.conll", read(t, "testdata/"+language+".dev.conll")
			decomposed := norm.NFD.String(composed)
			require.NotEqual(t, composed, decomposed)
			path, _ := trained(t, "", "--normalize", form, train)
			m, err := loadModel(path)
			require.NoError(t, err)
			assert.Equal(t, form, string(m.Meta.Normalize))
			assert.Equal(t, score(t, composed, "--model", path, "-"), score(t, decomposed, "--model", path, "-"))
			out := done(t, decomposed, "tag", "--model", path).out
			assert.Equal(t, norm.NFD.String(done(t, composed, "tag", "--model", path).out), out)

			// Decomposed training text gives the same model, and --init takes the normalization
			// over.
			other, _ := trained(t, norm.NFD.String(read(t, train)), "--normalize", form, "-")
			assert.Equal(t, read(t, path), read(t, other))
			more, _ := trained(t, norm.NFD.String(read(t, train)), "--init", path, "-")
			m, err = loadModel(more)
			require.NoError(t, err)
			assert.Equal(t, form, string(m.Meta.Normalize))

			plain, _ := trained(t, "", train)
			assert.NotEqual(t, done(t, composed, "eval", "--model", plain, "-").out, done(t, decomposed, "eval", "--model", plain, "-").out,
				"without it they are other words")
		})
	}
}

// Only nfkc unifies full-width letters with others.
func TestNormalizeWidth(t *testing.T) {
	text := read(t, "testdata/train.conll")
	wide := strings.ReplaceAll(text, "a", "ａ")
	for form, equal := range map[string]bool{"nfkc": true, "nfc": false} {
		path, _ := trained(t, text, "--normalize", form, "--label", "2", "-")
		report := func(text string) string { return done(t, text, "eval", "--model", path, "-").out }
		assert.Equal(t, equal, report(text) == report(wide), form)
	}
}

func TestNormalizeNeedsAForm(t *testing.T) {
	for _, args := range [][]string{{"--normalize", "nfd"}, {"--normalize", "nfc", "--model-type", "semi"}} {
		o := tagger(t, "", append([]string{"train", "--model", t.TempDir() + "/m", "testdata/train.conll"}, args...)...)
		assert.Equal(t, exitUsage, o.status)
		assert.Contains(t, o.errors, "--normalize")
	}
}

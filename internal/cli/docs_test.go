package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMarked(t *testing.T) {
	for text, want := range map[string]string{
		"Pass --to conllu, or --trials N. Every (--l2)": "Pass `--to conllu`, or `--trials N`. Every (`--l2`)",
		"--blend 1000..30 and 'tagger tag --probs'":     "`--blend 1000..30` and `tagger tag --probs`",
		"--compare A B FILE is X--y":                    "`--compare A B FILE` is X--y",
		"see docs/reference/files.md":                   "see [files.md](../../reference/files.md)",
	} {
		assert.Equal(t, want, marked(text))
	}
	assert.Equal(t, "a\n\n```text\nb  c\n  d\n```\n\na", fenced("x\n\n  b  c\n    d\n\nx", func(string) string { return "a" }))
}

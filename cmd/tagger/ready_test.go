package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const usesReady = "; using the built-in model: English parts of speech, trained on UD English EWT"

// The built-in model reads text, columns and CoNLL-U.
func TestTagWithoutModel(t *testing.T) {
	o := done(t, "Maria lives in Oslo. It's cold.\n", "tag")
	golden(t, "ready.txt", o.out)
	assert.Contains(t, o.errors, "tagger: note: no --model"+usesReady)

	o = done(t, "Maria lives in Oslo.\n", "tag", "--text", "--json")
	var sentence struct {
		Text   string
		Tokens []struct{ Label string }
	}
	require.NoError(t, json.Unmarshal([]byte(o.out), &sentence))
	assert.Equal(t, "Maria lives in Oslo.", sentence.Text)
	require.Len(t, sentence.Tokens, 5)
	assert.Equal(t, "PUNCT", sentence.Tokens[4].Label)
	assert.Equal(t, 1, strings.Count(o.errors, "\n"), o.errors)

	o = done(t, "1\tMaria\t_\t_\t_\t_\t_\t_\t_\t_\n2\tsmiles\t_\t_\t_\t_\t_\t_\t_\t_\n\n", "tag", "--format", "conllu")
	assert.Contains(t, o.out, "1\tMaria\t_\tPROPN\t")
}

func TestInspectReady(t *testing.T) {
	o := done(t, "", "inspect", "--top", "0")
	assert.Contains(t, o.errors, "tagger: note: no MODEL"+usesReady)
	for _, fact := range []string{"weights int8", "tokenizer", "rules:en,hyphens"} {
		assert.Contains(t, o.out, fact)
	}
	assert.NotContains(t, o.out, "file ")
}

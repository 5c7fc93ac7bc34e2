package sample_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/structured"
)

var splits = []struct{ name, text string }{
	{"train", sample.Train},
	{"dev", sample.Dev},
	{"test", sample.Test},
}

var (
	upos = strings.Fields("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X")
	typs = []string{"LOC", "MISC", "ORG", "PER"}
)

// sentences splits a text into sentences of tokens with columns.
func sentences(text string) (out [][][]string) {
	for block := range strings.SplitSeq(strings.TrimSuffix(text, "\n\n"), "\n\n") {
		var sentence [][]string
		for line := range strings.SplitSeq(block, "\n") {
			sentence = append(sentence, strings.Split(line, "\t"))
		}
		out = append(out, sentence)
	}
	return out
}

func TestLayout(t *testing.T) {
	for _, s := range splits {
		require.True(t, utf8.ValidString(s.text), s.name)
		require.True(t, strings.HasSuffix(s.text, "\n\n"), "%s: no blank line at the end", s.name)
		for i, line := range strings.Split(s.text, "\n") {
			where := fmt.Sprintf("%s.conll:%d: %q", s.name, i+1, line)
			bad := strings.IndexFunc(line, func(r rune) bool {
				return r != '\t' && (unicode.IsSpace(r) || !unicode.IsPrint(r))
			})
			assert.Equal(t, -1, bad, "%s: control character or blank", where)
		}
		for i, sentence := range sentences(s.text) {
			for _, columns := range sentence {
				require.Len(t, columns, 3, "%s, sentence %d", s.name, i+1)
				require.NotContains(t, columns, "", "%s, sentence %d", s.name, i+1)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	for _, s := range splits {
		seen := map[string]bool{}
		for i, sentence := range sentences(s.text) {
			prev := ""
			for j, columns := range sentence {
				where := fmt.Sprintf("%s, sentence %d, token %d (%s)", s.name, i+1, j+1, columns[0])
				assert.Contains(t, upos, columns[1], where)

				label := columns[2]
				prefix, typ := structured.SplitLabel(label)
				seen[typ] = true
				switch prefix {
				case 'B', 'I':
					assert.Contains(t, typs, typ, where)
				default:
					assert.Equal(t, "O", label, where)
				}
				if j == 0 {
					assert.True(t, structured.BIO.Starts(label), "%s: %s starts a sentence", where, label)
				} else {
					assert.True(t, structured.BIO.Follows(prev, label), "%s: %s after %s", where, label, prev)
				}
				prev = label
			}
		}
		for _, typ := range typs {
			assert.True(t, seen[typ], "%s has no %s", s.name, typ)
		}
	}
}

func TestCounts(t *testing.T) {
	var count, tokens int
	for _, s := range splits {
		for _, sentence := range sentences(s.text) {
			count++
			tokens += len(sentence)
		}
	}
	assert.GreaterOrEqual(t, count, 300)
	assert.GreaterOrEqual(t, tokens, 3500)
}

// A sentence in two splits would inflate the test score.
func TestNoSentenceTwice(t *testing.T) {
	where := map[string]string{}
	for _, s := range splits {
		for i, sentence := range sentences(s.text) {
			words := make([]string, len(sentence))
			for j, columns := range sentence {
				words[j] = columns[0]
			}
			here := fmt.Sprintf("%s, sentence %d", s.name, i+1)
			text := strings.ToLower(strings.Join(words, " "))
			assert.Empty(t, where[text], "%s is %q again", here, text)
			where[text] = here
		}
	}
}

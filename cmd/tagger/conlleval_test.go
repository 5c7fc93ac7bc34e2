package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNastyFilesAreScoredAsByConlleval has files that programs score differently. The expected
// scores are those of conlleval (Tjong Kim Sang, CoNLL-2000), derived by hand from its rules for
// two adjacent labels:
//
//   - A chunk ends between B or I and B or O, and where the type changes.
//   - A chunk starts between O and B or I, between B or I and B, and where the type changes.
//   - The type is what follows the first hyphen.
func TestNastyFilesAreScoredAsByConlleval(t *testing.T) {
	for name, c := range map[string]struct {
		tokens, right            int
		gold, predicted, correct int
		types                    map[string][3]int
	}{
		// Gold: PER 0-2, LOC 3-4, ORG 4-5 and PER 1-2, PER 2-3. Predicted: PER 0-2, LOC 3-4, ORG
		// 4-5 and PER 1-3.
		"illformed": {8, 5, 5, 4, 3, map[string][3]int{"PER": {3, 2, 1}, "LOC": {1, 1, 1}, "ORG": {1, 1, 1}}},
		// Gold: NP 0-2, NP 2-4; NP 0-1, VP 1-2, VP 2-3; NP; NP. Predicted: NP 0-2, NP 2-4; NP 0-1,
		// VP 1-3; NP; NP.
		"iob1": {10, 6, 7, 6, 5, map[string][3]int{"NP": {5, 5, 5}, "VP": {2, 1, 0}}},
		// Gold: X, nothing, X, X, nothing. Predicted: X, X, nothing, X, nothing.
		"one": {5, 2, 3, 3, 2, map[string][3]int{"X": {3, 3, 2}}},
		// Gold: creative-work 0-2, creative 3-4; -X 0-2. Predicted: creative-work 0-1, creative
		// 1-2, creative 3-4; -X 0-2.
		"hyphens": {6, 5, 3, 4, 2, map[string][3]int{"creative-work": {1, 1, 0}, "creative": {1, 2, 1}, "-X": {1, 1, 1}}},
		// Gold: X 0-2, X 3-4, X 4-5. Predicted: X 0-2, X 3-5, since no rule starts a chunk between
		// U and B of one type.
		"foreign": {5, 2, 3, 2, 1, map[string][3]int{"X": {3, 2, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := score(t, "", "testdata/conlleval/"+name+".conll")
			assert.Equal(t, c.tokens, f.Tokens)
			assert.InDelta(t, float64(c.right)/float64(c.tokens), f.Accuracy, 1e-12)
			assert.InDelta(t, float64(c.correct)/float64(c.predicted), f.Precision, 1e-12)
			assert.InDelta(t, float64(c.correct)/float64(c.gold), f.Recall, 1e-12)
			assert.InDelta(t, 2*float64(c.correct)/float64(c.gold+c.predicted), f.F1, 1e-12)
			assert.Len(t, f.Labels, len(c.types))
			for typ, n := range c.types {
				got := f.Labels[typ]
				assert.Equal(t, fmt.Sprint(n), fmt.Sprint([3]int{got.Support, got.Predicted, got.Correct}), typ)
			}
		})
	}
}

// wordsOfUD is a format with two CoNLL-U sentences, and %s for the columns UPOS to FEATS.
const wordsOfUD = `# newdoc id = a
1	They	they	%s	_	%s	2	nsubj	_	_
2	see	see	%s	_	%s	0	root	_	_
3-4	don't	_	_	_	_	_	_	_	_
3	do	do	%s	_	%s	2	aux	_	_
4	not	not	%s	_	%s	2	advmod	_	_

1	Oslo	Oslo	%s	_	%s	0	root	_	_

`

// The scorer of the CoNLL 2018 shared task counts words with the same UPOS, and words with the same
// universal features in any order. Four of these five words have the same UPOS. Their FEATS are
// equal, differ in order only, differ in a feature that is not universal, differ, and differ.
func TestSharedTaskAccuracies(t *testing.T) {
	gold := fmt.Sprintf(wordsOfUD, "PRON", "Case=Nom|Number=Plur", "VERB", "Mood=Ind|Tense=Pres", "AUX", "ExtPos=X|Mood=Ind", "PART", "_", "PROPN", "Number=Sing")
	found := fmt.Sprintf(wordsOfUD, "PRON", "Case=Nom|Number=Plur", "VERB", "Tense=Pres|Mood=Ind", "VERB", "Mood=Ind", "PART", "Polarity=Neg", "PROPN", "Number=Plur")
	path := write(t, "found.conllu", found)
	assert.InDelta(t, 4./5, score(t, gold, "--system", path, "-").Accuracy, 1e-12)
	assert.InDelta(t, 4./5, score(t, gold, "--system", path, "--label", "UPOS", "-").Accuracy, 1e-12)
	assert.InDelta(t, 1./5, score(t, gold, "--system", path, "--label", "FEATS", "-").Accuracy, 1e-12)
	assert.InDelta(t, 3./5, score(t, gold, "--system", path, "--label", "FEATS", "--ufeats", "-").Accuracy, 1e-12)
	assert.InDelta(t, 0, score(t, gold, "--system", path, "--label", "UPOS", "--predicted", "XPOS", "-").Accuracy, 1e-12)
}

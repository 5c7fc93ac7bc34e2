package learning

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text"
)

// segmentationSize is the number of sentences that decide on the tokenizer. The choice is among a
// few tokenizers whose scores differ by whole percents, and Best tries them all.
const segmentationSize = 5000

// A segmentation picks the tokenizer that fits the training data.
type segmentation struct {
	name      string       // of the tokenizer; "" means none
	sample    bytes.Buffer // the first sentences
	sentences int
	unspaced  bool // the sample says where no space follows a token
}

// add adds a sentence to the sample of CoNLL-U files, if the user did not name the tokenizer.
func (g *segmentation) add(f corpus.Format, s *input.Sentence) {
	if cmp.Or(g.name, recipe.AutoTokenizer) != recipe.AutoTokenizer || f != corpus.CoNLLU || g.sentences == segmentationSize {
		return
	}
	g.sentences++
	lines := s.Rows.String()
	g.sample.WriteString(lines)
	g.sample.WriteString("\n\n") // which the last sentence of a file may lack
	g.unspaced = g.unspaced || strings.Contains(lines, "SpaceAfter=No")
}

// pick picks the tokenizer that agrees best with the sample, and describes the choice. Training
// does not need a tokenizer, so that a sample without a readable segmentation is only a warning.
func (g *segmentation) pick(c *recipe.Config) {
	if g.name == recipe.AutoTokenizer {
		g.name = ""
	}
	if !g.unspaced {
		return
	}
	reference, err := text.ReadReference(&g.sample, "training data", -1)
	if err != nil {
		c.Caution(fmt.Sprintf("no tokenizer for plain text: %v", err))
		return
	}
	g.sample = bytes.Buffer{}
	if best, scores := text.Best(reference); best != nil {
		g.name = best.Name()
		c.Say(fmt.Sprintf("tokenizer %s for plain text: on the training data, F1 %.2f%% for words and %.2f%% for sentences",
			g.name, 100*scores.Words.F1(), 100*scores.Sentences.F1()))
	}
}

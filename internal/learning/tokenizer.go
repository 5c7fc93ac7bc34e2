package learning

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/segment"
	"github.com/trellis-nlp/trellis/text"
)

// segmentationSize is the number of sentences that decide between rules. The choice is among a few
// tokenizers whose scores differ by whole percents, and Best tries them all.
const segmentationSize = 5000

// A segmentation finds the tokenizer that the model stores.
type segmentation struct {
	setting string         // as in recipe.Config
	name    string         // of the tokenizer; "" means none
	file    []byte         // of the learned tokenizer
	named   text.Tokenizer // that the setting names; nil for other settings

	sample    bytes.Buffer // the sentences that decide, or that a tokenizer is learned from
	sentences int          // in sample
	unspaced  bool         // the sample says where no space follows a token
	dev       bytes.Buffer // sentences to develop a learned tokenizer
}

// newSegmentation returns the segmentation of a setting. It opens the tokenizer that the setting
// names.
func newSegmentation(setting string) (*segmentation, error) {
	g := &segmentation{setting: setting}
	switch setting {
	case "":
		g.setting = recipe.AutoTokenizer
		fallthrough
	case recipe.AutoTokenizer, recipe.LearnTokenizer:
		return g, nil
	}
	t, err := OpenTokenizer(setting)
	if err != nil {
		return nil, err
	}
	g.named = t
	return g, g.store(t)
}

// OpenTokenizer returns the tokenizer with a name, as for text.New, or opens the file of a learned
// tokenizer.
func OpenTokenizer(name string) (text.Tokenizer, error) {
	t, unknown := text.New(name)
	if unknown == nil {
		return t, nil
	}
	m, err := segment.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, model.Refuse("tokenizer", "{tokenizer}: %w, or the file of a learned tokenizer", unknown)
	case err != nil:
		return nil, err
	}
	return m, nil
}

// store makes t the tokenizer that the model stores.
func (g *segmentation) store(t text.Tokenizer) error {
	g.name = t.Name()
	if m, ok := t.(*segment.Model); ok {
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			return err
		}
		g.file = b.Bytes()
	}
	return nil
}

// completed returns the setting that gives the same tokenizer again.
func (g *segmentation) completed() string {
	if g.setting == recipe.AutoTokenizer {
		return g.name
	}
	return g.setting
}

// check returns an error if a tokenizer cannot be learned from files of a format.
func (g *segmentation) check(f corpus.Format, name string) error {
	if g.setting == recipe.LearnTokenizer && f != corpus.CoNLLU {
		return model.Refuse("tokenizer", "{tokenizer} %s needs CoNLL-U, but the format of %s is %s", g.setting, name, f)
	}
	return nil
}

// add adds a training sentence to the sample.
func (g *segmentation) add(f corpus.Format, s *input.Sentence) {
	switch {
	case f != corpus.CoNLLU:
		return
	case g.setting == recipe.AutoTokenizer && g.sentences < segmentationSize:
	case g.setting == recipe.LearnTokenizer:
	default:
		return
	}
	g.sentences++
	lines := appendRows(&g.sample, s)
	g.unspaced = g.unspaced || strings.Contains(lines, "SpaceAfter=No")
}

// hold adds a development sentence.
func (g *segmentation) hold(f corpus.Format, s *input.Sentence) {
	if g.setting == recipe.LearnTokenizer && f == corpus.CoNLLU {
		appendRows(&g.dev, s)
	}
}

// appendRows appends the lines of a sentence to b, and returns them.
func appendRows(b *bytes.Buffer, s *input.Sentence) string {
	lines := s.Rows.String()
	b.WriteString(lines)
	b.WriteString("\n\n") // which the last sentence of a file may lack
	return lines
}

// pick picks the rules that agree best with the sample, and describes the choice. Training does not
// need a tokenizer, so that a sample without a readable segmentation is only a warning.
func (g *segmentation) pick(c *recipe.Config) {
	if g.setting != recipe.AutoTokenizer || !g.unspaced {
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

// learn learns the tokenizer from the sample, if the setting says so. After an interrupt it returns
// an error and no tokenizer, so that no model is stored without one.
func (g *segmentation) learn(ctx context.Context, c *recipe.Config) error {
	if g.setting != recipe.LearnTokenizer {
		return nil
	}
	train, err := text.ReadReference(&g.sample, "training data", -1)
	if err != nil {
		return err
	}
	var dev *text.Reference
	if g.dev.Len() > 0 {
		if dev, err = text.ReadReference(&g.dev, "development data", -1); err != nil {
			return err
		}
	}
	g.sample, g.dev = bytes.Buffer{}, bytes.Buffer{}
	c.Say(fmt.Sprintf("learning a tokenizer from %d sentences", g.sentences))
	m, scores, err := TrainTokenizer(ctx, []*text.Reference{train}, segment.Options{Dev: dev, Threads: c.Threads})
	if err != nil {
		return err
	}
	said := fmt.Sprintf("tokenizer %s, %d attributes", m.Name(), m.Attributes())
	if scores != nil {
		said += fmt.Sprintf(": on the development data, F1 %.2f%% for words and %.2f%% for sentences",
			100*scores.Words.F1(), 100*scores.Sentences.F1())
	}
	c.Say(said)
	return g.store(m)
}

// TrainTokenizer learns a tokenizer from references, and scores it on the development data, if
// there are any. References whose tokens all have spaces between them are an error.
func TrainTokenizer(ctx context.Context, refs []*text.Reference, o segment.Options) (*segment.Model, *text.Scores, error) {
	if !slices.ContainsFunc(refs, unspaced) {
		return nil, nil, fmt.Errorf("%w: a space follows every token, so that the data do not show how to split text; expected SpaceAfter=No in CoNLL-U", model.ErrInput)
	}
	m, err := segment.Train(ctx, refs, o)
	if m == nil || o.Dev == nil {
		return m, nil, err
	}
	scores, ok := o.Dev.Score(text.Split(m, o.Dev.Text).Sentences, nil)
	if !ok {
		return nil, nil, fmt.Errorf("%w: development data: the text differs from the tokens", model.ErrInput)
	}
	return m, &scores, err
}

// unspaced reports whether the reference has a token without a space after it.
func unspaced(r *text.Reference) bool {
	return slices.ContainsFunc(r.Tokens, func(t text.ReferenceToken) bool { return !t.Spaced })
}

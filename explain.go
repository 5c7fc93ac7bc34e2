package trellis

import (
	"errors"
	"math"

	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// ExplainOptions are the options of explanations.
type ExplainOptions = explain.Options

// Explain says why the model labels the words of a sentence as [Model.Tag] does. If the model reads
// other columns than the words, the error wraps model.ErrInput. If its kind cannot be explained,
// the error wraps explain.ErrModel.
func (m *Model) Explain(words []string, o ExplainOptions) (*explain.Explanation, error) {
	m.wordsOnce.Do(func() { m.wordsErr = model.CheckWords(m.labeller) })
	if m.wordsErr != nil {
		return nil, m.wordsErr
	}
	return m.explain(words, model.Sentence{Columns: wordList(words)}, o)
}

// ExplainSentence is [Model.Explain] for a sentence with the columns of the training files, as for
// [Model.TagSentence].
func (m *Model) ExplainSentence(s features.Sequence, o ExplainOptions) (*explain.Explanation, error) {
	form := m.labeller.Input().Names["form"]
	if err := model.CheckColumns(s, form+1); err != nil {
		return nil, err
	}
	return m.explain(column(s, form), model.Sentence{Columns: s}, o)
}

// ExplainText explains the labels of each sentence of a text, which it splits as [Model.TagText]
// does. Positions of tokens count from the start of their sentence.
func (m *Model) ExplainText(s string, o ExplainOptions) ([]*explain.Explanation, error) {
	t, err := m.Tokenizer("")
	if err != nil {
		return nil, err
	}
	d := &Document{Text: s}
	if d.Sentences, err = splitter(t)(nil, s); err != nil {
		return nil, err
	}
	return m.explainDocument(d, o)
}

// explainDocument explains the labels of the sentences of a document.
func (m *Model) explainDocument(d *Document, o ExplainOptions) (list []*explain.Explanation, err error) {
	for k := range d.Sentences {
		s := &d.Sentences[k]
		words := make([]string, len(s.Tokens))
		for t := range s.Tokens {
			words[t] = s.Tokens[t].Text
		}
		x, err := m.Explain(words, o)
		if err != nil {
			return nil, err
		}
		locate(x, d, s)
		list = append(list, x)
	}
	return list, nil
}

// locate sets the text and the positions of an explanation to those of a sentence.
func locate(x *explain.Explanation, d *Document, s *DocumentSentence) {
	at := func(p text.Position) int { return p.Rune - s.Start.Rune }
	x.Text, x.Start = d.Text[s.Start.Byte:s.End.Byte], d.Start.Rune+s.Start.Rune
	for t := range x.Tokens {
		x.Tokens[t].Start, x.Tokens[t].End = at(s.Tokens[t].Start), at(s.Tokens[t].End)
	}
}

// explain explains a sentence with an explainer of the pool.
func (m *Model) explain(words []string, s model.Sentence, o ExplainOptions) (*explain.Explanation, error) {
	e, ok := m.explainers.Get().(*explain.Explainer)
	if !ok {
		var err error
		if e, err = explain.New(m.labeller); err != nil {
			return nil, m.about(err)
		}
	}
	x, err := e.Explain(words, s, o)
	if !errors.Is(err, model.ErrChanged) { // which may leave an explainer amid a sentence
		m.explainers.Put(e)
	}
	return x, err
}

// column returns a column of a sentence.
func column(s features.Sequence, at int) []string {
	words := make([]string, s.Len())
	for t := range words {
		words[t] = s.Field(t, at)
	}
	return words
}

// A wordList presents words in every column.
type wordList []string

func (s wordList) Len() int              { return len(s) }
func (s wordList) Field(t, _ int) string { return s[t] }
func (s wordList) Columns() int          { return math.MaxInt }

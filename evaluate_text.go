package trellis

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// TextScores are the scores of a tokenizer, or of a model on plain text, by the rules of the CoNLL
// 2018 shared task.
type TextScores struct {
	text.Scores
	Column string // of the labels; "" if there are none
}

// TextEvalOptions are the options of [Model.EvaluateText].
type TextEvalOptions struct {
	Tokenizer    string // as for Model.Tokenizer
	Label        string // gold label column of CoNLL-U; "" means as in training, or UPOS
	NoDictionary bool   // ignore the tag dictionary
}

// EvaluateText splits and labels the plain text of CoNLL-U files, and compares the result with the
// files. The text comes from the forms and SpaceAfter=No. A label is right if its word is, too.
func (m *Model) EvaluateText(ctx context.Context, data Source, o TextEvalOptions) (*TextScores, error) {
	t, err := m.newTextTagger(TextOptions{Tokenizer: o.Tokenizer, NoDictionary: o.NoDictionary})
	if err != nil {
		return nil, err
	}
	column := o.Label
	if files := m.labeller.Metadata().Files; column == "" && files.Format == corpus.CoNLLU {
		column = files.Label
	}
	scores := new(TextScores)
	err = eachReference(ctx, data, func(layout *corpus.Layout, read func(column int) (*text.Reference, error)) error {
		c, err := layout.Label(column)
		if err == nil && c.Key != "" {
			err = fmt.Errorf("%s is a part of a column; expected a column", c)
		}
		if err != nil {
			return model.Refuse("label", "{label}: %w", err)
		}
		scores.Column = strings.ToUpper(layout.Names[c.Column])
		ref, err := read(c.Column)
		if err != nil {
			return err
		}
		list, err := t.Label(nil, ref.Text)
		if err != nil {
			return err
		}
		var sentences []text.Sentence
		var labels []string
		for _, s := range list {
			sentences = append(sentences, s.Sentence)
			labels = append(labels, s.Labels...)
		}
		return scores.add(ref, sentences, labels)
	})
	if err == nil {
		err = model.Check(m.labeller)
	}
	if err != nil {
		return nil, err
	}
	return scores, nil
}

// EvaluateTokenizer splits the plain text of CoNLL-U files, and compares the result with the files.
func EvaluateTokenizer(ctx context.Context, t text.Tokenizer, data Source) (*TextScores, error) {
	scores := new(TextScores)
	err := eachReference(ctx, data, func(_ *corpus.Layout, read func(column int) (*text.Reference, error)) error {
		ref, err := read(-1)
		if err != nil {
			return err
		}
		return scores.add(ref, text.Split(t, ref.Text).Sentences, nil)
	})
	if err != nil {
		return nil, err
	}
	return scores, nil
}

// eachReference passes the layout of each file to use, with a function that reads the file. Errors
// of use start with the file name.
func eachReference(ctx context.Context, data Source, use func(layout *corpus.Layout, read func(column int) (*text.Reference, error)) error) error {
	if len(data.Sentences) > 0 {
		return unfit("sentences in memory, expected files in CoNLL-U")
	}
	for _, path := range data.Paths {
		raw, err := input.OpenRaw(ctx, path, data.Stdin)
		if err != nil {
			return err
		}
		name := raw.Name
		all, err := io.ReadAll(raw)
		raw.Close()
		if err != nil {
			return nameError(name, err)
		}
		in, err := input.New(&input.Raw{Reader: bytes.NewReader(all), Name: name}, input.Options{})
		if err != nil {
			return err
		}
		if in.Format != corpus.CoNLLU {
			return in.AtStart(unfit("format %s, expected CoNLL-U, which says where spaces are", in.Format))
		}
		err = use(&in.Layout, func(column int) (*text.Reference, error) {
			return text.ReadReference(bytes.NewReader(all), name, column)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// add compares sentences of the text of a reference with it.
func (s *TextScores) add(ref *text.Reference, sentences []text.Sentence, labels []string) error {
	scores, ok := ref.Score(sentences, labels)
	if !ok {
		return fmt.Errorf("%w: the tokenizer changes the text", model.ErrInput)
	}
	for _, c := range []struct{ sum, more *text.Count }{
		{&s.Tokens, &scores.Tokens}, {&s.Words, &scores.Words}, {&s.Sentences, &scores.Sentences}, {&s.Labels, &scores.Labels},
	} {
		c.sum.Gold += c.more.Gold
		c.sum.Predicted += c.more.Predicted
		c.sum.Correct += c.more.Correct
	}
	return nil
}

// A textRow is a kind of unit with its scores.
type textRow struct {
	name string
	text.Count
}

func (s *TextScores) rows() []textRow {
	rows := []textRow{{"tokens", s.Tokens}, {"words", s.Words}, {"sentences", s.Sentences}}
	if s.Column != "" {
		rows = append(rows, textRow{s.Column, s.Labels})
	}
	return rows
}

// share returns a / b, and 0 for 0 / 0.
func share(a, b int) float64 {
	if a == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func (r textRow) cells() []string {
	percent := func(v float64) string { return fmt.Sprintf("%.2f%%", 100*v) }
	return []string{
		r.name, percent(share(r.Correct, r.Predicted)), percent(share(r.Correct, r.Gold)), percent(r.F1()),
		fmt.Sprint(r.Gold), fmt.Sprint(r.Predicted), fmt.Sprint(r.Correct),
	}
}

var textHeading = []string{"unit", "precision", "recall", "F1", "gold", "predicted", "correct"}

// WriteTable writes the scores as a table.
func (s *TextScores) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, strings.Join(textHeading, "\t")+"\t")
	for _, r := range s.rows() {
		fmt.Fprintln(t, strings.Join(r.cells(), "\t")+"\t")
	}
	return t.Flush()
}

// WriteMarkdown writes the scores as a table in Markdown.
func (s *TextScores) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(textHeading)
	line([]string{"---", "---:", "---:", "---:", "---:", "---:", "---:"})
	for _, r := range s.rows() {
		line(r.cells())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// MarshalJSON returns an object with an object for each unit.
func (s *TextScores) MarshalJSON() ([]byte, error) {
	type unit struct {
		Precision float64 `json:"precision"`
		Recall    float64 `json:"recall"`
		F1        float64 `json:"f1"`
		Gold      int     `json:"gold"`
		Predicted int     `json:"predicted"`
		Correct   int     `json:"correct"`
	}
	units := make(map[string]unit)
	for _, r := range s.rows() {
		units[r.name] = unit{share(r.Correct, r.Predicted), share(r.Correct, r.Gold), r.F1(), r.Gold, r.Predicted, r.Correct}
	}
	return json.Marshal(units)
}

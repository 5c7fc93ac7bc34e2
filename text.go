package trellis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// ReadText reads the words of files, for clustering. The format is text (one sentence per line),
// conll, conllu, or auto. If the lines have different numbers of tokens, auto means text. Form is
// the word column; "" means the default of the format.
func ReadText(ctx context.Context, data Source, format, form string) (*cluster.Text, error) {
	files := corpus.FormatAuto
	if format != "text" {
		var err error
		if files, err = corpus.ParseFormat(format); err != nil || files == corpus.CRFsuite {
			return nil, model.Refuse("format", "{format} %s: want auto, text, conll or conllu", format)
		}
	}
	text := new(cluster.Text)
	for _, name := range data.Paths {
		raw, err := input.OpenRaw(ctx, name, data.Stdin)
		if err != nil {
			return nil, err
		}
		err = readText(text, raw, files, format == "text", form)
		raw.Close()
		if err != nil {
			return nil, err
		}
	}
	for _, s := range data.Sentences {
		layout := corpus.Layout{Format: corpus.CoNLL, Columns: s.Columns()}
		column, err := layout.Form(form)
		if err != nil {
			return nil, err
		}
		text.Add(s.Column(nil, column)...)
	}
	return text, nil
}

func readText(text *cluster.Text, raw *input.Raw, format corpus.Format, plain bool, column string) error {
	r := bufio.NewReaderSize(raw, cluster.Head)
	if format == corpus.FormatAuto && !plain {
		head, err := r.Peek(cluster.Head)
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", raw.Name, err)
		}
		plain = cluster.IsText(head)
	}
	if plain {
		return text.Read(r, raw.Name)
	}
	rows := corpus.NewReader(r, raw.Name, corpus.Options{Format: format})
	layout, err := rows.Layout()
	if err != nil {
		return err
	}
	form, err := layout.Form(column)
	if err != nil {
		return fmt.Errorf("%s: %w", raw.Name, model.Refuse("form", "{form}: %w", err))
	}
	var s corpus.Sentence
	var words []string
	for {
		if err := rows.Read(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		words = s.Column(words, form)
		text.Add(words...)
	}
}

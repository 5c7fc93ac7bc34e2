package trellis

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// TagDocuments labels the sentences of files as [Model.TagFiles] does, and writes them as
// documents. Rows become a document for each sentence. Its text is that of the comment "# text" or
// of the words, see text.Original. Documents of annotation tools keep their text and ID.
//
// With NBest, the sentences have alternatives. An output format is a *model.OptionError. Attribute
// files have no words: the error wraps model.ErrInput.
func (m *Model) TagDocuments(ctx context.Context, w DocumentWriter, data Source, o FileOptions) error {
	switch {
	case o.tool() != "":
		return model.Refuse("output-format", "{output-format} %s: the output are documents", o.OutputFormat)
	case ownOutput(m.labeller, &o) != nil:
		return m.about(fmt.Errorf("%w: it reads columns of attributes, and documents need words", ErrKind))
	}
	o.to = w
	return m.TagFiles(ctx, nil, data, o)
}

// document returns a sentence of rows as a document.
func (l *labeller) document(s *input.Sentence, list []model.Labelling) Document {
	whole, sentence := text.Original(&s.Rows, &l.in.Layout, l.fit.form)
	return Document{File: l.in.Name, ID: text.Comment(&s.Rows, "sent_id"), Text: whole,
		Sentences: []DocumentSentence{l.annotated(whole, sentence, list)}}
}

// labelled returns a document of an annotation tool with labels.
func (l *labeller) labelled(d *standoff.Document, sentences []standoff.Sentence) (Document, error) {
	out := Document{File: d.File, ID: d.ID, Text: d.Text}
	read, err := l.inContext(sentences)
	if err != nil {
		return out, err
	}
	for k, s := range sentences {
		list, err := l.tagger.Label(read[k], nil)
		if err != nil {
			return out, err
		}
		out.Sentences = append(out.Sentences, l.annotated(d.Text, s.Sentence, list))
	}
	return out, nil
}

// annotated returns a sentence of a document with its labellings.
func (l *labeller) annotated(whole string, s text.Sentence, list []model.Labelling) DocumentSentence {
	if l.o.NBest > 0 {
		return l.annotate.NBest(whole, s, list)
	}
	return l.annotate.Sentence(whole, s, &list[0])
}

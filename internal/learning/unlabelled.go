package learning

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text"
)

// textClusters are the clusters of unlabelled text, by column. On development data of tweets, two
// numbers of clusters by Clark's algorithm gained more than one, or than Brown or k-means
// (docs/how-to/word-resources.md).
var textClusters = []struct {
	column string
	cluster.Options
}{
	{"text200", cluster.Options{Algorithm: cluster.Clark, Clusters: 200, MinCount: 3}},
	{"text500", cluster.Options{Algorithm: cluster.Clark, Clusters: 500, MinCount: 3}},
}

// clusterText returns the clusters of the words of unlabelled text.
func clusterText(ctx context.Context, c *recipe.Config, stdin io.Reader, t text.Tokenizer) ([]lexicon.Lexicon, error) {
	if t == nil {
		t = &text.Rules{Lines: true}
	}
	words, err := ReadText(ctx, corpus.Source{Paths: c.Text, Stdin: stdin}, TextOptions{Tokenizer: t, Normalize: c.Normalize})
	if err != nil {
		return nil, err
	}
	c.Say(fmt.Sprintf("clustering unlabelled text of %d tokens, %d different words", words.Tokens(), words.Words()))
	var list []lexicon.Lexicon
	for _, o := range textClusters {
		found, err := cluster.Induce(ctx, words, o.Options)
		if errors.Is(err, cluster.ErrEmpty) {
			return nil, model.Refuse("text", "{text} %s: want words that occur %d times", strings.Join(c.Text, ", "), o.MinCount)
		}
		if err != nil {
			return nil, err
		}
		l, err := lexicon.NewClasses(o.column, found)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

// TextOptions say how to read the words of files.
type TextOptions struct {
	Format    string           // text (one sentence per line), conll, conllu, or auto (or "")
	Form      string           // column of the words; "" means the default of the format
	Tokenizer text.Tokenizer   // splits the lines of text; nil splits at spaces and tabs
	Normalize model.NormalForm // of the words
}

// ReadText reads the words of files, for clustering. If the lines of a file have different numbers
// of tokens, the format auto means text.
func ReadText(ctx context.Context, data corpus.Source, o TextOptions) (*cluster.Text, error) {
	r := textReader{TextOptions: o, format: corpus.FormatAuto, text: new(cluster.Text)}
	if o.Format != "text" && o.Format != "" {
		var err error
		if r.format, err = corpus.ParseFormat(o.Format); err != nil || r.format == corpus.CRFsuite {
			return nil, model.Refuse("format", "{format} %s: want auto, text, conll or conllu", o.Format)
		}
	}
	for _, name := range data.Paths {
		raw, err := input.OpenRaw(ctx, name, data.Stdin)
		if err != nil {
			return nil, err
		}
		err = r.read(raw)
		raw.Close()
		if err != nil {
			return nil, err
		}
	}
	for _, s := range data.Sentences {
		layout := corpus.Layout{Format: corpus.CoNLL, Columns: s.Columns()}
		column, err := layout.Form(o.Form)
		if err != nil {
			return nil, err
		}
		r.add(s.Column(nil, column))
	}
	return r.text, nil
}

// textReader adds the sentences of files to a text.
type textReader struct {
	TextOptions
	format corpus.Format
	text   *cluster.Text
	words  []string // scratch memory
}

// add adds a sentence, which it normalises in place.
func (r *textReader) add(words []string) {
	for k, word := range words {
		words[k] = r.Normalize.Of(word)
	}
	r.text.Add(words...)
}

func (r *textReader) read(raw *input.Raw) error {
	b := bufio.NewReaderSize(raw, cluster.Head)
	plain := r.Format == "text"
	if r.format == corpus.FormatAuto && !plain {
		head, err := b.Peek(cluster.Head)
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", raw.Name, err)
		}
		plain = cluster.IsText(head)
	}
	switch {
	case plain && r.Tokenizer == nil:
		return r.text.Read(b, raw.Name)
	case plain:
		return r.text.ReadLines(b, raw.Name, r.line)
	}
	rows := corpus.NewReader(b, raw.Name, corpus.Options{Format: r.format})
	layout, err := rows.Layout()
	if err != nil {
		return err
	}
	form, err := layout.Form(r.Form)
	if err != nil {
		return fmt.Errorf("%s: %w", raw.Name, model.Refuse("form", "{form}: %w", err))
	}
	var s corpus.Sentence
	for {
		if err := rows.Read(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r.words = s.Column(r.words, form)
		r.add(r.words)
	}
}

// line adds the sentences of a line of plain text.
func (r *textReader) line(line string) {
	for _, s := range text.Split(r.Tokenizer, line).Sentences {
		r.words = r.words[:0]
		for _, t := range s.Tokens {
			r.words = append(r.words, t.Text)
		}
		r.add(r.words)
	}
}

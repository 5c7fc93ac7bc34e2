package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
)

// tokenizeFlags holds the flags of tagger tokenize.
type tokenizeFlags struct {
	model, tokenizer, output string
	format, offsets          string
	gold, json               bool
	threads                  int
}

// Values of --format of tokenize.
const (
	formatLines  = "lines"
	formatCoNLLU = "conllu"
	formatJSON   = "json"
)

func (a *app) tokenizeCommand() *cobra.Command {
	var o tokenizeFlags
	c := &cobra.Command{
		Use:   "tokenize [FILE...] [flags]",
		Short: "Split plain text into sentences and tokens",
		Example: `  tagger tokenize article.txt
  tagger tokenize --tokenizer rules:en,hyphens --format conllu article.txt > article.conllu
  tagger tokenize --tokenizer en.tokenizer article.txt
  tagger tokenize --model pos.model --format json article.txt
  tagger tokenize --tokenizer rules:en --gold dev.conllu`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags().Changed, args); err != nil {
				return err
			}
			return a.tokenize(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.tokenizer, "tokenizer", "", "`NAME` of the tokenizer: space, rules with options, such as "+
		"rules:en,hyphens, or a file of train-tokenizer (default that of --model, else rules)")
	f.StringVar(&o.model, "model", "", "use the tokenizer of this model `FILE`")
	f.StringVar(&o.format, "format", formatLines, "output `FORMAT`: lines (a sentence on each line, with spaces between "+
		"tokens), conllu or json")
	f.StringVar(&o.offsets, "offsets", report.Runes.String(), "`UNIT` of the positions in JSON: runes, bytes or utf16")
	f.BoolVar(&o.gold, "gold", false, "the files are CoNLL-U: split their text and score the result")
	f.BoolVar(&o.json, "json", false, "with --gold, print one JSON object")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE` (default standard output)")
	f.IntVar(&o.threads, "threads", 0, "number `N` of threads (default one per core); the output does not depend on it")
	f.SortFlags = false
	complete(c, "format", formatLines, formatCoNLLU, formatJSON)
	complete(c, "offsets", report.Runes.String(), report.Bytes.String(), report.UTF16.String())
	return c
}

func (o *tokenizeFlags) check(changed func(string) bool, files []string) error {
	_, err := report.ParseUnit(o.offsets)
	switch {
	case o.format != formatLines && o.format != formatCoNLLU && o.format != formatJSON:
		return wrongUsage("--format %s: want lines, conllu or json", o.format)
	case err != nil:
		return wrongUsage("--offsets %s: want runes, bytes or utf16", o.offsets)
	case changed("offsets") && o.format != formatJSON:
		return wrongUsage("--offsets: use it with --format json")
	case o.gold && len(files) == 0:
		return needFiles(nil, files)
	case o.gold && (changed("format") || o.output != ""):
		return wrongUsage("--gold prints scores, and no sentences: drop --format and --output")
	case o.json && !o.gold:
		return wrongUsage("--json: use it with --gold; for sentences, pass --format json")
	}
	return trellis.TextOptions{Tokenizer: o.tokenizer, Threads: o.threads}.Check()
}

func (a *app) tokenize(ctx context.Context, o *tokenizeFlags, files []string) error {
	data := a.data(files)
	if err := a.distinctOutput(o.output, data, use("--model", o.model), use("--tokenizer", o.tokenizer)); err != nil {
		return err
	}
	open := trellis.OpenTokenizer
	if o.model != "" {
		m, err := openModel(ctx, o.model)
		if err != nil {
			return err
		}
		defer m.Close()
		open = m.Tokenizer
	}
	t, err := open(o.tokenizer)
	if err != nil {
		return err
	}
	if o.gold {
		scores, err := trellis.EvaluateTokenizer(ctx, t, data)
		return a.printScores(&evalFlags{json: o.json}, scores, err)
	}
	a.awaitInput(data, "text")
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		unit, _ := report.ParseUnit(o.offsets) // which check has checked
		return trellis.SplitTextFiles(ctx, &sentenceWriter{w: w, format: o.format, unit: unit}, t, data, o.threads)
	})
}

// A sentenceWriter writes the sentences of documents.
type sentenceWriter struct {
	w      io.Writer
	format string
	unit   report.Unit
	buffer []byte
}

func (s *sentenceWriter) Write(d *trellis.Document) error {
	s.buffer = s.buffer[:0]
	for k := range d.Sentences {
		sentence := &d.Sentences[k]
		switch s.format {
		case formatCoNLLU:
			s.buffer = sentence.AppendCoNLLU(s.buffer, d.Text, k == 0)
		case formatJSON:
			if err := s.object(d, sentence); err != nil {
				return err
			}
		default:
			for n, t := range sentence.Tokens {
				if n > 0 {
					s.buffer = append(s.buffer, ' ')
				}
				s.buffer = append(s.buffer, t.Text...)
			}
			s.buffer = append(s.buffer, '\n')
		}
	}
	_, err := s.w.Write(s.buffer)
	return err
}

// object appends the JSON object of a sentence.
func (s *sentenceWriter) object(d *trellis.Document, sentence *trellis.DocumentSentence) error {
	type part struct {
		Text   string `json:"text"`
		Start  int    `json:"start"`
		End    int    `json:"end"`
		Inside bool   `json:"inside,omitempty"`
	}
	object := struct {
		part
		Tokens []part `json:"tokens"`
	}{part: part{Text: d.Text[sentence.Start.Byte:sentence.End.Byte]}}
	object.Start, object.End = s.unit.Of(d.Start.Plus(sentence.Start)), s.unit.Of(d.Start.Plus(sentence.End))
	base := s.unit.Of(sentence.Start)
	for _, t := range sentence.Tokens {
		object.Tokens = append(object.Tokens, part{t.Text, s.unit.Of(t.Start) - base, s.unit.Of(t.End) - base, t.Inside})
	}
	line, err := json.Marshal(object)
	s.buffer = append(append(s.buffer, line...), '\n')
	return err
}

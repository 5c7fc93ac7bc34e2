package bulk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/lines"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// A lineTagger answers lines, for one goroutine.
type lineTagger struct {
	m      model.Labeller
	tagger *model.TextTagger
	format LineFormat
	most   int
	json   report.JSONOptions
	total  trellis.Total
	failed int

	// Scratch memory.
	doc    model.Document
	answer []byte
	plain  []byte
}

func (p *linePipeline) newTagger() (*lineTagger, error) {
	o := p.o.Text
	tagger, err := model.NewTextTagger(p.m.Labeller(), p.tokenizer, model.TagOptions{
		Probabilities: o.Probabilities, Spans: o.Spans || p.m.SpellsSpans(), Posterior: o.Posterior,
		Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary,
	})
	if err != nil {
		return nil, err
	}
	return &lineTagger{m: p.m.Labeller(), tagger: tagger, format: p.o.Format, most: p.max,
		json: report.JSONOptions{Unit: p.o.Unit, Documents: true}}, nil
}

// block answers the lines of a block. It returns an error if the file of the model has changed.
func (t *lineTagger) block(b *lineBlock) error {
	b.out = b.out[:0]
	start := 0
	for k, l := range b.lines {
		whole := b.text[start:l.end]
		start = l.end
		fail := func(err error) error { return fmt.Errorf("%s:%d: %w", b.name, b.number+k, err) }
		b.out = t.line(b.out, whole, l.long, fail)
	}
	return model.Check(t.m)
}

// line appends the answer to a line, with a line end. The line is missing if it is too long.
func (t *lineTagger) line(dst, whole []byte, long bool, fail func(error) error) []byte {
	content := lines.CutEnd(whole)
	switch {
	case long:
		dst = t.appendError(dst, fail(fmt.Errorf("the line has more than %d bytes", t.most)))
	case t.format == TSV:
		dst = t.tsv(dst, content, fail)
	default:
		dst = t.jsonl(dst, content, fail)
	}
	if bytes.HasSuffix(whole, []byte("\r\n")) {
		dst = append(dst, '\r')
	}
	return append(dst, '\n')
}

// jsonl appends the answer to a line of JSON.
func (t *lineTagger) jsonl(dst, line []byte, fail func(error) error) []byte {
	if lines.IsBlank(line) {
		return dst
	}
	start := len(dst)
	r, err := parseRecord(line)
	if r.id != nil {
		dst = append(append(dst, `{"id":`...), r.id...)
	}
	body := len(dst)
	if err == nil {
		if r.tokens != nil {
			dst, err = t.words(dst, r.tokens)
		} else {
			dst, err = t.text(dst, r.text)
		}
	}
	if err != nil {
		dst = t.appendError(dst[:body], fail(err))
	}
	if body > start {
		dst[body] = ',' // instead of the brace
	}
	return dst
}

// tsv appends the answer to a line of columns.
func (t *lineTagger) tsv(dst, line []byte, fail func(error) error) []byte {
	at := bytes.LastIndexByte(line, '\t') + 1
	dst = append(dst, line[:at]...)
	value := line[at:]
	if len(line) == 0 || string(value) == null {
		return append(dst, value...)
	}
	t.plain = appendPlain(t.plain[:0], value)
	var err error
	if n := validPrefix(t.plain); n < len(t.plain) {
		err = fmt.Errorf("the text is not UTF-8 at byte %d", n+1)
	} else {
		t.answer, err = t.text(t.answer[:0], string(t.plain))
	}
	if err != nil {
		t.answer = t.appendError(t.answer[:0], fail(err))
	}
	return appendEscaped(dst, t.answer)
}

// text appends the object of a text.
func (t *lineTagger) text(dst []byte, s string) (_ []byte, err error) {
	t.doc.Text = s
	if t.doc.Sentences, err = t.tagger.Label(t.doc.Sentences[:0], s); err != nil {
		return dst, err
	}
	return t.object(dst)
}

// words appends the object of the tokens of a sentence.
func (t *lineTagger) words(dst []byte, list []string) ([]byte, error) {
	whole, s := text.OfWords(list)
	t.doc.Text, t.doc.Sentences = whole, t.doc.Sentences[:0]
	if len(list) > 0 {
		labelled, err := t.tagger.LabelSentence(whole, s)
		if err != nil {
			return dst, err
		}
		t.doc.Sentences = append(t.doc.Sentences, labelled)
	}
	return t.object(dst)
}

// object appends the object of the document, without a line end.
func (t *lineTagger) object(dst []byte) ([]byte, error) {
	dst, err := t.json.Append(dst, &t.doc)
	if err != nil {
		return dst, err
	}
	t.total.Sentences += len(t.doc.Sentences)
	for k := range t.doc.Sentences {
		t.total.Tokens += len(t.doc.Sentences[k].Tokens)
	}
	return dst[:len(dst)-1], nil
}

// appendError appends the answer to a line that cannot be labelled.
func (t *lineTagger) appendError(dst []byte, err error) []byte {
	t.failed++
	message, _ := json.Marshal(err.Error()) // a string has no error
	return append(append(append(dst, `{"error":`...), message...), '}')
}

// validPrefix returns how many bytes come before the first one that is not UTF-8.
func validPrefix(s []byte) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRune(s[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

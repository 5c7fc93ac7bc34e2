package serve

import (
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A tagger is the scratch memory to label documents with a version.
type tagger struct {
	text  *model.TextTagger
	split text.Splitter
	list  []text.Sentence
	made  []model.DocumentSentence
}

// options returns the options of a tagger. The probabilities of entities are always there, as in
// the output of tagger tag --json.
func (v *version) options(nbest int, probabilities bool) model.TagOptions {
	return model.TagOptions{NBest: nbest, Probabilities: probabilities, Spans: v.spans}
}

func (v *version) newTagger(o model.TagOptions) (*tagger, error) {
	t, err := model.NewTextTagger(v.labeller, v.tokenizer, o)
	if err != nil {
		return nil, err
	}
	return &tagger{text: t, split: text.Splitter{Tokenizer: v.tokenizer}}, nil
}

// A shelf holds unused taggers.
type shelf chan *tagger

func (s shelf) take() (*tagger, bool) {
	select {
	case t := <-s:
		return t, true
	default:
		return nil, false
	}
}

func (s shelf) put(t *tagger) {
	select {
	case s <- t:
	default:
	}
}

// take returns a tagger with the options.
func (v *version) take(o model.TagOptions) (*tagger, error) {
	var t *tagger
	var ok bool
	switch {
	case o.NBest > 0:
		t, ok = v.pool(o).Get().(*tagger)
	case o.Probabilities:
		t, ok = v.probable.take()
	default:
		t, ok = v.plain.take()
	}
	if ok {
		return t, nil
	}
	return v.newTagger(o)
}

// put makes a tagger available again.
func (v *version) put(o model.TagOptions, t *tagger) {
	clear(t.made)
	switch {
	case o.NBest > 0:
		v.pool(o).Put(t)
	case o.Probabilities:
		v.probable.put(t)
	default:
		v.plain.put(t)
	}
}

// pool returns the pool of the taggers for n-best lists.
func (v *version) pool(o model.TagOptions) *sync.Pool {
	pool, ok := v.nbest.Load(o)
	if !ok {
		pool, _ = v.nbest.LoadOrStore(o, new(sync.Pool))
	}
	return pool.(*sync.Pool)
}

// A job labels documents within the limits.
type job struct {
	limits   *Limits
	gate     *gate
	deadline time.Time
	version  *version
	tagger   *tagger

	tokens, sentences int // labelled so far
}

// document labels a document. Its sentences are valid until the next call.
func (j *job) document(q *tagRequest, d document, to *model.Document) error {
	t := j.tagger
	t.list = t.list[:0]
	if d.to < 0 {
		to.Text = d.text
		if err := j.cut(d.text); err != nil {
			return err
		}
	} else {
		to.Text, t.list = join(q.words[d.from:d.to], t.list)
	}
	if err := j.check(); err != nil {
		return err
	}
	t.made = t.made[:0]
	for k, s := range t.list {
		if k > 0 {
			if err := j.pause(); err != nil {
				return err
			}
		}
		labelled, err := t.text.LabelSentence(to.Text, s)
		if err != nil {
			return err
		}
		t.made = append(t.made, labelled)
		j.tokens += len(s.Tokens)
	}
	j.sentences += len(t.list)
	to.Sentences = t.made
	return model.Check(j.version.labeller)
}

// cut splits a text into sentences.
func (j *job) cut(s string) error {
	t := j.tagger
	if len(s) < 1<<16 {
		t.list = t.split.Split(t.list, s)
		return nil
	}
	// Paragraph by paragraph, to notice the time limit.
	var at text.Position
	for _, paragraph := range text.Paragraphs(s) {
		if err := j.pause(); err != nil {
			return err
		}
		from := len(t.list)
		t.list = t.split.Split(t.list, paragraph)
		for k := from; k < len(t.list); k++ {
			move(&t.list[k], at)
		}
		at = at.Plus(text.End(paragraph))
	}
	return nil
}

// move moves a sentence to where its paragraph starts.
func move(s *text.Sentence, by text.Position) {
	shift := func(r *text.Range) { r.Start, r.End = by.Plus(r.Start), by.Plus(r.End) }
	shift(&s.Range)
	for k := range s.Tokens {
		shift(&s.Tokens[k].Range)
	}
}

// check returns a problem if the document has too many tokens.
func (j *job) check() error {
	all := 0
	for _, s := range j.tagger.list {
		if len(s.Tokens) > j.limits.SentenceTokens {
			return tooLarge("a sentence of %d tokens, the limit is %d", len(s.Tokens), j.limits.SentenceTokens)
		}
		all += len(s.Tokens)
	}
	if all > j.limits.Tokens {
		return tooLarge("%d tokens, the limit is %d", all, j.limits.Tokens)
	}
	return nil
}

// errTime is the problem of a request that takes too long.
var errTime = refuse(http.StatusGatewayTimeout, "the request took longer than the time limit")

// pause lets other requests run, and ends the request after its time.
func (j *job) pause() error {
	j.gate.yield()
	if time.Now().After(j.deadline) {
		return errTime
	}
	return nil
}

// join makes a text of tokens, with a space between them, and its sentence.
func join(words []string, list []text.Sentence) (string, []text.Sentence) {
	whole := strings.Join(words, " ")
	if len(words) == 0 {
		return whole, list
	}
	tokens := make([]text.Token, len(words))
	var at text.Position
	for k, w := range words {
		if k > 0 {
			at = at.Plus(text.Position{Byte: 1, Rune: 1, UTF16: 1})
		}
		end := at.Plus(text.End(w))
		tokens[k] = text.Token{Range: text.Range{Start: at, End: end}, Text: w}
		at = end
	}
	return whole, append(list, text.Sentence{Range: text.Range{Start: text.Position{}, End: at}, Tokens: tokens})
}

// valid reports whether a body is UTF-8, and else where it is not.
func valid(body []byte) error {
	if utf8.Valid(body) {
		return nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && size == 1 {
			return refuse(http.StatusBadRequest, "byte %d of the body is not UTF-8", at+1)
		}
		at += size
	}
}

package serve

import (
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// options returns the options of a tagger. The probabilities of entities are always there, as in
// the output of tagger tag --json.
func (v *version) options(nbest int, probabilities bool) model.TagOptions {
	return model.TagOptions{NBest: nbest, Probabilities: probabilities, Spans: v.spans}
}

func (v *version) newTagger(o model.TagOptions) (*model.TextTagger, error) {
	return model.NewTextTagger(v.labeller, v.tokenizer, o)
}

// A shelf holds unused taggers.
type shelf chan *model.TextTagger

func (s shelf) take() (*model.TextTagger, bool) {
	select {
	case t := <-s:
		return t, true
	default:
		return nil, false
	}
}

func (s shelf) put(t *model.TextTagger) {
	select {
	case s <- t:
	default:
	}
}

// take returns a tagger with the options.
func (v *version) take(o model.TagOptions) (*model.TextTagger, error) {
	var t *model.TextTagger
	var ok bool
	switch {
	case o.NBest > 0:
		t, ok = v.pool(o).Get().(*model.TextTagger)
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
func (v *version) put(o model.TagOptions, t *model.TextTagger) {
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

// A job labels documents within the limits, inside the gate.
type job struct {
	limits   *Limits
	gate     *gate
	deadline time.Time
	version  *version
	options  model.TagOptions
	tagger   *model.TextTagger

	tokens, sentences int // labelled so far

	// Scratch memory.
	split text.Splitter
	list  []text.Sentence
	made  []model.DocumentSentence
}

// start takes a tagger of a version.
func (j *job) start(v *version, o model.TagOptions) (err error) {
	j.version, j.options, j.split.Tokenizer = v, o, v.tokenizer
	j.tagger, err = v.take(o)
	return err
}

// stop gives the tagger back. A tagger that failed may be in any state: do not give it back.
func (j *job) stop() {
	j.version.put(j.options, j.tagger)
	j.tagger = nil
}

// scratch returns a job with the scratch memory of j, unless a large document needed much.
func (j *job) scratch() job {
	const most = 1 << 10
	clear(j.list)
	clear(j.made)
	if cap(j.list) > most || cap(j.made) > most {
		return job{}
	}
	j.split.Tokenizer = nil // of a version that may be replaced
	return job{split: j.split, list: j.list[:0], made: j.made[:0]}
}

// document labels a document. Its sentences are valid until the next call.
func (j *job) document(q *tagRequest, d document, to *model.Document) error {
	j.list = j.list[:0]
	if d.to < 0 {
		to.Text = d.text
		if err := j.cut(d.text); err != nil {
			return err
		}
	} else {
		var sentence text.Sentence
		if to.Text, sentence = text.OfWords(q.words[d.from:d.to]); len(sentence.Tokens) > 0 {
			j.list = append(j.list, sentence)
		}
	}
	if err := j.check(); err != nil {
		return err
	}
	j.made = j.made[:0]
	read, err := j.tagger.InContext(j.list)
	if err != nil {
		return err
	}
	for k, s := range j.list {
		if k > 0 {
			if err := j.pause(); err != nil {
				return err
			}
		}
		labelled, err := j.tagger.LabelInContext(to.Text, s, read[k])
		if err != nil {
			return err
		}
		j.made = append(j.made, labelled)
		j.tokens += len(s.Tokens)
	}
	j.sentences += len(j.list)
	to.Sentences = j.made
	return model.Check(j.version.labeller)
}

// cut splits a text into sentences.
func (j *job) cut(s string) error {
	if len(s) < 1<<16 {
		j.list = j.split.Split(j.list, s)
		return nil
	}
	// Paragraph by paragraph, to notice the time limit.
	var at text.Position
	for _, paragraph := range text.Paragraphs(s) {
		if err := j.pause(); err != nil {
			return err
		}
		from := len(j.list)
		j.list = j.split.Split(j.list, paragraph)
		for k := from; k < len(j.list); k++ {
			move(&j.list[k], at)
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
	for _, s := range j.list {
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

// pause lets waiting requests run, with the tagger of this one. It ends the request after its time.
func (j *job) pause() error {
	if j.gate.waiting.Load() > 0 {
		j.stop()
		j.gate.again()
		if err := j.start(j.version, j.options); err != nil {
			return err
		}
	}
	if time.Now().After(j.deadline) {
		return errTime
	}
	return nil
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

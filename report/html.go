package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"html/template"
	"io"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

//go:embed page.gohtml
var pageSource string

// page has the templates head, document and tail.
var page = template.Must(template.New("page").Parse(pageSource))

// HTMLOptions are the options of a page.
type HTMLOptions struct {
	// Style says how labels appear.
	Style Style
	// Title is the title of the page. The default is "Labelled text".
	Title string
	// Language is the language of the texts, an IETF tag such as "en". The page names none by
	// default.
	Language string
}

// LanguageOf returns the language of the rules of a tokenizer, for [HTMLOptions], or "".
func LanguageOf(t text.Tokenizer) string {
	if rules, ok := t.(*text.Rules); ok {
		return rules.Language
	}
	return ""
}

// NewHTML returns a Writer of one HTML page. The page needs no other file and no script. It has a
// legend with the number of entities or words of each label, which also filters by label. The
// background of an entity fades with its probability, and a tooltip has the number. The page adapts
// to narrow screens, dark mode, print and right-to-left text. Copied text has no labels in it.
//
// The page is complete after Close.
func NewHTML(w io.Writer, o HTMLOptions) Writer {
	if o.Title == "" {
		o.Title = "Labelled text"
	}
	return &htmlWriter{w: w, options: o, kinds: make(map[string]*kind)}
}

type htmlWriter struct {
	w       io.Writer
	options HTMLOptions
	buffer  bytes.Buffer
	pieces  []piece
	kinds   map[string]*kind
	list    []*kind // in order of appearance
	counts  counts
	started bool
	closed  bool
}

// A kind is a label of the page.
type kind struct {
	Label             string
	Number, Hue, Uses int
}

// counts are the totals of a page.
type counts struct {
	Documents, Sentences, Tokens, Entities int
}

// A piece is a run of text, an entity, or a token with its label.
type piece struct {
	Text    string
	Kind    *kind // nil for text without a label
	Tooltip string
	Shade   string // the opacity of the background, "" for 1
	// Open and Close stand around tokens that belong on one line, such as a word and its full stop.
	Open, Close, joined bool
}

// join keeps the last piece on the line of the token before it.
func (h *htmlWriter) join() {
	last := &h.pieces[len(h.pieces)-1]
	before := &h.pieces[len(h.pieces)-2]
	before.Open = !before.joined
	before.Close = false
	last.joined, last.Close = true, true
}

// trails reports whether a token continues the word before it, or starts with a punctuation mark
// that no line should start with.
func trails(t *text.Token) bool {
	r, _ := utf8.DecodeRuneInString(t.Text)
	return t.Inside || unicode.In(r, unicode.Po, unicode.Pe, unicode.Pf)
}

func (h *htmlWriter) Write(d *model.Document) error {
	if h.closed {
		return errors.New("html page: written after Close")
	}
	if err := check(d, false); err != nil {
		return err
	}
	if err := h.start(); err != nil {
		return err
	}
	style := h.options.Style.of(d)
	h.count(d)
	h.split(d, style)
	return h.execute("document", struct {
		Tags   bool
		Pieces []piece
	}{style == Tags, h.pieces})
}

func (h *htmlWriter) count(d *model.Document) {
	h.counts.Documents++
	h.counts.Sentences += len(d.Sentences)
	for k := range d.Sentences {
		h.counts.Tokens += len(d.Sentences[k].Tokens)
		h.counts.Entities += len(d.Sentences[k].Entities)
	}
}

// split makes the pieces of a document.
func (h *htmlWriter) split(d *model.Document, style Style) {
	h.pieces = h.pieces[:0]
	at := 0
	add := func(r text.Range, label string, p float64, known bool) {
		if at < r.Start.Byte {
			h.pieces = append(h.pieces, piece{Text: valid(d.Text[at:r.Start.Byte])})
		}
		at = r.End.Byte
		h.pieces = append(h.pieces, h.labelled(d.Text[r.Start.Byte:at], label, p, known))
	}
	for k := range d.Sentences {
		s := &d.Sentences[k]
		if style == Spans {
			for n := range s.Entities {
				e := &s.Entities[n]
				add(e.Range, e.Label, e.Probability, e.Probability != 0)
			}
			continue
		}
		for n := range s.Tokens {
			t := &s.Tokens[n]
			adjacent := n > 0 && at == t.Start.Byte
			p := 0.
			if s.Probabilities != nil {
				p = s.Probabilities[n]
			}
			add(t.Range, s.Labels[n], p, s.Probabilities != nil)
			if adjacent && trails(t) {
				h.join()
			}
		}
	}
	if at < len(d.Text) {
		h.pieces = append(h.pieces, piece{Text: valid(d.Text[at:])})
	}
}

// labelled returns the piece of an entity or token.
func (h *htmlWriter) labelled(s, label string, p float64, known bool) piece {
	c := piece{Text: valid(s), Kind: h.kind(label)}
	if known {
		p = clamp(p)
		c.Tooltip = c.Kind.Label + " " + strconv.FormatFloat(100*p, 'f', 1, 64) + "%"
		c.Shade = strconv.FormatFloat(faintest+(1-faintest)*p, 'f', 2, 64)
	}
	return c
}

// faintest is the opacity of the background at probability 0.
const faintest = 0.2

func (h *htmlWriter) kind(label string) *kind {
	k := h.kinds[label]
	if k == nil {
		k = &kind{Label: valid(label), Number: len(h.list), Hue: hueOf(label)}
		h.kinds[label] = k
		h.list = append(h.list, k)
	}
	k.Uses++
	return k
}

func (h *htmlWriter) start() error {
	if h.started {
		return nil
	}
	h.started = true
	return h.execute("head", struct {
		Title, Language string
		Hues            []hueCSS
	}{valid(h.options.Title), h.options.Language, cssOfHues})
}

func (h *htmlWriter) Close() error {
	if h.closed {
		return nil
	}
	if err := h.start(); err != nil {
		return err
	}
	h.closed = true
	slices.SortStableFunc(h.list, func(a, b *kind) int {
		return cmp.Or(cmp.Compare(b.Uses, a.Uses), cmp.Compare(a.Label, b.Label))
	})
	return h.execute("tail", struct {
		counts
		Kinds []*kind
	}{h.counts, h.list})
}

func (h *htmlWriter) execute(name string, data any) error {
	h.buffer.Reset()
	if err := page.ExecuteTemplate(&h.buffer, name, data); err != nil {
		return err
	}
	_, err := h.w.Write(h.buffer.Bytes())
	return err
}

// A hueCSS is a hue in CSS.
type hueCSS struct {
	Light, Dark template.CSS
}

var cssOfHues = func() (list []hueCSS) {
	for _, h := range hues {
		list = append(list, hueCSS{rgb(h.light), rgb(h.dark)})
	}
	return list
}()

func rgb(c [3]uint8) template.CSS {
	b := strconv.AppendUint(nil, uint64(c[0]), 10)
	b = strconv.AppendUint(append(b, ' '), uint64(c[1]), 10)
	return template.CSS(strconv.AppendUint(append(b, ' '), uint64(c[2]), 10))
}

// valid replaces each byte that is not UTF-8 by U+FFFD.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

package document

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

// A Sentence of a document has words, and the labels of a first model.
type Sentence struct{ Words, Labels []string }

// A Reader computes the columns of documents, one document after another. The zero value reads
// labels that encode no spans. A Reader has its own scratch memory. Use one per goroutine.
type Reader struct {
	Spans bool // the labels encode spans

	numbers map[string]int // of the words of the document, and of their stems
	words   []word         // by number
	tokens  []token        // of the document
	fields  map[string]string
	name    []byte
	spans   []annotation.Span
}

// columns is the number of columns.
const columns = 2

// A token has the values that the columns count.
type token struct {
	words  [columns]int    // numbers of the words that have its values: the stem, and the word
	values [columns]string // its label, and its place in a longer span; "" is not counted
}

// A word, or a stem, has the values of its tokens.
type word struct {
	stem   int // number of the stem
	values [columns]tally
}

// shares are the bins of the share of the most frequent value, by column, with decreasing bounds.
var shares = [columns][]bin{
	{{0.9, '5'}, {0.75, '4'}, {0.5, '3'}, {0.25, '2'}, {0.1, '1'}, {0, '0'}},
	{{0.9, '='}, {0.6, '+'}, {0, '~'}},
}

// A bin holds the shares from a bound up to the bound of the bin before.
type bin struct {
	least float64
	sign  byte
}

// A tally counts values.
type tally struct {
	counts []count
	total  int
}

type count struct {
	value string
	n     int
}

// Fields returns the fields of a document: for each sentence, the columns of [Names], with a field
// for each word.
func (r *Reader) Fields(document []Sentence) [][][]string {
	if r.numbers == nil {
		r.numbers, r.fields = make(map[string]int), make(map[string]string)
	}
	clear(r.numbers)
	r.words, r.tokens = r.words[:0], r.tokens[:0]
	for _, s := range document {
		r.add(s)
	}
	memory := make([]string, columns*len(r.tokens))
	list := make([][][]string, len(document))
	rows := make([][]string, columns*len(document))
	rest := r.tokens
	for k, s := range document {
		n := len(s.Words)
		list[k], rows = rows[:columns:columns], rows[columns:]
		for c := range columns {
			row := memory[:n:n]
			memory = memory[n:]
			for t := range row {
				x := &rest[t]
				row[t] = r.field(c, &r.words[x.words[c]].values[c], x.values[c])
			}
			list[k][c] = row
		}
		rest = rest[n:]
	}
	return list
}

// add counts the values of a sentence.
func (r *Reader) add(s Sentence) {
	from := len(r.tokens)
	for t, text := range s.Words {
		label := s.Labels[t]
		if r.Spans {
			label = outside
		}
		number := r.number(text)
		r.tokens = append(r.tokens, token{[columns]int{r.words[number].stem, number}, [columns]string{label, ""}})
	}
	tokens := r.tokens[from:]
	if r.Spans {
		r.spans = annotation.AppendSpans(r.spans[:0], s.Labels)
		for _, span := range r.spans {
			r.mark(tokens, span)
		}
	}
	for _, x := range tokens {
		for c, value := range x.values {
			if value != "" {
				r.words[x.words[c]].values[c].add(value, 1)
			}
		}
	}
}

// number returns the number of a word or stem.
func (r *Reader) number(text string) int {
	number, ok := r.numbers[text]
	if ok {
		return number
	}
	number = len(r.words)
	r.numbers[text] = number
	r.words = slices.Grow(r.words, 1)[:number+1]
	x := &r.words[number]
	for c := range x.values {
		x.values[c].counts, x.values[c].total = x.values[c].counts[:0], 0
	}
	x.stem = number
	if short := stem(text); short != text {
		n := r.number(short)
		r.words[number].stem = n // number may have moved r.words
	}
	return number
}

// stem returns the first five letters of a capitalised word, and other words as they are. In many
// languages, the endings of names depend on their case.
func stem(word string) string {
	if first, _ := utf8.DecodeRuneInString(word); !unicode.IsUpper(first) {
		return word
	}
	n := 0
	for i := range word {
		if n == stemLength {
			return word[:i]
		}
		n++
	}
	return word
}

const stemLength = 5

// outside is the label of tokens outside of spans.
const outside = "O"

// mark sets the values of the tokens of a span.
func (r *Reader) mark(tokens []token, span annotation.Span) {
	for t := span.Start; t < span.End; t++ {
		tokens[t].values[0] = span.Type
		if span.End-span.Start == 1 {
			continue
		}
		place := byte('I')
		switch t {
		case span.Start:
			place = 'B'
		case span.End - 1:
			place = 'E'
		}
		r.name = append(append(r.name[:0], place), span.Type...)
		tokens[t].values[1] = r.shared()
	}
}

// field returns the field of a column for the counts without a token that has the given value,
// unless it is "".
func (r *Reader) field(column int, x *tally, value string) string {
	if value != "" {
		x.add(value, -1)
		defer x.add(value, 1)
	}
	if x.total == 0 {
		return ""
	}
	best := slices.MaxFunc(x.counts, func(a, b count) int {
		return cmp.Or(r.compareInside(a, b), cmp.Compare(a.n, b.n), strings.Compare(b.value, a.value))
	})
	if r.Spans && best.value == outside {
		return outside
	}
	share := float64(best.n) / float64(x.total)
	k := slices.IndexFunc(shares[column], func(b bin) bool { return share >= b.least })
	r.name = append(append(r.name[:0], best.value...), shares[column][k].sign)
	return r.shared()
}

// compareInside makes a type of spans greater than the label outside, however often each occurs.
func (r *Reader) compareInside(a, b count) int {
	inside := func(x count) int {
		if r.Spans && x.n > 0 && x.value != outside {
			return 1
		}
		return 0
	}
	return inside(a) - inside(b)
}

// shared returns the name as a string that equal fields share.
func (r *Reader) shared() string {
	s, ok := r.fields[string(r.name)]
	if !ok {
		s = string(r.name)
		r.fields[s] = s
	}
	return s
}

// add adds by to the count of a value.
func (x *tally) add(value string, by int) {
	x.total += by
	for k := range x.counts {
		if x.counts[k].value == value {
			x.counts[k].n += by
			return
		}
	}
	x.counts = append(x.counts, count{value, by})
}

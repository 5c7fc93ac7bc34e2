package document

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

// A Sentence of a document has words, and the labels of a first model.
type Sentence struct{ Words, Labels []string }

// A Reader computes the columns of documents, one document after another. The zero value reads
// labels that encode no spans. A Reader has its own scratch memory. Use one per goroutine.
type Reader struct {
	Spans bool // the labels encode spans

	numbers map[string]int // of the words of the document
	words   []word         // by number
	tokens  []token        // of the document
	fields  map[string]string
	name    []byte
	spans   []annotation.Span
}

// columns is the number of columns.
const columns = 2

// A token is a word with the values that the columns count.
type token struct {
	word   int
	values [columns]string // its label, and its place in a longer span; "" is not counted
}

// A word has the values of its tokens.
type word [columns]tally

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
				row[t] = r.field(&r.words[x.word][c], x.values[c])
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
		number, ok := r.numbers[text]
		if !ok {
			number = len(r.words)
			r.numbers[text] = number
			r.words = slices.Grow(r.words, 1)[:number+1]
			for c := range columns {
				x := &r.words[number][c]
				x.counts, x.total = x.counts[:0], 0
			}
		}
		label := s.Labels[t]
		if r.Spans {
			label = "O"
		}
		r.tokens = append(r.tokens, token{number, [columns]string{label, ""}})
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
				r.words[x.word][c].add(value, 1)
			}
		}
	}
}

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

// field returns the field for the counts without a token that has the given value, unless it is "".
func (r *Reader) field(x *tally, value string) string {
	if value != "" {
		x.add(value, -1)
		defer x.add(value, 1)
	}
	if x.total == 0 {
		return ""
	}
	best := slices.MaxFunc(x.counts, func(a, b count) int {
		return cmp.Or(cmp.Compare(a.n, b.n), strings.Compare(b.value, a.value))
	})
	sign := byte('~')
	switch share := float64(best.n) / float64(x.total); {
	case share >= 0.9:
		sign = '='
	case share >= 0.6:
		sign = '+'
	}
	r.name = append(append(r.name[:0], best.value...), sign)
	return r.shared()
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

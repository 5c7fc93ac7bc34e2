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

	words  map[string]*tally // labels of the tokens of each word
	inside map[string]*tally // places of each word in spans of several words
	free   []*tally          // unused
	used   []*tally
	fields map[string]string // shared strings
	name   []byte
	types  []string // of the tokens of a sentence
	places []string
	spans  []annotation.Span
}

// tally counts the labels of a word.
type tally struct {
	counts []count
	total  int
}

type count struct {
	label string
	n     int
}

// Fields returns the fields of a document: for each sentence, the columns of [Names], with a field
// for each word.
func (r *Reader) Fields(document []Sentence) [][][]string {
	r.reset()
	tokens := 0
	for _, s := range document {
		tokens += len(s.Words)
		r.read(s.Labels)
		for t, word := range s.Words {
			r.of(r.words, word).add(r.types[t], 1)
			if r.places[t] != "" {
				r.of(r.inside, word).add(r.places[t], 1)
			}
		}
	}
	memory := make([]string, 0, len(Names)*tokens)
	list := make([][][]string, len(document))
	for k, s := range document {
		r.read(s.Labels)
		list[k] = make([][]string, len(Names))
		for c := range Names {
			from := len(memory)
			for t, word := range s.Words {
				memory = append(memory, r.field(c, word, t))
			}
			list[k][c] = memory[from:len(memory):len(memory)]
		}
	}
	return list
}

// field returns the field of a token of the sentence that was read.
func (r *Reader) field(column int, word string, t int) string {
	if column == 0 {
		return r.without(r.words[word], r.types[t])
	}
	return r.without(r.inside[word], r.places[t])
}

// without returns the field for the counts without a token that has the given label. If the label
// is "", the counts do not contain the token.
func (r *Reader) without(x *tally, label string) string {
	if x == nil {
		return ""
	}
	if label != "" {
		x.add(label, -1)
		defer x.add(label, 1)
	}
	if x.total == 0 {
		return ""
	}
	best := slices.MaxFunc(x.counts, func(a, b count) int {
		return cmp.Or(cmp.Compare(a.n, b.n), strings.Compare(b.label, a.label))
	})
	sign := byte('~')
	switch share := float64(best.n) / float64(x.total); {
	case share >= 0.9:
		sign = '='
	case share >= 0.6:
		sign = '+'
	}
	r.name = append(append(r.name[:0], best.label...), sign)
	return r.shared(r.name)
}

// read sets the labels and places of the tokens of a sentence.
func (r *Reader) read(labels []string) {
	r.types, r.places = r.types[:0], r.places[:0]
	for _, label := range labels {
		if r.Spans {
			label = "O"
		}
		r.types, r.places = append(r.types, label), append(r.places, "")
	}
	if !r.Spans {
		return
	}
	r.spans = annotation.AppendSpans(r.spans[:0], labels)
	for _, span := range r.spans {
		for t := span.Start; t < span.End; t++ {
			r.types[t] = span.Type
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
			r.places[t] = r.shared(r.name)
		}
	}
}

// shared returns a string that equal fields share.
func (r *Reader) shared(name []byte) string {
	s, ok := r.fields[string(name)]
	if !ok {
		s = string(name)
		r.fields[s] = s
	}
	return s
}

// reset forgets the document before.
func (r *Reader) reset() {
	if r.words == nil {
		r.words, r.inside, r.fields = make(map[string]*tally), make(map[string]*tally), make(map[string]string)
	}
	clear(r.words)
	clear(r.inside)
	r.free, r.used = append(r.free, r.used...), r.used[:0]
}

// of returns the counts of a word.
func (r *Reader) of(group map[string]*tally, word string) *tally {
	x := group[word]
	if x != nil {
		return x
	}
	if n := len(r.free); n > 0 {
		x, r.free = r.free[n-1], r.free[:n-1]
		x.counts, x.total = x.counts[:0], 0
	} else {
		x = new(tally)
	}
	r.used, group[word] = append(r.used, x), x
	return x
}

// add adds by to the count of a label.
func (x *tally) add(label string, by int) {
	x.total += by
	for k := range x.counts {
		if x.counts[k].label == label {
			x.counts[k].n += by
			return
		}
	}
	x.counts = append(x.counts, count{label, by})
}

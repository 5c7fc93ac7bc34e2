package features

// Sequence is a sentence of Len tokens with columns. Field is called for tokens 0..Len-1 and the
// bound columns.
type Sequence interface {
	Len() int
	Field(token, column int) string
}

// Rows is a Sequence in memory: Rows[token][column].
type Rows [][]string

var _ Sequence = Rows(nil)

// Len returns the number of tokens.
func (r Rows) Len() int { return len(r) }

// Field returns r[token][column].
func (r Rows) Field(token, column int) string { return r[token][column] }

// Extractor expands the templates of a [Program] for one sentence at a time. It reuses its scratch
// memory and does not allocate once it has seen its longest sentence. It is not safe for concurrent
// use.
type Extractor struct {
	program *Program
	more    *extended
	n       int    // tokens
	values  []byte // concatenated values of the views
	spans   []span // views x tokens, into values
	row     []int  // scratch of regular expressions

	unigrams, bigrams expansion
	numbers           numbers
}

// span is values[lo:hi]. lo < 0 if the view does not apply to the token.
type span struct{ lo, hi int }

// expansion is the memory for the attributes of one position.
type expansion struct {
	text  []byte
	attrs [][]byte
}

// NewExtractor returns an extractor without a sentence.
func (p *Program) NewExtractor() *Extractor {
	return &Extractor{program: p, more: newExtended(p.derived)}
}

// Reset computes what the templates need from a sentence. The Extractor does not keep the sequence.
func (e *Extractor) Reset(seq Sequence) {
	seq = e.more.of(seq)
	e.numbers.reset(e.program, e.more, seq)
	e.n = seq.Len()
	e.values = e.values[:0]
	e.spans = e.spans[:0]
	for i := range e.program.views {
		v := &e.program.views[i]
		for t := range e.n {
			lo := len(e.values)
			var ok bool
			if e.values, ok = v.append(e.values, seq.Field(t, v.column), &e.row); ok {
				e.spans = append(e.spans, span{lo, len(e.values)})
			} else {
				e.spans = append(e.spans, span{-1, -1})
			}
		}
	}
}

// Len returns the number of tokens of the sentence.
func (e *Extractor) Len() int { return e.n }

// Unigrams returns the attributes for the labels of token t, in template order. An attribute that
// two templates yield occurs twice and counts twice. The result is valid until the next call of
// Unigrams. Unigrams panics if t is not in 0..Len-1.
func (e *Extractor) Unigrams(t int) [][]byte {
	return e.expand(&e.unigrams, e.program.unigrams, t)
}

// Bigrams returns the attributes for the label pairs of t-1 and t, in template order. It returns
// none at t = 0. Bare templates yield nothing here: see [Templates.Transitions]. The result is
// valid until the next call of Bigrams. Bigrams panics if t is not in 0..Len-1.
func (e *Extractor) Bigrams(t int) [][]byte {
	if t == 0 {
		return e.expand(&e.bigrams, nil, t)
	}
	return e.expand(&e.bigrams, e.program.bigrams, t)
}

func (e *Extractor) expand(x *expansion, templates []template, t int) [][]byte {
	if t < 0 || t >= e.n {
		panic("features: token out of range")
	}
	text, attrs := x.text[:0], x.attrs[:0]
next:
	for _, pieces := range templates {
		start := len(text)
		for i := range pieces {
			p := &pieces[i]
			text = append(text, p.literal...)
			if p.view < 0 {
				break
			}
			value, ok := e.value(p, t)
			if !ok {
				text = text[:start]
				continue next
			}
			text = append(text, value...)
		}
		// If a later append moves text, this attribute keeps the old memory and stays valid.
		attrs = append(attrs, text[start:len(text):len(text)])
	}
	x.text, x.attrs = text, attrs
	return attrs
}

// value returns the value of the view of a piece at token t. It returns false if the view does not
// apply.
func (e *Extractor) value(p *piece, t int) ([]byte, bool) {
	token := p.token(t, e.n)
	if token >= 0 && token < e.n {
		s := e.spans[p.view*e.n+token]
		if s.lo < 0 {
			return nil, false
		}
		return e.values[s.lo:s.hi], true
	}
	values, distance := e.program.outside[p.view].before, -token
	if token >= e.n {
		values, distance = e.program.outside[p.view].after, token-e.n+1
	}
	if values == nil {
		return nil, false
	}
	return values[min(distance, len(values))-1], true
}

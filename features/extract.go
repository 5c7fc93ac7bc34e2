package features

// Sequence is a sentence: Len tokens with their columns. Field is called for tokens 0..Len-1
// and the columns that were bound.
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

// Extractor expands the templates of a [Program] over one sentence at a time. It holds scratch
// memory: an extractor that is kept allocates nothing once it has seen its longest sentence.
// It is not safe for concurrent use.
type Extractor struct {
	program *Program
	more    *extended
	n       int    // tokens
	values  []byte // of the views, one after another
	spans   []span // views x tokens, into values
	row     []int  // of regular expressions

	unigrams, bigrams expansion
	numbers           numbers
}

// span is values[lo:hi]; lo < 0 where the view does not apply to the token.
type span struct{ lo, hi int }

// expansion is the memory behind the attributes of one position.
type expansion struct {
	text  []byte
	attrs [][]byte
}

// NewExtractor returns an extractor that has no sentence yet.
func (p *Program) NewExtractor() *Extractor {
	return &Extractor{program: p, more: newExtended(p.derived)}
}

// Reset computes what the templates need to know about the tokens of a sentence. The sequence
// is not used after it returns.
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

// Unigrams returns the attributes that each label of token t looks at, in the order of the
// templates. One that two templates yield is there twice and counts twice. The result is valid
// until the next call of Unigrams. It panics if t is not in 0..Len-1.
func (e *Extractor) Unigrams(t int) [][]byte {
	return e.expand(&e.unigrams, e.program.unigrams, t)
}

// Bigrams returns the attributes that each pair of labels at t-1 and t looks at, in the order
// of the templates; none at t = 0. Bare templates yield nothing here: see
// [Templates.Transitions]. The result is valid until the next call of Bigrams. It panics if t
// is not in 0..Len-1.
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
		// Should a later append move text, this attribute keeps the old memory: it stays right.
		attrs = append(attrs, text[start:len(text):len(text)])
	}
	x.text, x.attrs = text, attrs
	return attrs
}

// value returns what the view of a piece yields from token t; false if it does not apply.
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

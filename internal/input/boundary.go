package input

import (
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// What starts a document in rows, besides a column.
const (
	ByMark = "mark" // a line -DOCSTART-, a comment # newdoc, or a file
	ByFile = "file" // a file
)

// Boundaries finds the starts of documents in an input. The zero value finds those of formats that
// hold documents. In rows, the whole input is then one document.
type Boundaries struct {
	Marks bool // lines -DOCSTART- and comments # newdoc start documents, too
	// Columns start documents, too: a document starts where the first token of a sentence has
	// another value than the first token of the sentence before. Tokens without a value (_ in
	// CoNLL-U) continue the document.
	Columns []corpus.Value

	begun  bool
	line   int
	values []string // of Columns
	column []string // scratch memory
}

// Boundaries returns what finds the documents of rows: ByMark, ByFile (or ""), or a column of
// [corpus.Layout.Value]. Formats that hold documents need none.
func (in *Input) Boundaries(by string) (Boundaries, error) {
	if by == ByMark || by == ByFile || by == "" || in.docs != nil {
		return Boundaries{Marks: by == ByMark}, nil
	}
	v, err := in.Layout.Value(by)
	if err != nil {
		return Boundaries{}, in.AtStart(fmt.Errorf("document column: %w", err))
	}
	return Boundaries{Columns: []corpus.Value{v}}, nil
}

// Starts reports whether a document starts with s. Call it for each sentence in order.
func (b *Boundaries) Starts(s *Sentence) bool {
	starts := !b.begun || s.Document() != b.line
	b.begun, b.line = true, s.Document()
	if s.Document() != 0 {
		return starts
	}
	if !starts && b.Marks {
		starts, _ = s.Rows.StartsDocument()
	}
	return b.turns(&s.Rows) || starts
}

// turns reports whether a column has another value than in the sentence before.
func (b *Boundaries) turns(s *corpus.Sentence) (turns bool) {
	if len(b.values) < len(b.Columns) {
		b.values = make([]string, len(b.Columns))
	}
	for k, v := range b.Columns {
		b.column = v.Read(b.column, s)
		if value := b.column[0]; value != b.values[k] && value != "_" && !(v.Key != "" && value == "O") {
			turns, b.values[k] = true, value
		}
	}
	return turns
}

// ReadDocument reads the sentences of the next document, or up to limit of them, each with its own
// memory. At io.EOF, Next has the lines after the last sentence. ReadDocument returns the sentences
// before an error together with it.
func (in *Input) ReadDocument(b *Boundaries, limit int) ([]*Sentence, error) {
	var list []*Sentence
	for len(list) < limit {
		s := new(Sentence)
		if err := in.Next(s); errors.Is(err, io.EOF) {
			if in.rest = s; len(list) > 0 {
				return list, nil
			}
			return nil, io.EOF
		} else if err != nil {
			return list, err
		}
		if b.Starts(s) && len(list) > 0 {
			in.first, b.begun = s, false
			return list, nil
		}
		list = append(list, s)
	}
	return list, nil
}

// ahead holds the sentences of a document that Next has yet to return.
type ahead struct {
	bounds Boundaries
	limit  int
	start  []func([]*Sentence)
	list   []*Sentence
	err    error // after list
}

// ByDocument makes Next read whole documents, or parts of up to limit sentences. It passes the
// sentences to start before Next returns the first one. If ByDocument is called several times, each
// start gets the same documents, which start where the boundaries of one call start them.
func (in *Input) ByDocument(bounds Boundaries, limit int, start func(document []*Sentence)) {
	if in.ahead == nil {
		in.ahead = &ahead{limit: limit}
	}
	in.ahead.bounds.Marks = in.ahead.bounds.Marks || bounds.Marks
	in.ahead.bounds.Columns = append(in.ahead.bounds.Columns, bounds.Columns...)
	in.ahead.start = append(in.ahead.start, start)
}

// nextAhead is Next for an input that is read by document.
func (in *Input) nextAhead(s *Sentence) error {
	x := in.ahead
	if len(x.list) == 0 && x.err == nil {
		in.ahead = nil
		x.list, x.err = in.ReadDocument(&x.bounds, x.limit)
		in.ahead = x
		for _, start := range x.start {
			start(x.list)
		}
	}
	if len(x.list) > 0 {
		*s, x.list = *x.list[0], x.list[1:]
		return nil
	}
	if errors.Is(x.err, io.EOF) && in.rest != nil {
		*s, in.rest = *in.rest, nil
	}
	return x.err
}

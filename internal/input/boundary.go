package input

import (
	"errors"
	"io"
)

// Boundaries finds the starts of documents in an input. The zero value finds those of formats that
// hold documents. In rows, the whole input is then one document.
type Boundaries struct {
	Marks bool // lines -DOCSTART- and comments # newdoc start documents, too

	begun bool
	line  int
}

// Starts reports whether a document starts with s. Call it for each sentence in order.
func (b *Boundaries) Starts(s *Sentence) bool {
	starts := !b.begun || s.Document() != b.line
	b.begun, b.line = true, s.Document()
	if !starts && b.Marks && s.Document() == 0 {
		starts, _ = s.Rows.StartsDocument()
	}
	return starts
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
// start gets the same documents; lines of marks count if one call has Marks.
func (in *Input) ByDocument(marks bool, limit int, start func(document []*Sentence)) {
	if in.ahead == nil {
		in.ahead = &ahead{limit: limit}
	}
	in.ahead.bounds.Marks = in.ahead.bounds.Marks || marks
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

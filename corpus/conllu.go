package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/internal/lines"
)

var conlluNames = []string{"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"}

// plusColumns returns the columns of CoNLL-U Plus, in lower case. A comment before the first row
// names them: "# global.columns = ID FORM ...". The format requires it on the first line.
func plusColumns(head []byte) (names []string, ok bool) {
	for line := range bytes.Lines(head) {
		line = lines.CutEnd(line)
		if lines.IsBlank(line) {
			continue
		}
		if line[0] != '#' {
			break
		}
		text := bytes.TrimLeft(line[1:], " \t")
		if list, ok := bytes.CutPrefix(text, []byte("global.columns")); ok {
			return strings.Fields(strings.ToLower(strings.TrimLeft(string(list), " \t="))), true
		}
	}
	return nil, false
}

// nameColumns sets the columns: those of CoNLL-U, or those that head names.
func (r *Reader) nameColumns(head []byte) {
	names := conlluNames
	if plus, _ := plusColumns(head); len(plus) > 0 {
		names = plus
	}
	r.layout.Columns, r.layout.Names, r.layout.Tabs = len(names), names, true
	r.id = slices.Index(names, "id")
	r.layout.Numbered = r.id == 0
}

func (r *Reader) conlluRow(s *Sentence, text []byte, start int32) (lineKind, error) {
	if text[0] == '#' {
		return commentLine, nil
	}
	n := len(s.fields)
	s.fields = split(s.fields, text, start, true)
	fields := r.trim(s, n, text, start)
	if len(fields) != r.layout.Columns {
		return 0, r.lines.Fail(0, fmt.Errorf("%w tab-separated ones in CoNLL-U; read files with other columns as CoNLL", ColumnsError{len(fields), r.layout.Columns}))
	}
	if r.id < 0 {
		return tokenLine, nil
	}
	id := text[fields[r.id].start-start : fields[r.id].end-start]
	switch idKind(id) {
	case wordID:
		return tokenLine, nil
	case badID:
		return 0, r.lines.Fail(r.id+1, fmt.Errorf("ID %.40q is not a number, range or empty node", id))
	}
	s.fields = s.fields[:n]
	return otherLine, nil
}

type id int

const (
	badID   id = iota
	wordID     // 7
	otherID    // 3-4, 8.1
)

func idKind(b []byte) id {
	kind := wordID
	digits := 0
	for i, c := range b {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case (c == '-' || c == '.') && kind == wordID && i > 0:
			kind, digits = otherID, 0
		default:
			return badID
		}
	}
	if digits == 0 {
		return badID
	}
	return kind
}

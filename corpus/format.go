package corpus

import (
	"bytes"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/internal/lines"
)

// maxLookahead is the number of bytes in which the first sentence is searched.
const maxLookahead = 1 << 20

// Format is the format of a file.
type Format int

const (
	// FormatAuto means the format detected from the first sentence.
	FormatAuto Format = iota
	// CoNLL rows are tokens, with the same number of columns in all rows.
	CoNLL
	// CoNLLU rows have ten named columns. Some rows are not tokens.
	CoNLLU
	// CRFsuite lines contain a label and the attributes of the token.
	CRFsuite
)

var formatNames = enum.Names[Format]{FormatAuto: "auto", CoNLL: "conll", CoNLLU: "conllu", CRFsuite: "crfsuite"}

// String returns the name, as read by ParseFormat.
func (f Format) String() string { return formatNames.String(f) }

// ParseFormat returns the format with this name: auto, conll, conllu or crfsuite, in any case.
func ParseFormat(name string) (Format, error) { return formatNames.Parse("format", name) }

// Detect determines the format of r from its first sentence and its file name, which may be empty.
// It returns a reader that yields all of r from the start, including read errors. That reader
// replaces CR line ends by LF. Detect never returns FormatAuto. An empty input is CoNLL.
//
// The result is CoNLLU if a comment "# global.columns" comes before all rows. It is also CoNLLU if
// the first line that does not start with # has 10 tab-separated columns and an ID in the first.
//
// Malformed CoNLL-U is CoNLLU, too, so that a [Reader] reports the error. Detect recognises it by a
// file name that ends in .conllu, or by two conditions: a comment "# sent_id" or "# text" precedes
// the first other line, and that line has an ID in the first column and 8 or 9 tab-separated or 8
// to 10 blank-separated columns.
//
// The result is CRFsuite if the first line starts with "@weight:". It is also CRFsuite if, in the
// first sentence, at least half of the attributes on every line look like name=value, name:value or
// __FLAG__, and one of two conditions holds. Either the number of fields varies, or it is three or
// more and all attributes look like that.
//
// Everything else is CoNLL, so that a ragged column file is an error instead of a file of
// attributes.
func Detect(r io.Reader, name string) (Format, io.Reader) {
	l := lines.New(r, "", place)
	head, _ := lookAhead(&l)
	rest := l.Rest()
	if l.Err != nil {
		rest = failing{l.Err}
	}
	return sniff(head, name), io.MultiReader(bytes.NewReader(l.Chunk), rest)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// lookAhead returns the lines up to the end of the first sentence, within the first maxLookahead
// bytes. next returns these lines again. lookAhead reads no further line, because the writer of a
// pipe may wait for an answer. An error belongs to the line after those returned.
func lookAhead(l *lines.Reader) ([]byte, error) {
	rows := false
	n := 0
	for n < maxLookahead {
		m, err := l.Line(n)
		if err != nil {
			return l.Chunk[l.Pos : l.Pos+n], err
		}
		line := lines.CutEnd(l.Chunk[l.Pos+n:][:m])
		n += m
		if lines.IsBlank(line) || isDocument(line) {
			if rows {
				break
			}
		} else if !mayBeComment(line) {
			rows = true
		}
	}
	return l.Chunk[l.Pos : l.Pos+n], nil
}

func sniff(head []byte, name string) Format {
	if _, ok := plusColumns(head); ok {
		return CoNLLU
	}
	treebank := false // has comments that are typical of CoNLL-U
	for line := range bytes.Lines(head) {
		line = lines.CutEnd(line)
		if lines.IsBlank(line) {
			continue
		}
		if line[0] == '#' {
			treebank = treebank || isTreebankComment(line)
			continue
		}
		columns, tabs := countColumns(line)
		id := line
		if end := bytes.IndexAny(line, "\t "); end >= 0 {
			id = line[:end]
		}
		switch {
		case idKind(id) == badID:
		case tabs && columns == len(conlluNames), treebank && columns >= 8 && columns <= len(conlluNames):
			return CoNLLU
		}
		if strings.HasSuffix(strings.ToLower(name), ".conllu") {
			return CoNLLU
		}
		break
	}
	if looksLikeAttributes(head) {
		return CRFsuite
	}
	return CoNLL
}

// isTreebankComment reports whether a line is a comment that CoNLL-U requires in each sentence.
func isTreebankComment(line []byte) bool {
	text := bytes.TrimLeft(line[1:], " ")
	for _, key := range []string{"sent_id", "text"} {
		if rest, ok := bytes.CutPrefix(text, []byte(key)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte("=")) {
			return true
		}
	}
	return false
}

// countColumns counts the columns of a row, separated by tabs if it has any, else by blanks.
func countColumns(row []byte) (n int, tabs bool) {
	if n := bytes.Count(row, []byte("\t")); n > 0 {
		return n + 1, true
	}
	return len(bytes.Fields(row)), false
}

func looksLikeAttributes(head []byte) bool {
	if bytes.HasPrefix(head, []byte("@weight:")) {
		return true
	}
	least, most, all, tabs := 0, 0, true, false
	for line := range bytes.Lines(head) {
		line = lines.CutEnd(line)
		if len(line) == 0 {
			continue
		}
		n, good := 0, 0
		for f := range bytes.SplitSeq(line, []byte("\t")) {
			if n++; n > 1 && isAttribute(f) {
				good++
			}
		}
		if 2*good < n-1 || n == 1 && bytes.ContainsAny(line, " =") {
			return false
		}
		all = all && good == n-1
		tabs = tabs || n > 1
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	return tabs && (least < most || all && least >= 3)
}

// isAttribute reports whether f looks like name=value, name:value or __FLAG__.
func isAttribute(f []byte) bool {
	return bytes.IndexAny(f, "=:") > 0 ||
		len(f) > 4 && bytes.HasPrefix(f, []byte("__")) && bytes.HasSuffix(f, []byte("__"))
}

package corpus

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// maxLookahead is how far the first sentence is looked for, in bytes.
const maxLookahead = 1 << 20

// Format says how a file spells sentences.
type Format int

const (
	// FormatAuto stands for the format that the first sentence shows.
	FormatAuto Format = iota
	// CoNLL rows are tokens of any one number of columns.
	CoNLL
	// CoNLLU rows have ten named columns; some are no tokens.
	CoNLLU
	// CRFsuite lines hold a label and its token's attributes.
	CRFsuite
)

var formatNames = [...]string{FormatAuto: "auto", CoNLL: "conll", CoNLLU: "conllu", CRFsuite: "crfsuite"}

// String returns the name that ParseFormat reads.
func (f Format) String() string {
	if f < 0 || int(f) >= len(formatNames) {
		return fmt.Sprintf("Format(%d)", int(f))
	}
	return formatNames[f]
}

// ParseFormat reads auto, conll, conllu or crfsuite, in any case.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if strings.EqualFold(name, n) {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("unknown format %q: expected %s", name, strings.Join(formatNames[:], ", "))
}

// Detect tells the format of r from its first sentence and the name of its file, which may be empty. It returns a
// reader that gives all of r from the start, any error of reading included; lines that end in CR alone end in LF there.
// Detect never answers FormatAuto; an empty input is CoNLL.
//
// The answer is CoNLLU if the input starts with "# global.columns" or its first line without a #
// has 10 tab-separated columns and an ID in the first. It is CoNLLU too for input that means to be, and that a
// [Reader] of CoNLLU refuses with the reason: if the name ends in .conllu, or if a comment "# sent_id" or "# text"
// stands before a first line of 8 or 9 tab-separated columns, or 8 to 10 blank-separated ones, with an ID in the
// first. It is CRFsuite if the first line starts with
// "@weight:", or if in the first sentence at least half of the attributes on every line look like
// name=value, name:value or __FLAG__ and either the number of fields varies, or it is three or more
// and all attributes look so. Everything else is CoNLL: a ragged file of columns must be an error,
// not a file of attributes.
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

// lookAhead returns the lines up to the end of the first sentence, as far as they are among the first
// maxLookahead bytes, which next will return again. It reads no line more: whoever writes a pipe may
// wait for an answer. An error is that of the line behind.
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
	if bytes.HasPrefix(head, []byte(globalColumns)) {
		return CoNLLU
	}
	treebank := false // has comments that sentences of CoNLL-U have
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

// isTreebankComment reports whether a comment is one that CoNLL-U requires of each sentence.
func isTreebankComment(line []byte) bool {
	text := bytes.TrimLeft(line[1:], " ")
	for _, key := range []string{"sent_id", "text"} {
		if rest, ok := bytes.CutPrefix(text, []byte(key)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte("=")) {
			return true
		}
	}
	return false
}

// countColumns counts those of a row between tabs if it has any, else between blanks.
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

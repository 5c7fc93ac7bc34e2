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

// Detect tells the format of r from its first sentence, and returns a reader that gives all of r
// from the start, any error of reading included. It never answers FormatAuto; an empty input is
// CoNLL.
//
// The answer is CoNLLU if the input starts with "# global.columns" or its first line without a #
// has 10 tab-separated columns and an ID in the first. It is CRFsuite if the first line starts with
// "@weight:", or if in the first sentence at least half of the attributes on every line look like
// name=value, name:value or __FLAG__ and either the number of fields varies, or it is three or more
// and all attributes look so. Everything else is CoNLL: a ragged file of columns must be an error,
// not a file of attributes.
func Detect(r io.Reader) (Format, io.Reader) {
	l := lines.New(r, "", place)
	head, _ := lookAhead(&l)
	rest := r
	if l.Err != nil {
		rest = failing{l.Err}
	}
	return sniff(head), io.MultiReader(bytes.NewReader(l.Chunk), rest)
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

func sniff(head []byte) Format {
	if bytes.HasPrefix(head, []byte(globalColumns)) {
		return CoNLLU
	}
	for line := range bytes.Lines(head) {
		line = lines.CutEnd(line)
		if lines.IsBlank(line) || line[0] == '#' {
			continue
		}
		id, _, _ := bytes.Cut(line, []byte("\t"))
		if bytes.Count(line, []byte("\t")) == 9 && idKind(id) != badID {
			return CoNLLU
		}
		break
	}
	if looksLikeAttributes(head) {
		return CRFsuite
	}
	return CoNLL
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

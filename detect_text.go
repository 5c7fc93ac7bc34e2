package trellis

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// LooksLikeText reports whether inputs are plain text rather than columns. It looks at the first
// 64 KiB of a file, and at the first paragraph of a pipe. Rest is the source to read afterwards,
// because standard input can be read only once.
//
// Inputs are text only if nothing else is likely: docs/reference/files.md has the rules. Inputs of
// both kinds are an *OptionError. Models that read more than words never read text.
func (m *Model) LooksLikeText(ctx context.Context, data Source) (plain bool, rest Source, err error) {
	if len(data.Sentences) > 0 || model.CheckWords(m.labeller) != nil {
		return false, data, nil
	}
	var kinds [2]string // names of inputs with columns, and of text
	for _, path := range data.Paths {
		if path != input.Stdin && !input.Twice(path) {
			kinds[0] = path
			continue
		}
		if is, err := input.IsBrat(ctx, path); err != nil {
			return false, data, err
		} else if is {
			kinds[0] = path
			continue
		}
		raw, err := input.OpenRaw(ctx, path, data.Stdin)
		if err != nil {
			return false, data, err
		}
		head, err := headOf(raw)
		if path == input.Stdin {
			data.Stdin = io.MultiReader(bytes.NewReader(head), raw) // so that raw stays open
		} else {
			raw.Close()
		}
		if err != nil {
			return false, data, nameError(raw.Name, err)
		}
		kind := 0
		if f, _ := standoff.Detect(bytes.NewReader(head)); (f == standoff.FormatAuto || f == standoff.XML && !m.SpellsSpans()) && looksLikeText(m.labeller, complete(head, raw.Live), raw.Name) {
			kind = 1
		}
		kinds[kind] = raw.Name
	}
	if kinds[0] != "" && kinds[1] != "" {
		return false, data, model.Refuse("text", "%s looks like plain text, but %s does not; label them one by one, or as plain text with {text}", kinds[1], kinds[0])
	}
	return kinds[1] != "", data, nil
}

// headOf reads what the format depends on: 64 KiB of a file, or the first paragraph of a pipe that
// has more than comments.
func headOf(raw *input.Raw) ([]byte, error) {
	var head []byte
	var p paragrapher
	for seen := 0; len(head) < blockSize; {
		var err error
		if head, err = more(head, raw); errors.Is(err, io.EOF) {
			return head, nil
		} else if err != nil {
			return head, err
		}
		for n := 1; raw.Live && n > 0; seen += n {
			if n = p.next(head[seen:], false); n > 0 && len(fieldsOf(head[seen:seen+n])) > 0 {
				return head, nil
			}
		}
	}
	return head, nil
}

// complete returns the part of a head that the format depends on. It does not depend on how a pipe
// delivers the data.
func complete(head []byte, live bool) []byte {
	if !live {
		if n := bytes.LastIndexAny(head, "\r\n") + 1; len(head) >= blockSize && n > 0 {
			return head[:n]
		}
		return head
	}
	var p paragrapher
	seen := 0
	for seen < len(head) {
		n := p.next(head[seen:], true)
		seen += n
		if len(fieldsOf(head[seen-n:seen])) > 0 {
			break
		}
	}
	return head[:seen]
}

// fieldsOf returns the fields of lines that are neither blank nor start with #.
func fieldsOf(head []byte) (rows [][]string) {
	for line := range strings.FieldsFuncSeq(string(head), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimPrefix(line, "\ufeff")
		if fields := strings.Fields(line); len(fields) > 0 && line[0] != '#' {
			rows = append(rows, fields)
		}
	}
	return rows
}

var (
	setting = regexp.MustCompile(`(?m)^#\s*([a-z_.]+\s*=|newdoc|newpar)`) // a comment of CoNLL-U, such as "# sent_id = 3"
	tabs    = regexp.MustCompile(`\S *\t`)                                // a tab that does not indent a line
)

// looksLikeText reports whether the start of an input is plain text. Tabs and comments of CoNLL-U
// stand for columns, and so does a number of fields that most rows share.
func looksLikeText(m model.Labeller, head []byte, name string) bool {
	if format, _ := corpus.Detect(bytes.NewReader(head), name); format != corpus.CoNLL || tabs.Match(head) || setting.Match(head) {
		return false
	}
	rows := fieldsOf(head)
	if len(rows) == 0 || rows[0][0] == "-DOCSTART-" {
		return false
	}
	widths := make(map[int]int)
	fields, labels, stops := 0, 0, 0
	for _, row := range rows {
		if slices.Contains(row, "_") {
			return false
		}
		last := row[len(row)-1]
		widths[len(row)]++
		fields += len(row)
		if isLabel(m, last, len(row)) {
			labels++
		}
		if isStop(last) {
			stops++
		}
	}
	usual := 0 // the most frequent width
	for width, n := range widths {
		if n > widths[usual] || n == widths[usual] && width < usual {
			usual = width
		}
	}
	switch {
	case len(rows) == 1:
		return usual > 1 && labels == 0
	case 2*widths[usual] > len(rows):
		return usual > 2 && stops == len(rows)
	}
	return fields > 2*len(rows) && 2*labels <= len(rows)
}

// spanLabel is a label of a span in any scheme, or the one outside of spans.
var spanLabel = regexp.MustCompile(`^([BIOESLUM][-_].+|O|\?)$`)

// isLabel reports whether the last of some fields may be a label. In rows as wide as those of
// training, that is also any word without small letters.
func isLabel(m model.Labeller, field string, width int) bool {
	if spanLabel.MatchString(field) || strings.ContainsFunc(field, unicode.IsLetter) && slices.Contains(m.Labels(), field) {
		return true
	}
	trained := m.Metadata().Files.Columns
	return (width == 2 || width >= trained-1 && width <= trained+1) &&
		!strings.ContainsFunc(field, unicode.IsLower) && strings.ContainsFunc(field, unicode.IsUpper)
}

// isStop reports whether a field ends with the punctuation of a sentence, perhaps within quotes.
func isStop(field string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(field, `"'”’»)]`))
	return strings.ContainsRune(".!?…。！？।؟", r)
}

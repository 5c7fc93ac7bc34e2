package text

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ReadSeparated reads the segmentation of a text whose words stand between separators, such as
// "I| |like| |tea" with the separator "|". Such files exist for languages that put no spaces
// between words. Each line is a paragraph of one sentence, and empty lines are skipped. White space
// between two separators separates words, and is no word. Name is that of the file, for errors.
func ReadSeparated(r io.Reader, name, separator string) (*Reference, error) {
	if separator == "" || strings.ContainsAny(separator, "\r\n") {
		return nil, fmt.Errorf("%s: separator %q: want characters other than line ends", name, separator)
	}
	ref := new(Reference)
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("%s:%d: found bytes that are not UTF-8, expected UTF-8", name, n)
		}
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		ref.separated(strings.TrimRight(line, "\r\n"), separator)
		if err != nil {
			break
		}
	}
	ref.join()
	return ref, nil
}

// separated adds the words of a line.
func (r *Reference) separated(line, separator string) {
	first := true
	for piece := range strings.SplitSeq(line, separator) {
		form := trimSpace(piece)
		if !first && (form == "" && piece != "" || form != "" && strings.Index(piece, form) > 0) {
			r.Tokens[len(r.Tokens)-1].Spaced = true
		}
		if form == "" {
			continue
		}
		r.Tokens = append(r.Tokens, ReferenceToken{
			Form: form, Words: []string{form}, First: first, Para: first,
			Spaced: strings.Index(piece, form)+len(form) < len(piece),
		})
		first = false
	}
}

// trimSpace removes what the tokenizers take for white space from both ends of s.
func trimSpace(s string) string {
	start, end := len(s), 0
	for k := 0; k < len(s); {
		space, size := spaceAt(s, k)
		if !space {
			start, end = min(start, k), k+size
		}
		k += size
	}
	return s[min(start, end):end]
}

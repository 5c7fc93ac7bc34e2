package text

import (
	"strconv"
	"strings"
)

// AppendCoNLLU appends the sentence of a text in CoNLL-U, for ReadReference. It has a comment with
// the text, the forms, ranges for surface tokens of several words, and SpaceAfter=No. The other
// columns are empty. First means that the sentence starts a paragraph.
func (s *Sentence) AppendCoNLLU(dst []byte, text string, first bool) []byte {
	if first {
		dst = append(dst, "# newpar\n"...)
	}
	dst = append(dst, "# text = "...)
	for k, field := range strings.Fields(text[s.Start.Byte:s.End.Byte]) {
		if k > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, field...)
	}
	dst = append(dst, '\n')
	for k := 0; k < len(s.Tokens); {
		end := k + 1
		for end < len(s.Tokens) && s.Tokens[end].Inside {
			end++
		}
		last := s.Tokens[end-1].End.Byte
		spaced := last == len(text)
		if !spaced {
			spaced, _ = spaceAt(text, last)
		}
		if end > k+1 {
			dst = strconv.AppendInt(dst, int64(k+1), 10)
			dst = append(dst, '-')
			dst = strconv.AppendInt(dst, int64(end), 10)
			dst = appendRow(dst, text[s.Tokens[k].Start.Byte:last], spaced)
			spaced = true
		}
		for ; k < end; k++ {
			dst = strconv.AppendInt(dst, int64(k+1), 10)
			dst = appendRow(dst, s.Tokens[k].Text, spaced)
		}
	}
	return append(dst, '\n')
}

// appendRow appends the columns behind the ID.
func appendRow(dst []byte, form string, spaced bool) []byte {
	misc := "_"
	if !spaced {
		misc = "SpaceAfter=No"
	}
	dst = append(dst, '\t')
	dst = append(dst, form...)
	dst = append(dst, "\t_\t_\t_\t_\t_\t_\t_\t"...)
	dst = append(dst, misc...)
	return append(dst, '\n')
}

package study

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// contextWords is the number of words before and after an item in a table.
const contextWords = 4

// WriteTable writes the suspects as a table: score, probability, place, labels, and text in
// context.
func (r *AuditReport) WriteTable(w io.Writer) error {
	if len(r.Suspects) == 0 {
		return nil
	}
	rows := [][]string{{"", "p", "place", "kind", "file", "suggested", "text"}}
	for k := range r.Suspects {
		s := &r.Suspects[k]
		rows = append(rows, []string{
			fmt.Sprint(s.Rank), fmt.Sprintf("%.4f", s.Probability), fmt.Sprintf("%s:%d", s.File, s.Line), s.Kind,
			s.describe(s.Gold), s.describe(s.Suggested), s.inContext(),
		})
	}
	var b strings.Builder
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for k, cell := range row {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		last := len(row) - 1
		for k, cell := range row[:last] {
			space := strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell))
			if k < 2 {
				b.WriteString(space + cell + "  ")
			} else {
				b.WriteString(cell + space + "  ")
			}
		}
		b.WriteString(row[last] + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describe names labels: O, a label of the whole item, or labels with their texts.
func (s *Suspect) describe(spans []AuditSpan) string {
	switch {
	case len(spans) == 0:
		return "O"
	case len(spans) == 1 && spans[0].Start == s.Start && spans[0].End == s.End:
		return spans[0].Label
	}
	var list []string
	for _, x := range spans {
		list = append(list, fmt.Sprintf("%s [%s]", x.Label, x.Text))
	}
	return strings.Join(list, " ")
}

// inContext returns the text of the item in brackets, with some words around it.
func (s *Suspect) inContext() string {
	from, to := max(s.Start-contextWords, 0), min(s.End+contextWords, len(s.Words))
	list := append([]string{}, s.Words[from:s.Start]...)
	list = append(list, "["+s.Text()+"]")
	list = append(list, s.Words[s.End:to]...)
	text := strings.Join(list, " ")
	if from > 0 {
		text = "... " + text
	}
	if to < len(s.Words) {
		text += " ..."
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// WriteJSONLines writes one JSON object per suspect.
func (r *AuditReport) WriteJSONLines(w io.Writer) error {
	e := json.NewEncoder(w)
	for k := range r.Suspects {
		if err := e.Encode(&r.Suspects[k]); err != nil {
			return err
		}
	}
	return nil
}

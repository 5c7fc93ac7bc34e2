package check

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/internal/enum"
)

// Severity says how serious a finding is.
type Severity int

// Severities, least serious first.
const (
	Note Severity = iota
	Warning
	Error
)

var severityNames = enum.Names[Severity]{Note: "note", Warning: "warning", Error: "error"}

// String returns note, warning or error.
func (s Severity) String() string { return severityNames.String(s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = severityNames.Parse("severity", string(text))
	return err
}

// A Finding is what a check found in the files.
type Finding struct {
	Severity Severity  `json:"severity"`
	Check    string    `json:"check"`   // name of the check, such as ill-formed
	Message  string    `json:"message"` // what was found
	Count    int       `json:"count"`   // number of cases
	Examples []Example `json:"examples,omitempty"`
}

// An Example is a place where a check found something.
type Example struct {
	File string `json:"file"`
	Line int    `json:"line"` // 0 if it concerns the file
	Text string `json:"text"`
}

// String returns the example after its position.
func (e Example) String() string {
	if e.Line == 0 {
		return e.File + ": " + e.Text
	}
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.Text
}

// A Count is a name with its number of occurrences.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Lengths are the percentiles of the lengths of sentences, in tokens.
type Lengths struct {
	Median  int `json:"median"`
	P90     int `json:"p90"`
	P99     int `json:"p99"`
	Longest int `json:"longest"`
}

// Summary has the counts of the training, development or test data.
type Summary struct {
	Set       string   `json:"set"`
	Files     int      `json:"files"`
	Sentences int      `json:"sentences"`
	Tokens    int      `json:"tokens"`
	Words     int      `json:"words"`             // different ones
	OneToken  int      `json:"one_token"`         // sentences of one token
	Unknown   *float64 `json:"unknown,omitempty"` // share of tokens whose word the training data do not have
	Lengths   Lengths  `json:"lengths"`
	Labels    []Count  `json:"labels"`                  // most frequent first
	Spans     []Count  `json:"spans,omitempty"`         // by type; nil if labels encode no spans
	Empty     int      `json:"without_spans,omitempty"` // sentences without a span
}

// Report is the result of a [Checker].
type Report struct {
	Scheme   string    `json:"scheme"` // of the labels
	Sets     []Summary `json:"sets"`
	Findings []Finding `json:"findings"` // most serious first
}

// Count returns the number of findings of a severity.
func (r *Report) Count(s Severity) (n int) {
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// ErrFound is the error of [Report.Err].
var ErrFound = errors.New("the check found mistakes")

// Err returns an error that wraps ErrFound if the report has an error. With strict, it does so for
// a warning, too.
func (r *Report) Err(strict bool) error {
	switch wrong, doubtful := r.Count(Error), r.Count(Warning); {
	case wrong > 0:
		return fmt.Errorf("%w: kinds of errors: %d", ErrFound, wrong)
	case strict && doubtful > 0:
		return fmt.Errorf("%w: kinds of warnings: %d", ErrFound, doubtful)
	}
	return nil
}

// mostNames is the number of labels and types that WriteTable lists.
const mostNames = 12

// WriteTable writes the counts as a table, and the findings as a list.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	rows := [][]string{{"", "sentences", "tokens", "words", "unknown", "spans", "median", "90%", "99%", "longest"}}
	for _, s := range r.Sets {
		unknown, spans := "", ""
		if s.Unknown != nil {
			unknown = fmt.Sprintf("%.1f%%", 100**s.Unknown)
		}
		if s.Spans != nil {
			spans = fmt.Sprint(sum(s.Spans))
		}
		l := s.Lengths
		rows = append(rows, []string{s.Set, fmt.Sprint(s.Sentences), fmt.Sprint(s.Tokens), fmt.Sprint(s.Words), unknown, spans,
			fmt.Sprint(l.Median), fmt.Sprint(l.P90), fmt.Sprint(l.P99), fmt.Sprint(l.Longest)})
	}
	writeRows(&b, rows)
	for _, s := range r.Sets {
		name, list := "labels", s.Labels
		if s.Spans != nil {
			name, list = "spans", s.Spans
		}
		fmt.Fprintf(&b, "%s, %d different %s: ", s.Set, len(list), name)
		for k, c := range list[:min(len(list), mostNames)] {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s %d", c.Name, c.Count)
		}
		if len(list) > mostNames {
			b.WriteString(", ...")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "scheme of the labels: %s\n\n", r.Scheme)
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s: %d\n", f.Severity, f.Message, f.Count)
		for _, e := range f.Examples {
			fmt.Fprintf(&b, "    %s\n", strings.ToValidUTF8(e.String(), "\ufffd"))
		}
	}
	fmt.Fprintf(&b, "errors: %d, warnings: %d, notes: %d\n", r.Count(Error), r.Count(Warning), r.Count(Note))
	_, err := io.WriteString(w, b.String())
	return err
}

func sum(list []Count) (n int) {
	for _, c := range list {
		n += c.Count
	}
	return n
}

// writeRows writes a table: the first column to the left, the others to the right. It leaves out
// columns without a value.
func writeRows(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	used := make([]bool, len(rows[0]))
	for i, row := range rows {
		for k, cell := range row {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
			used[k] = used[k] || k == 0 || i > 0 && cell != ""
		}
	}
	for _, row := range rows {
		for k, cell := range row {
			if !used[k] {
				continue
			}
			space := strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell))
			if k == 0 {
				b.WriteString(cell + space)
			} else {
				b.WriteString("  " + space + cell)
			}
		}
		b.WriteByte('\n')
	}
}

// counted lists the names by decreasing count, then by name.
func counted(counts map[string]int) []Count {
	list := make([]Count, 0, len(counts))
	for name, n := range counts {
		list = append(list, Count{name, n})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return list
}

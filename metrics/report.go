package metrics

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// report is the content of a text before it is formatted.
type report struct{ parts []part }

// part is a list of lines or a table.
type part struct {
	lines []string
	title string     // of the table, "" for none
	rows  [][]string // the first row is the header, the first column names the rows
}

func (r *report) line(format string, args ...any) {
	if len(r.parts) == 0 {
		r.parts = append(r.parts, part{})
	}
	p := &r.parts[len(r.parts)-1]
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

func (r *report) table(title string, rows [][]string) {
	r.parts = append(r.parts, part{title: title, rows: rows})
}

// text formats for terminals.
func (r *report) text(w io.Writer) error {
	var b bytes.Buffer
	for _, p := range r.parts {
		for _, line := range p.lines {
			b.WriteString(line + "\n")
		}
		if p.rows == nil {
			continue
		}
		b.WriteByte('\n')
		if p.title != "" {
			b.WriteString(p.title + "\n")
		}
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, row := range p.rows {
			fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
		}
		t.Flush() // a Buffer returns no errors
	}
	_, err := w.Write(b.Bytes())
	return err
}

// markdown formats as GitHub Markdown.
func (r *report) markdown(w io.Writer) error {
	var b bytes.Buffer
	row := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + markdownSafe.Replace(c) + " ")
		}
		b.WriteString("|\n")
	}
	for k, p := range r.parts {
		if k > 0 {
			b.WriteByte('\n')
		}
		for _, line := range p.lines {
			b.WriteString("- " + line + "\n")
		}
		if p.rows == nil {
			continue
		}
		if p.title != "" {
			b.WriteString("**" + p.title + "**\n\n")
		}
		row(p.rows[0])
		b.WriteString("|---" + strings.Repeat("|---:", len(p.rows[0])-1) + "|\n")
		for _, cells := range p.rows[1:] {
			row(cells)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// markdownSafe escapes Markdown in labels.
var markdownSafe = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `*`, `\*`, `_`, `\_`, "`", "\\`", `<`, `\<`)

package study

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

func percent(v float64) string { return fmt.Sprintf("%.2f", 100*v) }

func optional(v *float64, format func(float64) string) string {
	if v == nil {
		return "-"
	}
	return format(*v)
}

// writeRows writes a table. The last element of a row is a note behind it. Columns are aligned to
// the right, but not the first one in Markdown.
func writeRows(b *bytes.Buffer, rows [][]string, markdown bool) {
	if !markdown {
		w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, row := range rows {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		w.Flush() // a Buffer returns no error
		return
	}
	for k, row := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row[:len(row)-1], " | "))
		if k == 0 {
			fmt.Fprintf(b, "|---|%s\n", strings.Repeat("---:|", len(row)-2))
		}
	}
}

// WriteTable writes a table of the settings, and those that could not be trained with their errors.
// spell returns the text of an error.
func (r *Ranking) WriteTable(w io.Writer, spell func(error) string) error {
	folds := max(r.Folds, 1)
	heading := []string{scoreNames[r.Metric], "loss", "optimizer", "l2", "l1", "cost scale", "seconds", ""}
	if folds > 1 {
		heading = slices.Insert(heading, 1, "+-")
	}
	rows := [][]string{heading}
	var failed bytes.Buffer
	for _, t := range r.Trials {
		if t.Err != nil {
			// Print an unsuitable pair of loss and optimizer once, not for each penalty.
			line := fmt.Sprintf("not trained: %s by %s: %s\n", t.Loss, t.Optimizer, spell(t.Err))
			if !bytes.Contains(failed.Bytes(), []byte(line)) {
				failed.WriteString(line)
			}
			continue
		}
		note := ""
		if t.Default {
			note = "  default of train"
		}
		if len(t.Scores) < folds {
			note += fmt.Sprintf("  %d of %d folds", len(t.Scores), folds)
		}
		row := []string{percent(*t.Mean) + "%", t.Loss, t.Optimizer, optional(t.L2, number), optional(t.L1, number), optional(t.CostScale, number),
			fmt.Sprintf("%.1f", t.Seconds), note}
		if folds > 1 {
			row = slices.Insert(row, 1, optional(t.SD, percent))
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	writeRows(&b, rows, false)
	_, err := w.Write(append(b.Bytes(), failed.Bytes()...))
	return err
}

// Hint returns a hint if the best penalty is the smallest or the largest one tried, otherwise "".
func (r *Ranking) Hint() string {
	var best *Trial
	var tried []float64
	for k := range r.Trials {
		t := &r.Trials[k]
		if t.Err != nil || t.Config.Loss == "" || t.L2 == nil { // not on the grid: the default
			continue
		}
		if best == nil {
			best = t
		}
		if t.Loss == best.Loss && t.Optimizer == best.Optimizer {
			tried = append(tried, *t.L2)
		}
	}
	if best == nil {
		return ""
	}
	if least, most := slices.Min(tried), slices.Max(tried); least < most && *best.L2 == least && least > 0 {
		return fmt.Sprintf("l2 %g is the smallest value tried for %s: try smaller ones", least, best.Loss)
	} else if least < most && *best.L2 == most {
		return fmt.Sprintf("l2 %g is the largest value tried for %s: try larger ones", most, best.Loss)
	}
	return ""
}

// WriteTable writes the points as a table, and the gain.
func (c *Curve) WriteTable(w io.Writer) error {
	rows := [][]string{{"sentences", "tokens", c.Score, "+-", "seconds", ""}}
	for _, p := range c.Points {
		rows = append(rows, []string{strconv.Itoa(p.Sentences), strconv.Itoa(p.Tokens), percent(p.Score.Mean) + "%", percent(p.Score.SD),
			fmt.Sprintf("%.1f", p.Seconds.Mean), ""})
	}
	var b bytes.Buffer
	writeRows(&b, rows, false)
	if c.Gain != nil {
		fmt.Fprintf(&b, "\n%s\n", c.Gain)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// WriteTable writes a table for each file, as text or in Markdown. It names the losses that could
// not be trained. spell returns the text of their errors.
func (o *Outcome) WriteTable(w io.Writer, markdown bool, spell func(error) string) error {
	heading := []string{"loss", "optimizer", "l2"}
	if slices.ContainsFunc(o.Losses, func(r Row) bool { return r.CostFN != nil }) {
		heading = append(heading, "cost-fn")
	}
	heading = append(heading, o.Score)
	if o.Test == "" {
		heading = append(heading, "+-")
	}
	if o.Spans {
		heading = append(heading, "precision", "recall")
	}
	heading = append(heading, "cost", "log loss", "ECE", "p")
	if o.Test != "" {
		heading = append(heading, "runs: "+o.Score, "+-", "p")
	}
	heading = append(heading, "seconds", "CPU", "")
	var b bytes.Buffer
	for k, file := range o.Files {
		rows := [][]string{heading}
		for _, r := range o.Losses {
			if r.Err == nil {
				rows = append(rows, o.cells(&r, k))
			}
		}
		if k > 0 {
			b.WriteByte('\n')
		}
		if o.Test != "" {
			fmt.Fprintf(&b, "%s:\n\n", file)
		}
		writeRows(&b, rows, markdown)
	}
	for _, r := range o.Losses {
		if r.Err != nil {
			fmt.Fprintf(&b, "\nnot trained: %s: %s\n", r, spell(r.Err))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// cells returns the row of a loss in the table of the k-th file.
func (o *Outcome) cells(r *Row, k int) []string {
	short := func(v float64) string { return fmt.Sprintf("%.3g", v) }
	exact := func(s *Spread) string { return fmt.Sprintf("%.4f", s.Mean) }
	report := r.On(k)
	main, runs := report.Main(), report.Varied()
	cells := []string{r.Loss, r.Optimizer, optional(r.L2, short)}
	if r.CostFN != nil {
		cells = append(cells, number(*r.CostFN))
	}
	cells = append(cells, percent(main.F1.Mean))
	if o.Test == "" {
		cells = append(cells, percent(runs.F1.SD))
	}
	if o.Spans {
		cells = append(cells, percent(main.Precision.Mean), percent(main.Recall.Mean))
	}
	cells = append(cells, exact(main.ExpectedCost), exact(main.LogLoss), exact(main.ECE), optional(main.P, short))
	switch {
	case main != runs:
		cells = append(cells, percent(runs.F1.Mean), percent(runs.F1.SD), optional(runs.P, short))
	case o.Test != "":
		cells = append(cells, "-", "-", "-")
	}
	return append(cells, fmt.Sprintf("%.2f", runs.Seconds.Mean), fmt.Sprintf("%.2f", runs.CPUSeconds.Mean), "")
}

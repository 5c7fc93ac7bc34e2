package metrics

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/structured"
)

const maxConfusions = 10

// WriteTable writes r as text, similar to conlleval: the overall scores, a row for each label or
// span type, and the most frequent confusions. The empty type, of labels without a type such as B
// and I, is written as "-".
func (r Results) WriteTable(w io.Writer) error { return r.report().text(w) }

// WriteMarkdown writes the content of WriteTable as Markdown tables.
func (r Results) WriteMarkdown(w io.Writer) error { return r.report().markdown(w) }

func (r Results) plain() bool { return r.Scheme == structured.Plain }

func (r Results) report() *report {
	b := new(report)
	unit := "label"
	if r.plain() {
		b.line("%d tokens in %d sentences", r.Tokens, r.Sentences)
	} else {
		unit = "type"
		b.line("%d tokens in %d sentences with %d spans; found %d spans, correct %d",
			r.Tokens, r.Sentences, r.Support, r.Predicted, r.Correct)
		b.line("precision %s, recall %s, F1 %s", percent(r.Precision), percent(r.Recall), percent(r.F1))
	}
	b.line("accuracy %s, whole sentences %s", percent(r.Accuracy), percent(r.SentenceAccuracy))
	if r.Known != nil {
		b.line("known words %s, unknown words %s", share(r.Known), share(r.Unknown))
	}
	if r.Intervals != nil {
		b.table(r.Intervals.rows(r.plain()))
	}
	if len(r.Labels) > 0 {
		rows := [][]string{{unit, "precision", "recall", "F1", "gold", "predicted", "correct"}}
		for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
			s := r.Labels[name]
			if name == "" {
				name = "-"
			}
			rows = append(rows, []string{name, percent(s.Precision), percent(s.Recall), percent(s.F1),
				strconv.Itoa(s.Support), strconv.Itoa(s.Predicted), strconv.Itoa(s.Correct)})
		}
		b.table("", rows)
	}
	if len(r.Confusions) > 0 {
		rows := [][]string{{"gold", "predicted", "tokens"}}
		for _, c := range r.Confusions[:min(len(r.Confusions), maxConfusions)] {
			rows = append(rows, []string{c.Gold, c.Predicted, strconv.Itoa(c.Count)})
		}
		b.table("most frequent confusions", rows)
	}
	if r.Matrix != nil && len(r.Matrix.Labels) > 0 {
		b.table("tokens by gold label (rows) and predicted label (columns)", r.Matrix.rows())
	}
	if r.Calibration != nil {
		b.table(r.Calibration.rows())
	}
	return b
}

func (r *Intervals) rows(plain bool) (title string, rows [][]string) {
	rows = [][]string{{"measure", "from", "to"}}
	for _, m := range reported(plain) {
		rows = append(rows, []string{m.title(), percent(r.Measures[m].Low), percent(r.Measures[m].High)})
	}
	return fmt.Sprintf("%g%% intervals, by %d bootstrap samples of the sentences", 100*r.Level, r.Samples), rows
}

func (m *Matrix) rows() [][]string {
	rows := [][]string{append(append([]string{""}, m.Labels...), "others")}
	for i, label := range m.Labels {
		row := []string{label}
		for _, n := range m.Counts[i] {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, append(row, strconv.Itoa(m.Others[i])))
	}
	return rows
}

func (c *Calibration) rows() (title string, rows [][]string) {
	rows = [][]string{{"probability", "tokens", "mean", "accuracy"}}
	for _, b := range c.Bins {
		rows = append(rows, []string{fmt.Sprintf("%.3g-%.3g", b.Low, b.High), strconv.Itoa(b.Tokens), percent(b.Mean), percent(b.Accuracy)})
	}
	return fmt.Sprintf("calibration: expected error %s, greatest %s, Brier score %.4f; mean probability %s",
		percent(c.ECE), percent(c.Greatest), c.Brier, percent(c.Mean)), rows
}

// WriteTable writes c as text.
func (c Comparison) WriteTable(w io.Writer) error { return c.report().text(w) }

// WriteMarkdown writes the content of WriteTable as a Markdown table.
func (c Comparison) WriteMarkdown(w io.Writer) error { return c.report().markdown(w) }

func (c Comparison) report() *report {
	b := new(report)
	b.line("%d tokens in %d sentences; p by %d samples of approximate randomisation", c.A.Tokens, c.A.Sentences, c.Samples)
	rows := [][]string{{"measure", "A", "B", "B - A", "p"}}
	for _, m := range reported(c.A.plain()) {
		for _, d := range c.Differences {
			if d.Measure == m {
				rows = append(rows, []string{m.title(), percent(d.A), percent(d.B), fmt.Sprintf("%+.2f", 100*d.Difference), fmt.Sprintf("%.4f", d.P)})
			}
		}
	}
	b.table("", rows)
	return b
}

// share formats an accuracy, or "none" if there are no tokens.
func share(s *Share) string {
	if s.Tokens == 0 {
		return "none"
	}
	return fmt.Sprintf("%s of %d", percent(s.Accuracy), s.Tokens)
}

func percent(fraction float64) string { return fmt.Sprintf("%.2f%%", 100*fraction) }

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// comparedLosses is what compare-losses --json writes. Its keys are public.
type comparedLosses struct {
	*study.Outcome
	Losses []comparedLoss `json:"losses"`
}

type comparedLoss struct {
	study.Choice
	Error string   `json:"error,omitempty"`
	Args  []string `json:"args"` // arguments of tagger that train with this setting
	study.Report
	Test *study.Report `json:"test"`
}

// printOutcomes writes the object, the figures and the table.
func (a *app) printOutcomes(o *compareRun, r *study.Outcome) error {
	object := comparedLosses{Outcome: r}
	for _, row := range r.Losses {
		j := comparedLoss{Choice: row.Choice, Args: trainArgs(&row.Config, o.files), Report: row.Report, Test: row.Test}
		if row.Err != nil {
			j.Error = spelled(row.Err)
		}
		object.Losses = append(object.Losses, j)
	}
	if o.plot != "" && slices.ContainsFunc(r.Losses, wasTrained) {
		if err := safefile.Write(o.plot, r.WriteSVG); err != nil {
			return err
		}
	}
	if written, err := a.writeObject(o.json, object); err != nil || written {
		return err
	}
	_, err := a.stdout.Write(o.table(r))
	return err
}

// table writes a table for each file, and the losses that could not be trained.
func (o *compareRun) table(r *study.Outcome) []byte {
	heading := []string{"loss", "optimizer", "l2"}
	if len(o.RecallCurve) > 0 {
		heading = append(heading, "cost-fn")
	}
	heading = append(heading, r.Score)
	if o.test == "" {
		heading = append(heading, "+-")
	}
	if r.Spans {
		heading = append(heading, "precision", "recall")
	}
	heading = append(heading, "cost", "log loss", "ECE", "p")
	if o.test != "" {
		heading = append(heading, "runs: "+r.Score, "+-", "p")
	}
	heading = append(heading, "seconds", "CPU")
	var b bytes.Buffer
	for k, file := range r.Files {
		lines := [][]string{heading}
		for _, row := range r.Losses {
			if wasTrained(row) {
				lines = append(lines, o.cells(r, &row, k))
			}
		}
		if k > 0 {
			b.WriteByte('\n')
		}
		if o.test != "" {
			fmt.Fprintf(&b, "%s:\n\n", file)
		}
		if o.markdown {
			writeMarkdownRows(&b, lines)
			continue
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, line := range lines {
			fmt.Fprintf(w, "%s\t\n", strings.Join(line, "\t"))
		}
		w.Flush() // a Buffer returns no error
	}
	for _, row := range r.Losses {
		if !wasTrained(row) {
			fmt.Fprintf(&b, "\nnot trained: %s: %s\n", row, spelled(row.Err))
		}
	}
	return b.Bytes()
}

// cells returns the row of a loss in the table of the k-th file.
func (o *compareRun) cells(r *study.Outcome, row *study.Row, k int) []string {
	percent := func(v float64) string { return fmt.Sprintf("%.2f", 100*v) }
	optional := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.3g", *v)
	}
	report := row.On(k)
	main, runs := report.Main(), report.Varied()
	cells := []string{row.Loss, row.Optimizer, optional(row.L2)}
	if row.CostFN != nil {
		cells = append(cells, number(*row.CostFN))
	}
	cells = append(cells, percent(main.F1.Mean))
	if o.test == "" {
		cells = append(cells, percent(runs.F1.SD))
	}
	if r.Spans {
		cells = append(cells, percent(main.Precision.Mean), percent(main.Recall.Mean))
	}
	cells = append(cells, fmt.Sprintf("%.4f", main.ExpectedCost.Mean), fmt.Sprintf("%.4f", main.LogLoss.Mean),
		fmt.Sprintf("%.4f", main.ECE.Mean), optional(main.P))
	switch {
	case main != runs:
		cells = append(cells, percent(runs.F1.Mean), percent(runs.F1.SD), optional(runs.P))
	case o.test != "":
		cells = append(cells, "-", "-", "-")
	}
	return append(cells, fmt.Sprintf("%.2f", runs.Seconds.Mean), fmt.Sprintf("%.2f", runs.CPUSeconds.Mean))
}

// writeMarkdownRows writes a table. All columns but the first are aligned to the right.
func writeMarkdownRows(b *bytes.Buffer, lines [][]string) {
	for k, line := range lines {
		fmt.Fprintf(b, "| %s |\n", strings.Join(line, " | "))
		if k == 0 {
			fmt.Fprintf(b, "|---|%s\n", strings.Repeat("---:|", len(line)-1))
		}
	}
}

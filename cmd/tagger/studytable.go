package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/structured"
)

// print writes the table, the object and the figures.
func (s *study) print(interrupted bool) error {
	rows, err := s.rows()
	if err != nil {
		return err
	}
	o := studyObject{
		Score: "accuracy", Train: s.files, Dev: s.o.dev, Test: s.o.test, Seed: s.o.train.seed, Seeds: s.o.seeds,
		Resample: s.o.resample, Cost: s.o.train.cost, Interrupted: interrupted, Losses: rows,
	}
	if !s.onDev() {
		o.HoldOut = &s.o.holdOut
	}
	if s.spans() {
		o.Score = "F1"
	}
	object, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	object = append(object, '\n')
	if s.o.json != "" && s.o.json != "-" {
		if err := safefile.Write(s.o.json, func(w io.Writer) error {
			_, err := w.Write(object)
			return err
		}); err != nil {
			return err
		}
	}
	if panels := s.panels(rows); s.o.plot != "" && len(s.trained()) > 0 {
		format, err := plots.Format(s.o.plot)
		if err != nil {
			return err
		}
		if err := safefile.Write(s.o.plot, func(w io.Writer) error { return plots.Write(w, format, panels...) }); err != nil {
			return err
		}
	}
	if s.o.json != "-" {
		object = s.table(rows)
	}
	_, err = s.a.stdout.Write(object)
	return err
}

func (s *study) spans() bool { return s.folds[0].scheme != structured.Plain }

// table writes what people read: a table for each file, and what could not be trained.
func (s *study) table(rows []studyRow) []byte {
	heading := []string{"loss", "optimizer", "l2"}
	if len(s.o.weights) > 0 {
		heading = append(heading, "cost-fn")
	}
	score := "accuracy"
	if s.spans() {
		score = "F1"
	}
	heading = append(heading, score)
	if !s.onDev() {
		heading = append(heading, "+-")
	}
	if s.spans() {
		heading = append(heading, "precision", "recall")
	}
	heading = append(heading, "cost", "log loss", "ECE", "p")
	if s.onDev() {
		heading = append(heading, "runs: "+score, "+-", "p")
	}
	heading = append(heading, "seconds", "CPU")
	var b bytes.Buffer
	for k, file := range s.reported {
		lines := [][]string{heading}
		for _, r := range rows {
			if r.Error == "" {
				lines = append(lines, s.cells(r, k))
			}
		}
		if k > 0 {
			b.WriteByte('\n')
		}
		if s.onDev() {
			fmt.Fprintf(&b, "%s:\n\n", file.name)
		}
		if s.o.markdown {
			writeMarkdownRows(&b, lines)
			continue
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		for _, line := range lines {
			fmt.Fprintf(w, "%s\t\n", strings.Join(line, "\t"))
		}
		w.Flush() // a Buffer takes everything
	}
	for k, r := range rows {
		if r.Error != "" {
			fmt.Fprintf(&b, "\nnot trained: %s: %s\n", s.contenders[k], r.Error)
		}
	}
	return b.Bytes()
}

// cells are the row of a loss in the table of the k-th file.
func (s *study) cells(r studyRow, k int) []string {
	percent := func(v float64) string { return fmt.Sprintf("%.2f", 100*v) }
	optional := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.3g", *v)
	}
	report := r.on(k)
	main, runs := report.main(), report.varied()
	cells := []string{r.Loss, r.Optimizer, optional(r.L2)}
	if r.CostFN != nil {
		cells = append(cells, number(*r.CostFN))
	}
	cells = append(cells, percent(main.F1.Mean))
	if !s.onDev() {
		cells = append(cells, percent(runs.F1.SD))
	}
	if s.spans() {
		cells = append(cells, percent(main.Precision.Mean), percent(main.Recall.Mean))
	}
	cells = append(cells, fmt.Sprintf("%.4f", main.ExpectedCost.Mean), fmt.Sprintf("%.4f", main.LogLoss.Mean),
		fmt.Sprintf("%.4f", main.ECE.Mean), optional(main.P))
	switch {
	case main != runs:
		cells = append(cells, percent(runs.F1.Mean), percent(runs.F1.SD), optional(runs.P))
	case s.onDev():
		cells = append(cells, "-", "-", "-")
	}
	return append(cells, fmt.Sprintf("%.2f", runs.Seconds.Mean), fmt.Sprintf("%.2f", runs.CPUSeconds.Mean))
}

// writeMarkdownRows writes a table whose first column is text and whose others are aligned to the right.
func writeMarkdownRows(b *bytes.Buffer, lines [][]string) {
	for k, line := range lines {
		fmt.Fprintf(b, "| %s |\n", strings.Join(line, " | "))
		if k == 0 {
			fmt.Fprintf(b, "|---|%s\n", strings.Repeat("---:|", len(line)-1))
		}
	}
}

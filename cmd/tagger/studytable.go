package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A spread is a figure over the runs. The deviation is 0 for a single run.
type spread struct {
	Mean   float64   `json:"mean"`
	SD     float64   `json:"sd"`
	Values []float64 `json:"values"`
}

func (c *contender) spread(of func(r *judgement) float64) spread {
	n := float64(len(c.runs))
	var s spread
	for k := range c.runs {
		s.Values = append(s.Values, of(&c.runs[k]))
		s.Mean += s.Values[k] / n
	}
	squares := 0.0
	for _, v := range s.Values {
		squares += (v - s.Mean) * (v - s.Mean)
	}
	s.SD = math.Sqrt(squares / max(n-1, 1))
	return s
}

// trained are the contenders that could be trained.
func (s *study) trained() []*contender {
	var list []*contender
	for _, c := range s.contenders {
		if c.err == nil && len(c.runs) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// studyObject is what --json writes. Its keys are a promise to other programs.
type studyObject struct {
	Score       string     `json:"score"` // what f1 is: F1 of spans, or the accuracy
	Train       []string   `json:"train"`
	Dev         string     `json:"dev"`
	Seed        uint64     `json:"seed"`
	Seeds       int        `json:"seeds"` // asked for; fewer values after an interrupt
	Resample    bool       `json:"resample"`
	HoldOut     float64    `json:"holdout"`
	Cost        string     `json:"cost"` // of expected_cost
	Interrupted bool       `json:"interrupted"`
	Losses      []studyRow `json:"losses"`
}

// studyRow has null where an option does not apply; of a loss that was not trained, the figures are null.
type studyRow struct {
	Loss      string       `json:"loss"`
	Optimizer string       `json:"optimizer"`
	L2        *float64     `json:"l2"`
	CostScale *float64     `json:"cost_scale"`
	CostFN    *float64     `json:"cost_fn"` // on a curve
	Tried     []studyTrial `json:"tried"`   // on the held-out sentences, best first
	Error     string       `json:"error,omitempty"`
	Args      []string     `json:"args"` // of tagger, to train so

	F1           *spread       `json:"f1"`
	Precision    *spread       `json:"precision"`
	Recall       *spread       `json:"recall"`
	Accuracy     *spread       `json:"accuracy"`
	ExpectedCost *spread       `json:"expected_cost"`
	LogLoss      *spread       `json:"log_loss"`
	ECE          *spread       `json:"ece"`
	Seconds      *spread       `json:"seconds"`
	P            *float64      `json:"p"`    // null for the first loss
	Bins         []metrics.Bin `json:"bins"` // of all runs
}

type studyTrial struct {
	Optimizer string   `json:"optimizer"`
	L2        *float64 `json:"l2"`
	CostScale *float64 `json:"cost_scale"`
	Score     *float64 `json:"score"` // null where it failed
}

// args are the command line of tagger that trains c on all sentences.
func (s *study) args(c *contender) []string {
	return append(append([]string{"train", "--model", tunedModel}, c.attempt.args...), s.fileArgs()...)
}

func (s *study) rows() ([]studyRow, error) {
	var rows []studyRow
	var first *contender
	for _, c := range s.contenders {
		r := studyRow{Loss: c.loss, Optimizer: c.optimizer, Tried: []studyTrial{}, Args: s.args(c)}
		r.L2, r.CostScale = c.options()
		if len(s.o.weights) > 0 {
			r.CostFN = &c.weight
		}
		for _, tr := range c.tried {
			j := studyTrial{Optimizer: tr.Setting.optimizer}
			j.L2, j.CostScale = tr.Setting.options()
			if tr.Err == nil {
				j.Score = &tr.Mean
			}
			r.Tried = append(r.Tried, j)
		}
		if c.err != nil {
			r.Error = c.err.Error()
			rows = append(rows, r)
			continue
		}
		for _, figure := range []struct {
			into **spread
			of   func(r *judgement) float64
		}{
			{&r.F1, func(r *judgement) float64 { return r.results.F1 }},
			{&r.Precision, func(r *judgement) float64 { return r.results.Precision }},
			{&r.Recall, func(r *judgement) float64 { return r.results.Recall }},
			{&r.Accuracy, func(r *judgement) float64 { return r.results.Accuracy }},
			{&r.ExpectedCost, func(r *judgement) float64 { return r.cost }},
			{&r.LogLoss, func(r *judgement) float64 { return r.logLoss }},
			{&r.ECE, func(r *judgement) float64 { return r.calibration.ECE }},
			{&r.Seconds, func(r *judgement) float64 { return r.seconds }},
		} {
			spread := c.spread(figure.of)
			*figure.into = &spread
		}
		r.Bins = c.pooledBins()
		if first == nil {
			first = c
		} else {
			p, err := s.significance(first, c)
			if err != nil {
				return nil, err
			}
			r.P = &p
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// options are those of the setting that apply.
func (s *setting) options() (l2, scale *float64) {
	if s.penalised() {
		l2 = &s.l2
	}
	if s.costly() {
		scale = &s.scale
	}
	return l2, scale
}

// significance tests whether a and b differ in F1. What the test exchanges are the labels of a sentence in all runs
// at once: runs are no further sentences.
func (s *study) significance(a, b *contender) (float64, error) {
	differences, err := metrics.Compare(a.summed(), b.summed(), metrics.Resampling{Seed: s.o.train.seed})
	if err != nil {
		return 0, err
	}
	for _, d := range differences {
		if d.Measure == metrics.F1 {
			return d.P, nil
		}
	}
	return 1, nil
}

// summed are the counts of each sentence over the runs.
func (c *contender) summed() []metrics.Counts {
	sum := make([]metrics.Counts, len(c.runs[0].each))
	for _, r := range c.runs {
		for i, counts := range r.each {
			sum[i].Add(counts)
		}
	}
	return sum
}

// print writes the table, the object and the figures.
func (s *study) print(interrupted bool) error {
	rows, err := s.rows()
	if err != nil {
		return err
	}
	o := studyObject{
		Score: "accuracy", Train: s.files, Dev: s.o.dev, Seed: s.o.train.seed, Seeds: s.o.seeds, Resample: s.o.resample,
		HoldOut: s.o.holdOut, Cost: s.o.train.cost, Interrupted: interrupted, Losses: rows,
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

// table writes what people read.
func (s *study) table(rows []studyRow) []byte {
	heading := []string{"loss", "optimizer", "l2"}
	if len(s.o.weights) > 0 {
		heading = append(heading, "cost-fn")
	}
	if s.spans() {
		heading = append(heading, "F1", "+-", "precision", "recall")
	} else {
		heading = append(heading, "accuracy", "+-")
	}
	lines := [][]string{append(heading, "cost", "log loss", "ECE", "p", "seconds")}
	for _, r := range rows {
		if r.Error == "" {
			lines = append(lines, s.cells(r))
		}
	}
	var b bytes.Buffer
	if s.o.markdown {
		writeMarkdownRows(&b, lines)
	} else {
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

func (s *study) cells(r studyRow) []string {
	percent := func(v float64) string { return fmt.Sprintf("%.2f", 100*v) }
	optional := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.3g", *v)
	}
	cells := []string{r.Loss, r.Optimizer, optional(r.L2)}
	if r.CostFN != nil {
		cells = append(cells, number(*r.CostFN))
	}
	cells = append(cells, percent(r.F1.Mean), percent(r.F1.SD))
	if s.spans() {
		cells = append(cells, percent(r.Precision.Mean), percent(r.Recall.Mean))
	}
	return append(cells, fmt.Sprintf("%.4f", r.ExpectedCost.Mean), fmt.Sprintf("%.4f", r.LogLoss.Mean),
		fmt.Sprintf("%.4f", r.ECE.Mean), optional(r.P), fmt.Sprintf("%.2f", r.Seconds.Mean))
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

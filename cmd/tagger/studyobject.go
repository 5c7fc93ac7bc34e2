package main

import (
	"math"

	"github.com/trellis-nlp/trellis/metrics"
)

// A spread is a figure over the runs. The deviation is 0 for a single run.
type spread struct {
	Mean   float64   `json:"mean"`
	SD     float64   `json:"sd"`
	Values []float64 `json:"values"`
}

func spreadOf(runs []judgement, of func(r *judgement) float64) spread {
	n := float64(len(runs))
	var s spread
	for k := range runs {
		s.Values = append(s.Values, of(&runs[k]))
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
		if c.err == nil && (len(c.runs) > 0 || c.whole != nil) {
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
	Test        string     `json:"test"`
	Seed        uint64     `json:"seed"`
	Seeds       int        `json:"seeds"` // asked for; fewer values after an interrupt
	Resample    bool       `json:"resample"`
	HoldOut     *float64   `json:"holdout"` // null where --dev picks
	Cost        string     `json:"cost"`    // of expected_cost
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

	studyReport              // on --dev
	Test        *studyReport `json:"test"` // null where there is none
}

// A studyReport is what came of a loss on one file.
type studyReport struct {
	studyFigures               // of the runs; null if there is none
	Whole        *studyFigures `json:"whole"` // after training on all sentences as they are; null unless --dev picks
}

// A studyFigures are over one or more trainings.
type studyFigures struct {
	F1           *spread       `json:"f1"`
	Precision    *spread       `json:"precision"`
	Recall       *spread       `json:"recall"`
	Accuracy     *spread       `json:"accuracy"`
	ExpectedCost *spread       `json:"expected_cost"`
	LogLoss      *spread       `json:"log_loss"`
	ECE          *spread       `json:"ece"`
	Seconds      *spread       `json:"seconds"`
	CPUSeconds   *spread       `json:"cpu_seconds"` // 0 where the system does not tell
	P            *float64      `json:"p"`           // null for the first loss
	Bins         []metrics.Bin `json:"bins"`        // of all trainings
}

// on is the report on the k-th file.
func (r *studyRow) on(k int) *studyReport {
	if k == 0 {
		return &r.studyReport
	}
	return r.Test
}

// main are the figures to go by: those of all sentences, if there are any.
func (r *studyReport) main() *studyFigures {
	if r.Whole != nil {
		return r.Whole
	}
	return &r.studyFigures
}

// varied are the figures of the runs, if there are any.
func (r *studyReport) varied() *studyFigures {
	if r.F1 == nil {
		return r.Whole
	}
	return &r.studyFigures
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
		if first == nil {
			first = c
		}
		for k := range s.reported {
			report, err := s.reportOn(k, first, c)
			if err != nil {
				return nil, err
			}
			if k == 0 {
				r.studyReport = *report
			} else {
				r.Test = report
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// reportOn tells what came of c on the k-th file.
func (s *study) reportOn(k int, first, c *contender) (*studyReport, error) {
	pick := func(c *contender) (runs []judgement) {
		for _, r := range c.runs {
			runs = append(runs, r[k])
		}
		return runs
	}
	r := new(studyReport)
	if len(c.runs) > 0 {
		figures, err := s.figures(pick(first), pick(c), first == c)
		if err != nil {
			return nil, err
		}
		r.studyFigures = *figures
	}
	var err error
	if c.whole != nil {
		r.Whole, err = s.figures(first.whole[k:k+1], c.whole[k:k+1], first == c)
	}
	return r, err
}

// figures are those of some trainings, whose F1 is compared with that of others unless they are the first.
func (s *study) figures(others, runs []judgement, first bool) (*studyFigures, error) {
	f := &studyFigures{Bins: pooledBins(runs)}
	for _, figure := range []struct {
		into **spread
		of   func(r *judgement) float64
	}{
		{&f.F1, func(r *judgement) float64 { return r.results.F1 }},
		{&f.Precision, func(r *judgement) float64 { return r.results.Precision }},
		{&f.Recall, func(r *judgement) float64 { return r.results.Recall }},
		{&f.Accuracy, func(r *judgement) float64 { return r.results.Accuracy }},
		{&f.ExpectedCost, func(r *judgement) float64 { return r.cost }},
		{&f.LogLoss, func(r *judgement) float64 { return r.logLoss }},
		{&f.ECE, func(r *judgement) float64 { return r.calibration.ECE }},
		{&f.Seconds, func(r *judgement) float64 { return r.took.seconds }},
		{&f.CPUSeconds, func(r *judgement) float64 { return r.took.cpu }},
	} {
		spread := spreadOf(runs, figure.of)
		*figure.into = &spread
	}
	if first {
		return f, nil
	}
	p, err := s.significance(others, runs)
	f.P = &p
	return f, err
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
func (s *study) significance(a, b []judgement) (float64, error) {
	differences, err := metrics.Compare(summed(a), summed(b), metrics.Resampling{Seed: s.o.train.seed})
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
func summed(runs []judgement) []metrics.Counts {
	sum := make([]metrics.Counts, len(runs[0].each))
	for _, r := range runs {
		for i, counts := range r.each {
			sum[i].Add(counts)
		}
	}
	return sum
}

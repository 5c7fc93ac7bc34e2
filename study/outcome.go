package study

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/recipe"
)

// An Outcome is the result of a comparison.
type Outcome struct {
	Score       string   `json:"score"` // meaning of f1: span F1 or accuracy
	Train       []string `json:"train"`
	Dev         string   `json:"dev"`
	Test        string   `json:"test"`
	Seed        uint64   `json:"seed"`
	Seeds       int      `json:"seeds"` // requested; an interrupt leaves fewer values
	Resample    bool     `json:"resample"`
	HoldOut     *float64 `json:"holdout"` // nil if Dev picks
	Cost        string   `json:"cost"`    // cost of the expected cost
	Interrupted bool     `json:"interrupted"`
	Losses      []Row    `json:"losses"` // empty until all losses have results

	Spans bool     `json:"-"` // labels encode spans
	Runs  int      `json:"-"` // completed by all losses
	Files []string `json:"-"` // of the report
}

// A Row holds a loss and its results. The figures of a loss that could not be trained are nil.
type Row struct {
	Choice
	Report         // on Dev
	Test   *Report `json:"test"` // may be nil
}

// A Choice is a loss and its best setting.
type Choice struct {
	Loss      string   `json:"loss"`
	Optimizer string   `json:"optimizer"`
	L2        *float64 `json:"l2"`         // nil if the optimizer has no penalty
	CostScale *float64 `json:"cost_scale"` // nil if the loss has no cost
	CostFN    *float64 `json:"cost_fn"`    // nil outside recall curves
	Tried     []Tried  `json:"tried"`      // settings tried in tuning, best first

	Err    error         `json:"-"` // why the loss could not be trained
	Config recipe.Config `json:"-"` // trains with this choice

	text string
}

// String names the loss, the optimizer and their numbers.
func (c Choice) String() string { return c.text }

// Tried is a setting tried in tuning.
type Tried struct {
	Optimizer string   `json:"optimizer"`
	L2        *float64 `json:"l2"`
	CostScale *float64 `json:"cost_scale"`
	Score     *float64 `json:"score"` // nil if it failed
}

// A Report holds the results of a loss on one file.
type Report struct {
	Figures          // of the runs; nil without runs
	Whole   *Figures `json:"whole"` // after training on all sentences; nil unless Dev picks
}

// Figures summarise one or more training runs.
type Figures struct {
	F1           *Spread       `json:"f1"` // accuracy if labels do not encode spans
	Precision    *Spread       `json:"precision"`
	Recall       *Spread       `json:"recall"`
	Accuracy     *Spread       `json:"accuracy"`
	ExpectedCost *Spread       `json:"expected_cost"` // per token
	LogLoss      *Spread       `json:"log_loss"`      // per token
	ECE          *Spread       `json:"ece"`           // expected calibration error
	Seconds      *Spread       `json:"seconds"`       // per training run
	CPUSeconds   *Spread       `json:"cpu_seconds"`   // 0 if unknown
	P            *float64      `json:"p"`             // p-value of the difference in F1 to the first loss; nil for the first
	Bins         []metrics.Bin `json:"bins"`          // calibration over all runs
}

// A Spread is the mean and standard deviation over runs. The deviation of a single run is 0.
type Spread struct {
	Mean   float64   `json:"mean"`
	SD     float64   `json:"sd"`
	Values []float64 `json:"values"`
}

func spreadOf(runs []judgement, of func(r *judgement) float64) *Spread {
	s := new(Spread)
	for k := range runs {
		s.Values = append(s.Values, of(&runs[k]))
	}
	s.Mean, s.SD = meanSD(s.Values)
	return s
}

// On returns the report on the k-th file: Dev, then Test.
func (r *Row) On(k int) *Report {
	if k == 0 {
		return &r.Report
	}
	return r.Test
}

// Main returns the main figures: those after training on all sentences, otherwise those of the
// runs. It may be nil.
func (r *Report) Main() *Figures {
	if r.Whole != nil {
		return r.Whole
	}
	return r.figures()
}

// Varied returns the figures of the runs, otherwise those after training on all sentences.
func (r *Report) Varied() *Figures {
	if f := r.figures(); f != nil {
		return f
	}
	return r.Whole
}

func (r *Report) figures() *Figures {
	if r.F1 == nil {
		return nil
	}
	return &r.Figures
}

// outcome collects the results so far.
func (s *comparing) outcome(interrupted bool) (*Outcome, error) {
	o := &Outcome{
		Score: "accuracy", Train: s.source.Paths, Dev: strings.Join(s.o.Dev.Paths, " "), Test: strings.Join(s.o.Test.Paths, " "),
		Seed: seedOf(&s.o.Base), Seeds: s.o.Runs, Resample: !s.o.NoResampling, Cost: cmp.Or(s.o.Base.Cost, "hamming"),
		Interrupted: interrupted, Spans: s.spans(), Runs: s.rounds,
	}
	if s.spans() {
		o.Score = "F1"
	}
	if !s.onDev() {
		o.HoldOut = &s.o.HoldOut
	}
	for _, r := range s.reported {
		o.Files = append(o.Files, r.name)
	}
	if s.rounds == 0 && !s.settled {
		return o, nil
	}
	var first *contender
	for _, c := range s.contenders {
		r := Row{Choice: s.choice(c)}
		if c.failed == nil {
			if first == nil {
				first = c
			}
			for k := range s.reported {
				report, err := s.reportOn(k, first, c)
				if err != nil {
					return nil, err
				}
				if k == 0 {
					r.Report = *report
				} else {
					r.Test = report
				}
			}
		}
		o.Losses = append(o.Losses, r)
	}
	return o, nil
}

func (s *comparing) choice(c *contender) Choice {
	r := Choice{Loss: c.loss, Optimizer: c.optimizer, Tried: []Tried{}, Err: c.failed, Config: c.config, text: c.String()}
	r.L2, _, r.CostScale = c.options()
	if len(s.o.RecallCurve) > 0 {
		r.CostFN = &c.weight
	}
	for _, t := range c.tried {
		one := Tried{Optimizer: t.optimizer}
		one.L2, _, one.CostScale = t.options()
		if t.failed == nil {
			one.Score = &t.mean
		}
		r.Tried = append(r.Tried, one)
	}
	return r
}

// reportOn returns the results of c on the k-th file.
func (s *comparing) reportOn(k int, first, c *contender) (*Report, error) {
	on := func(c *contender) (runs []judgement) {
		for _, r := range c.runs {
			runs = append(runs, r[k])
		}
		return runs
	}
	r := new(Report)
	if len(c.runs) > 0 {
		figures, err := s.figures(on(first), on(c), first == c)
		if err != nil {
			return nil, err
		}
		r.Figures = *figures
	}
	var err error
	if c.whole != nil {
		r.Whole, err = s.figures(first.whole[k:k+1], c.whole[k:k+1], first == c)
	}
	return r, err
}

// figures summarises runs and compares their F1 with others, unless the runs are the first.
func (s *comparing) figures(others, runs []judgement, first bool) (*Figures, error) {
	f := &Figures{
		F1:           spreadOf(runs, func(r *judgement) float64 { return r.results.F1 }),
		Precision:    spreadOf(runs, func(r *judgement) float64 { return r.results.Precision }),
		Recall:       spreadOf(runs, func(r *judgement) float64 { return r.results.Recall }),
		Accuracy:     spreadOf(runs, func(r *judgement) float64 { return r.results.Accuracy }),
		ExpectedCost: spreadOf(runs, func(r *judgement) float64 { return r.cost }),
		LogLoss:      spreadOf(runs, func(r *judgement) float64 { return r.logLoss }),
		ECE:          spreadOf(runs, func(r *judgement) float64 { return r.calibration.ECE }),
		Seconds:      spreadOf(runs, func(r *judgement) float64 { return r.took.seconds }),
		CPUSeconds:   spreadOf(runs, func(r *judgement) float64 { return r.took.cpu }),
		Bins:         pooledBins(runs),
	}
	if first {
		return f, nil
	}
	p, err := s.significance(others, runs)
	f.P = &p
	return f, err
}

// significance tests whether a and b differ in F1. The test exchanges the labels of a sentence in
// all runs at once, because runs are not independent sentences.
func (s *comparing) significance(a, b []judgement) (float64, error) {
	differences, err := metrics.Compare(summed(a), summed(b), metrics.Resampling{Seed: seedOf(&s.o.Base)})
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

// summed adds up the counts of each sentence over the runs.
func summed(runs []judgement) []metrics.Counts {
	sum := make([]metrics.Counts, len(runs[0].each))
	for _, r := range runs {
		for i, counts := range r.each {
			sum[i].Add(counts)
		}
	}
	return sum
}

// pooledBins merges the calibration bins of all runs.
func pooledBins(runs []judgement) []metrics.Bin {
	var pool []metrics.Bin
	at := make(map[float64]int)
	for _, r := range runs {
		for _, b := range r.calibration.Bins {
			k, ok := at[b.Low]
			if !ok {
				at[b.Low] = len(pool)
				pool = append(pool, b)
				continue
			}
			p := &pool[k]
			share := float64(b.Tokens) / float64(b.Tokens+p.Tokens)
			p.Mean += share * (b.Mean - p.Mean)
			p.Accuracy += share * (b.Accuracy - p.Accuracy)
			p.Tokens += b.Tokens
		}
	}
	slices.SortFunc(pool, func(a, b metrics.Bin) int { return cmp.Compare(a.Low, b.Low) })
	return pool
}

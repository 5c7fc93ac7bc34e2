package study

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A Curve is the score by the size of the training data.
type Curve struct {
	Score       string       `json:"score"` // meaning of the scores: F1, accuracy, ...
	Train       []string     `json:"train"`
	Dev         string       `json:"dev"`     // files scored on; empty if sentences were held out
	HoldOut     *float64     `json:"holdout"` // share of the sentences scored on, nil with Dev
	Tested      int          `json:"tested"`  // number of sentences scored on
	Seed        uint64       `json:"seed"`
	Runs        int          `json:"runs"`
	Interrupted bool         `json:"interrupted"`
	Points      []CurvePoint `json:"points"` // from the smallest share to the largest
	Gain        *Gain        `json:"gain"`   // nil for a single point
}

// A CurvePoint holds the scores of the models that are trained on a share of the sentences.
type CurvePoint struct {
	Sentences int     `json:"sentences"` // mean over the runs
	Tokens    int     `json:"tokens"`
	Score     *Spread `json:"score"`
	Seconds   *Spread `json:"seconds"` // per training run
}

// A Gain is the change of the score from the last point but one to the last, per doubling of the
// sentences. P is the p-value of the difference of the two points, by approximate randomisation
// over the sentences scored on.
type Gain struct {
	From   int     `json:"from"` // sentences
	To     int     `json:"to"`
	Double *Spread `json:"per_doubling"`
	SE     float64 `json:"se"` // standard error of the mean of Double over the runs; 0 for a single run
	P      float64 `json:"p"`
	Helped bool    `json:"helped"` // the mean is positive and above SE, and P is below 0.05
}

// String says whether the last data have helped.
func (g *Gain) String() string {
	noise := ""
	if len(g.Double.Values) > 1 {
		noise = fmt.Sprintf("standard error %.2f, ", 100*g.SE)
	}
	change := fmt.Sprintf("from %d to %d sentences, the score changed by %+.2f points per doubling (%sp = %.3g)", g.From, g.To, 100*g.Double.Mean, noise, g.P)
	if g.Helped {
		return "more data would probably help: " + change
	}
	return "no sign that more data would help: " + change
}

// curve summarises the completed runs.
func (s *curving) curve(interrupted bool) (*Curve, error) {
	c := &Curve{
		Score: scoreNames[s.o.Metric], Train: s.source.Paths, Dev: strings.Join(s.o.Base.Dev.Paths, " "), Tested: len(s.test),
		Seed: seedOf(&s.o.Base), Runs: len(s.runs), Interrupted: interrupted,
	}
	if s.scheme == structured.Plain && s.o.Metric == "f1" {
		c.Score = "accuracy"
	}
	if s.o.Base.Dev.IsZero() {
		c.HoldOut = &s.o.HoldOut
	}
	for k := range s.runs[0] {
		p := CurvePoint{
			Score:   s.spread(func(run []measured) float64 { return run[k].score }),
			Seconds: s.spread(func(run []measured) float64 { return run[k].seconds }),
		}
		p.Sentences = int(math.Round(s.spread(func(run []measured) float64 { return float64(run[k].sentences) }).Mean))
		p.Tokens = int(math.Round(s.spread(func(run []measured) float64 { return float64(run[k].tokens) }).Mean))
		c.Points = append(c.Points, p)
	}
	last := len(c.Points) - 1
	if last == 0 {
		return c, nil
	}
	g := &Gain{From: c.Points[last-1].Sentences, To: c.Points[last].Sentences}
	doublings := math.Log2(float64(g.To) / float64(g.From))
	g.Double = s.spread(func(run []measured) float64 { return (run[last].score - run[last-1].score) / doublings })
	var err error
	if g.P, err = s.significance(last-1, last); err != nil {
		return nil, err
	}
	g.SE = g.Double.SD / math.Sqrt(float64(len(s.runs)))
	g.Helped = g.Double.Mean > g.SE && g.P < 0.05
	c.Gain = g
	return c, nil
}

func (s *curving) spread(of func(run []measured) float64) *Spread {
	x := new(Spread)
	for _, run := range s.runs {
		x.Values = append(x.Values, of(run))
	}
	x.Mean, x.SD = meanSD(x.Values)
	return x
}

// significance tests whether the scores of two points differ. As in comparisons of losses, the test
// exchanges the labels of a sentence in all runs at once.
func (s *curving) significance(from, to int) (float64, error) {
	counts := func(k int) []metrics.Counts {
		sum := make([]metrics.Counts, len(s.test))
		for _, run := range s.runs {
			for i, c := range run[k].each {
				sum[i].Add(c)
			}
		}
		return sum
	}
	differences, err := metrics.Compare(counts(from), counts(to), metrics.Resampling{Seed: seedOf(&s.o.Base)})
	if err != nil {
		return 0, err
	}
	for _, d := range differences {
		if d.Measure == measureOf[s.o.Metric] {
			return d.P, nil
		}
	}
	return 1, nil
}

// WriteSVG draws the score, with its standard deviation over the runs, by the number of sentences.
func (c *Curve) WriteSVG(w io.Writer) error {
	p := plots.Panel{Title: "Learning curve", X: "training sentences", Y: c.Score + " in %", Lines: true, Log: true, Series: []plots.Series{{}}}
	if c.Dev != "" {
		p.Title += " on " + filepath.Base(c.Dev)
	}
	for _, x := range c.Points {
		mean, sd := 100*x.Score.Mean, 100*x.Score.SD
		p.Series[0].Points = append(p.Series[0].Points,
			plots.Point{X: float64(x.Sentences), Y: mean, Low: mean - sd, High: mean + sd, Label: fmt.Sprintf("%.2f", mean)})
	}
	return plots.Write(w, p)
}

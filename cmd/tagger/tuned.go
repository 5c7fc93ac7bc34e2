package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/tune"
)

// report tells of a training.
func (t *tuner) report(k int, tr tune.Trial[setting]) {
	fold := ""
	if len(t.folds) > 1 && tr.Err == nil {
		fold = fmt.Sprintf(" fold %d/%d", len(tr.Scores), len(t.folds))
	}
	t.tell(fmt.Sprintf("setting %d/%d%s  %s: %s", k+1, len(t.attempts), fold, tr.Setting, t.outcome(k, tr)))
}

func (t *tuner) outcome(k int, tr tune.Trial[setting]) string {
	if tr.Err != nil {
		return tr.Err.Error()
	}
	done := k*len(t.folds) + len(tr.Scores)
	elapsed := time.Since(t.start)
	left := elapsed / time.Duration(done) * time.Duration(len(t.attempts)*len(t.folds)-done)
	return fmt.Sprintf("%s %.2f%%  %.1fs, about %s left", tuneMetrics[t.o.metric].name, 100*tr.Scores[len(tr.Scores)-1],
		elapsed.Seconds(), left.Round(time.Second))
}

// hint tells of a penalty at the end of what was tried, beyond which there may be a better one.
func (t *tuner) hint(ranked []tune.Trial[setting]) {
	best := ranked[0].Setting
	var tried []float64
	for _, tr := range ranked {
		if s := tr.Setting; tr.Err == nil && s.loss == best.loss && s.optimizer == best.optimizer {
			tried = append(tried, s.l2)
		}
	}
	if least, most := slices.Min(tried), slices.Max(tried); least < most && best.l2 == least && least > 0 {
		t.tell(fmt.Sprintf("l2 %g is the least that was tried for %s: less may be better", least, best.loss))
	} else if least < most && best.l2 == most {
		t.tell(fmt.Sprintf("l2 %g is the most that was tried for %s: more may be better", most, best.loss))
	}
}

// print writes the table and the line of the best settings, and the object.
func (t *tuner) print(ranked []tune.Trial[setting], settings int, interrupted bool) error {
	object, err := t.object(ranked, settings, interrupted)
	if err != nil {
		return err
	}
	if t.o.json == "-" {
		_, err := t.a.stdout.Write(object)
		return err
	}
	if t.o.json != "" {
		if err := safefile.Write(t.o.json, func(w io.Writer) error {
			_, err := w.Write(object)
			return err
		}); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	t.writeTable(&b, ranked)
	if ranked[0].Err == nil {
		t.hint(ranked)
		fmt.Fprintf(&b, "\n%s\n", t.line(ranked[0].Setting))
	}
	_, err = t.a.stdout.Write(b.Bytes())
	return err
}

// args are the command line of tagger that trains with s on all sentences.
func (t *tuner) args(s setting) []string {
	return slices.Concat([]string{"train", "--model", tunedModel}, t.attempts[s].args, t.fileArgs())
}

// fileArgs name the files at the end of a command line.
func (t *tuner) fileArgs() []string {
	if slices.ContainsFunc(t.files, func(name string) bool { return len(name) > 1 && name[0] == '-' }) {
		return slices.Concat([]string{"--"}, t.files) // no flags
	}
	return t.files
}

func (t *tuner) line(s setting) string { return "tagger " + shellLine(t.args(s)) }

func (t *tuner) writeTable(b *bytes.Buffer, ranked []tune.Trial[setting]) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	sd := func(tune.Trial[setting]) string { return "" }
	heading := tuneMetrics[t.o.metric].name
	if len(t.folds) > 1 {
		heading += "\t+-"
		sd = func(tr tune.Trial[setting]) string { return fmt.Sprintf("\t%.2f", 100*tr.SD) }
	}
	fmt.Fprintf(w, "%s\tloss\toptimizer\tl2\tl1\tcost scale\tseconds\t\n", heading)
	for _, tr := range ranked {
		if tr.Err != nil {
			break // those that failed are the last
		}
		s := tr.Setting
		l2, l1, scale := "-", "-", "-"
		if s.penalised() {
			l2, l1 = number(s.l2), number(s.l1)
		}
		if s.costly() {
			scale = number(s.scale)
		}
		fmt.Fprintf(w, "%.2f%%%s\t%s\t%s\t%s\t%s\t%s\t%.1f\t\n", 100*tr.Mean, sd(tr), s.loss, s.optimizer, l2, l1, scale, tr.Elapsed.Seconds())
	}
	w.Flush() // a Buffer takes everything
	var refused []string
	for _, tr := range ranked {
		if tr.Err == nil {
			continue
		}
		// Whatever the penalty: a pair that cannot work is told once.
		line := fmt.Sprintf("not trained: %s by %s: %v\n", tr.Setting.loss, tr.Setting.optimizer, tr.Err)
		if !slices.Contains(refused, line) {
			refused = append(refused, line)
			b.WriteString(line)
		}
	}
}

// tuneObject is what --json writes. Its keys are a promise to other programs.
type tuneObject struct {
	Metric      string      `json:"metric"`
	Seed        uint64      `json:"seed"`
	Folds       int         `json:"folds,omitempty"`
	HoldOut     float64     `json:"holdout,omitempty"`
	Dev         string      `json:"dev,omitempty"`
	Settings    int         `json:"settings"` // to try; fewer trials after an interrupt
	Interrupted bool        `json:"interrupted"`
	Best        string      `json:"best,omitempty"` // a command line
	Trials      []tuneTrial `json:"trials"`         // the best first
}

// tuneTrial has null where an option does not apply.
type tuneTrial struct {
	Loss      string    `json:"loss"`
	Optimizer string    `json:"optimizer"`
	L2        *float64  `json:"l2"`
	L1        *float64  `json:"l1"`
	CostScale *float64  `json:"cost_scale"`
	Mean      *float64  `json:"mean"` // fractions in 0..1; null where the trial failed
	SD        *float64  `json:"sd"`   // null for a single fold
	Scores    []float64 `json:"scores"`
	Seconds   float64   `json:"seconds"`
	Error     string    `json:"error,omitempty"`
	Args      []string  `json:"args"` // of tagger, to train so
}

func (t *tuner) object(ranked []tune.Trial[setting], settings int, interrupted bool) ([]byte, error) {
	o := tuneObject{
		Metric: t.o.metric, Seed: t.o.train.seed, Folds: t.o.folds, HoldOut: t.o.holdOut, Dev: t.o.train.dev,
		Settings: settings, Interrupted: interrupted, Trials: []tuneTrial{},
	}
	if ranked[0].Err == nil {
		o.Best = t.line(ranked[0].Setting)
	}
	for _, tr := range ranked {
		s := tr.Setting
		j := tuneTrial{
			Loss: s.loss, Optimizer: s.optimizer, Scores: append([]float64{}, tr.Scores...), Seconds: tr.Elapsed.Seconds(),
			Args: t.args(s),
		}
		if s.penalised() {
			j.L2, j.L1 = &s.l2, &s.l1
		}
		if s.costly() {
			j.CostScale = &s.scale
		}
		if tr.Err != nil {
			j.Error = tr.Err.Error()
		} else {
			j.Mean = &tr.Mean
			if len(tr.Scores) > 1 {
				j.SD = &tr.SD
			}
		}
		o.Trials = append(o.Trials, j)
	}
	text, err := json.MarshalIndent(o, "", "  ")
	return append(text, '\n'), err
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// rankedTrials is what tune --json writes. Its keys are public.
type rankedTrials struct {
	*study.Ranking
	Best   string        `json:"best,omitempty"` // command line with the best setting
	Trials []rankedTrial `json:"trials"`
}

type rankedTrial struct {
	study.Trial
	Error string   `json:"error,omitempty"`
	Args  []string `json:"args"` // arguments of tagger that train with this setting
}

// printRanking writes the JSON object, or the table and the command with the best setting.
func (a *app) printRanking(o *tuneRun, r *study.Ranking) error {
	object := rankedTrials{Ranking: r, Trials: []rankedTrial{}}
	for _, t := range r.Trials {
		j := rankedTrial{Trial: t, Args: trainArgs(&t.Config, o.files)}
		if t.Err != nil {
			j.Error = spelled(t.Err)
		}
		object.Trials = append(object.Trials, j)
	}
	if r.Trials[0].Err == nil {
		object.Best = "tagger " + cli.Quote(object.Trials[0].Args)
	}
	if written, err := a.writeObject(o.json, object); err != nil || written {
		return err
	}
	var b bytes.Buffer
	o.writeTable(&b, r)
	if r.Trials[0].Err == nil {
		if text := gridHint(r.Trials); text != "" && !o.quiet {
			fmt.Fprintln(a.stderr, text)
		}
		fmt.Fprintf(&b, "\n%s\n", object.Best)
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}

// writeObject writes an object as JSON to a file, or to standard output for "-". It writes nothing
// for "". It reports whether it wrote to standard output, where no table must follow.
func (a *app) writeObject(path string, object any) (toStdout bool, err error) {
	if path == "" {
		return false, nil
	}
	text, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		return false, err
	}
	text = append(text, '\n')
	if path == "-" {
		_, err := a.stdout.Write(text)
		return true, err
	}
	return false, safefile.Write(path, compress.To(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}))
}

// gridHint returns a hint if the best penalty is the smallest or the largest one tried, otherwise
// "".
func gridHint(ranked []study.Trial) string {
	var best *study.Trial
	var tried []float64
	for k := range ranked {
		t := &ranked[k]
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

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (o *tuneRun) writeTable(b *bytes.Buffer, r *study.Ranking) {
	folds := max(r.Folds, 1)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	deviation := ""
	if folds > 1 {
		deviation = "\t+-"
	}
	fmt.Fprintf(w, "%s%s\tloss\toptimizer\tl2\tl1\tcost scale\tseconds\t\n", tuneMetrics[o.Metric], deviation)
	optional := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return number(*v)
	}
	for _, t := range r.Trials {
		if t.Err != nil {
			break // failed settings are last
		}
		note := ""
		if t.Default {
			note = "  default of train"
		}
		if len(t.Scores) < folds {
			note += fmt.Sprintf("  %d of %d folds", len(t.Scores), folds)
		}
		if deviation = ""; folds > 1 {
			deviation = "\t-"
			if t.SD != nil {
				deviation = fmt.Sprintf("\t%.2f", 100**t.SD)
			}
		}
		fmt.Fprintf(w, "%.2f%%%s\t%s\t%s\t%s\t%s\t%s\t%.1f\t%s\n", 100**t.Mean, deviation, t.Loss, t.Optimizer, optional(t.L2), optional(t.L1), optional(t.CostScale), t.Seconds, note)
	}
	w.Flush() // a Buffer returns no error
	var refused []string
	for _, t := range r.Trials {
		if t.Err == nil {
			continue
		}
		// Print an unsuitable pair of loss and optimizer once, not for each penalty.
		line := fmt.Sprintf("not trained: %s by %s: %s\n", t.Loss, t.Optimizer, spelled(t.Err))
		if !slices.Contains(refused, line) {
			refused = append(refused, line)
			b.WriteString(line)
		}
	}
}

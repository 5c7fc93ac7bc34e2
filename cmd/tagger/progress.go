package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/metrics/analysis"
)

// errInterrupted replaces the error of a cancelled context.
var errInterrupted = errors.New("interrupted")

// allLines is the number of initial steps with a line each. After them, every tenth step, the best
// ones and the last one have a line.
const allLines = 20

// A reporter reports the progress of training: a bar on a terminal, otherwise lines.
type reporter struct {
	w     io.Writer
	total int
	bar   *progressbar.ProgressBar // nil: print lines
	at    int                      // the last step reported
	kept  string                   // the line of the last step, unless it is printed
}

func newReporter(w io.Writer, total int, terminal bool) *reporter {
	r := &reporter{w: w, total: total}
	if terminal {
		r.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionSetElapsedTime(true),
			progressbar.OptionShowDescriptionAtLineEnd())
	}
	return r
}

// isTerminal reports whether w is a terminal that can return to the start of a line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func (r *reporter) report(p trellis.Progress) {
	what := fmt.Sprintf("loss %.6g", p.Objective)
	if p.Run > 0 {
		what = fmt.Sprintf("restart %d  %s", p.Run, what)
	}
	if p.Dev != nil {
		what += fmt.Sprintf("  dev %.2f%%", 100*p.Dev.F1)
		if p.Best {
			what += " best"
		}
	}
	r.at = p.Number
	if r.bar != nil {
		r.bar.Describe(what)
		_ = r.bar.Set(p.Number) // an error here does not stop training
		return
	}
	left := time.Duration(p.Seconds / float64(p.Number) * float64(r.total-p.Number) * float64(time.Second))
	r.kept = fmt.Sprintf("step %d/%d  %s  %.1fs, at most %s left\n", p.Number, r.total, what, p.Seconds, left.Round(time.Second))
	if p.Number <= allLines || p.Number%10 == 0 || p.Best {
		r.flush()
	}
}

func (r *reporter) flush() {
	fmt.Fprint(r.w, r.kept)
	r.kept = ""
}

// done ends the bar at the last step, which may be earlier than planned.
func (r *reporter) done() {
	r.flush()
	if r.bar != nil {
		r.bar.ChangeMax(r.at)
		_ = r.bar.Exit()
		fmt.Fprintln(r.w)
	}
}

// clear removes the bar.
func (r *reporter) clear() { _ = r.bar.Clear() }

// writeLog appends a step to a log.
func writeLog(w io.Writer, p trellis.Progress) error {
	l := analysis.Step{Run: p.Run, Step: p.Number, Seconds: p.Seconds, Objective: p.Objective}
	if !math.IsNaN(p.GradNorm) {
		l.GradNorm = &p.GradNorm
	}
	if p.Dev != nil {
		l.Dev = &p.Dev.F1
	}
	return json.NewEncoder(w).Encode(l)
}

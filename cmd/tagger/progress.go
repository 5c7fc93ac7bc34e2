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
)

// errInterrupted is what users read of a context that was cancelled.
var errInterrupted = errors.New("interrupted")

// allLines is up to which step a log has a line for each; then it has one for each tenth, and for the best and the
// last.
const allLines = 20

// A reporter tells how training goes: a bar on a terminal, else lines.
type reporter struct {
	w     io.Writer
	total int
	bar   *progressbar.ProgressBar // nil: lines
	at    int                      // the last step
	kept  string                   // the line of the last step, if it is not printed
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

// isTerminal tells whether a person watches w on a terminal that can go back to the start of a line.
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
		_ = r.bar.Set(p.Number) // a terminal that takes no bar is no reason to stop
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

// done ends the bar at the last step, which may come early, and leaves its line.
func (r *reporter) done() {
	r.flush()
	if r.bar != nil {
		r.bar.ChangeMax(r.at)
		_ = r.bar.Exit()
		fmt.Fprintln(r.w)
	}
}

// clear takes the bar away: a line about the whole training follows.
func (r *reporter) clear() { _ = r.bar.Clear() }

// logLine is a line of --log-json. Its keys are a promise to other programs.
type logLine struct {
	Run       int      `json:"run,omitempty"` // of restarts
	Step      int      `json:"step"`          // the iteration or epoch, from 1
	Seconds   float64  `json:"seconds"`
	Objective float64  `json:"objective"`
	GradNorm  *float64 `json:"grad_norm"`     // null where nobody knows it
	Dev       *float64 `json:"dev,omitempty"` // F1 in 0..1, which is the accuracy for plain labels
}

// writeLog appends a step to a log.
func writeLog(w io.Writer, p trellis.Progress) error {
	l := logLine{Run: p.Run, Step: p.Number, Seconds: p.Seconds, Objective: p.Objective}
	if !math.IsNaN(p.GradNorm) {
		l.GradNorm = &p.GradNorm
	}
	if p.Dev != nil {
		l.Dev = &p.Dev.F1
	}
	return json.NewEncoder(w).Encode(l)
}

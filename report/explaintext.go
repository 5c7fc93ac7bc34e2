package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/explain"
)

// ExplanationTextOptions are the options of explanations as text.
type ExplanationTextOptions struct {
	Colors Colors
	Top    int // number of parts to list for each token, the strongest; 0 means 5
}

// NewExplanationText returns a writer of explanations for people: each token with its label, the
// other label, and the strongest parts of the difference, one a line. The sum of the parts that are
// left out follows. Control characters are escaped as by [NewText].
func NewExplanationText(w io.Writer, o ExplanationTextOptions) ExplanationWriter {
	if o.Top == 0 {
		o.Top = defaultTop
	}
	return &explanationText{w: w, o: o, paint: textWriter{options: TextOptions{Colors: o.Colors}}}
}

type explanationText struct {
	w     io.Writer
	o     ExplanationTextOptions
	paint textWriter
	dst   []byte
	some  bool
}

func (e *explanationText) Close() error { return nil }

func (e *explanationText) Write(x *explain.Explanation) error {
	if err := checkExplanation(x); err != nil {
		return err
	}
	e.dst = e.dst[:0]
	if e.some {
		e.dst = append(e.dst, '\n')
	}
	e.some = true
	e.head(x)
	width := e.width(x)
	for t := range x.Tokens {
		if asked(&x.Tokens[t]) {
			e.token(x, t, width)
		}
	}
	if len(x.NBest) > 0 {
		e.nbest(x)
	}
	_, err := e.w.Write(e.dst)
	return err
}

func (e *explanationText) printf(format string, args ...any) {
	e.dst = fmt.Appendf(e.dst, format, args...)
}

// text appends text without control characters.
func (e *explanationText) text(s string) {
	for k := 0; k < len(s); {
		_, size := utf8.DecodeRuneInString(s[k:])
		if s[k] == ' ' {
			e.dst = append(e.dst, ' ')
		} else {
			e.dst = escape(e.dst, s[k:k+size], "", false)
		}
		k += size
	}
}

// label appends a label in its colour.
func (e *explanationText) label(name string) {
	if e.o.Colors == NoColors {
		e.text(name)
		return
	}
	e.dst = e.paint.paintHue(e.dst, hueOfToken(name))
	e.text(name)
	e.dst = append(e.dst, reset...)
}

// style appends text in a style of a terminal.
func (e *explanationText) style(code, s string) {
	if e.o.Colors == NoColors {
		e.dst = append(e.dst, s...)
		return
	}
	e.printf("\x1b[%sm%s%s", code, s, reset)
}

// number appends a difference, right-aligned, in green or red.
func (e *explanationText) number(v float64) {
	code := "32"
	if v < 0 {
		code = "31"
	}
	e.style(code, fmt.Sprintf("%8s", signed(v)))
}

// head appends the sentence and its best labellings.
func (e *explanationText) head(x *explain.Explanation) {
	if x.File != "" {
		e.text(x.File)
		if x.Line > 0 {
			e.printf(":%d", x.Line)
		}
		e.dst = append(e.dst, ": "...)
	}
	if e.o.Colors != NoColors {
		e.dst = append(e.dst, "\x1b[1m"...)
	}
	e.text(x.Text)
	if e.o.Colors != NoColors {
		e.dst = append(e.dst, reset...)
	}
	e.printf("\nscore %.2f, probability %s", x.Score, chance(x.Probability))
	if x.RunnerUp != nil {
		e.printf("; runner-up %s:", chance(x.RunnerUp.Probability))
		e.changes(x, x.RunnerUp.Labels)
	}
	e.dst = append(e.dst, '\n')
}

// maxChanges is the number of changed labels to list of a labelling.
const maxChanges = 6

// changes appends the labels that differ from the chosen ones.
func (e *explanationText) changes(x *explain.Explanation, labels []string) {
	list := differing(x, labels)
	for k, t := range list {
		if k == maxChanges {
			e.printf(" and %d more", len(list)-k)
			return
		}
		e.dst = append(e.dst, ' ')
		e.text(x.Tokens[t].Text)
		e.dst = append(e.dst, ' ')
		e.label(labels[t])
		if k < len(list)-1 {
			e.dst = append(e.dst, ',')
		}
	}
}

// maxName is the width up to which the names of parts are aligned.
const maxName = 36

// width returns the width of the names of parts.
func (e *explanationText) width(x *explain.Explanation) int {
	width := 0
	for t := range x.Tokens {
		if c := x.Tokens[t].Contrast; c != nil {
			for k := range leave(e.o.Top, len(c.Parts)) {
				p := &c.Parts[k]
				width = max(width, utf8.RuneCountInString(e.name(x, t, p)))
			}
		}
	}
	return min(width, maxName)
}

// name names a part, with its token if it belongs to another one than t.
func (e *explanationText) name(x *explain.Explanation, t int, p *explain.Part) string {
	name := partName(x, p)
	if p.Token != t {
		name += " at " + strconv.Itoa(p.Token+1)
	}
	return name
}

// token appends the contrast of a token.
func (e *explanationText) token(x *explain.Explanation, t, width int) {
	token := &x.Tokens[t]
	e.printf("\n%d ", t+1)
	e.text(token.Text)
	e.dst = append(e.dst, "  "...)
	e.label(token.Label)
	e.printf(" %s", chance(token.Probability))
	if token.Gold != "" && token.Gold != token.Label {
		e.dst = append(e.dst, " (gold "...)
		e.label(token.Gold)
		e.dst = append(e.dst, ')')
	}
	c := token.Contrast
	if c == nil {
		e.dst = append(e.dst, "; "...)
		e.text(token.Note)
		e.dst = append(e.dst, '\n')
		return
	}
	e.dst = append(e.dst, ", not "...)
	e.label(c.Label)
	for _, candidate := range token.Candidates {
		if candidate.Label == c.Label {
			e.printf(" %s", chance(candidate.Probability))
		}
	}
	e.printf(", by %s\n", signed(c.Difference))
	n := leave(e.o.Top, len(c.Parts))
	for k := range n {
		p := &c.Parts[k]
		e.number(p.Difference)
		e.dst = append(e.dst, "  "...)
		name := e.name(x, t, p)
		e.text(name)
		for pad := width - utf8.RuneCountInString(name); pad > 0; pad-- {
			e.dst = append(e.dst, ' ')
		}
		e.share(p.Chosen, "")
		e.share(p.Other, "not ")
		e.dst = append(e.dst, '\n')
	}
	if count, sum := others(c, n); count > 0 {
		e.number(sum)
		e.printf("  %d others\n", count)
	}
	if s := wins(c); s != "" {
		e.dst = append(e.dst, "          "...)
		e.text(s)
		e.dst = append(e.dst, '\n')
	}
}

// share appends the labels and the weight of a share.
func (e *explanationText) share(s *explain.Share, before string) {
	if s == nil {
		return
	}
	e.dst = append(append(e.dst, "  "...), before...)
	e.text(shareLabels(s))
	if math.Abs(s.Weight) < 1e4 {
		e.printf(" %.2f", s.Weight)
	} else {
		e.printf(" %.3g", s.Weight)
	}
}

// nbest appends the best labellings.
func (e *explanationText) nbest(x *explain.Explanation) {
	e.dst = append(e.dst, "\nbest labellings\n"...)
	for k, l := range x.NBest {
		e.printf("%3d  %6s  %.2f ", k+1, chance(l.Probability), l.Score)
		if k == 0 {
			for _, label := range l.Labels {
				e.dst = append(e.dst, ' ')
				e.label(label)
			}
		} else {
			e.changes(x, l.Labels)
		}
		e.dst = append(e.dst, '\n')
	}
}

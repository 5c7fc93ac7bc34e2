package report

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/trellis-nlp/trellis/explain"
)

// LatticeOptions are the options of [Lattice].
type LatticeOptions struct {
	// ID makes each node a link to #ID-TOKEN-CANDIDATE, with numbers from 0. "" makes no links.
	ID string
	// Least is the probability from which a label has a node; 0 means 0.01. The labels of the best
	// labelling, of the runner-up and of Gold have one in any case, if they are candidates.
	Least float64
	// Standalone adds the style, for a file of its own. Pages have [LatticeCSS] instead.
	Standalone bool
}

// LatticeCSS is the style of lattices. It uses the properties --page, --ink, --soft and --line of
// the page, if they are set, and adapts to dark mode and print.
func LatticeCSS() string { return latticeCSS }

var latticeCSS = func() string {
	var b strings.Builder
	b.WriteString(latticeRules)
	for n, h := range cssOfHues {
		fmt.Fprintf(&b, ".lattice .h%d { --c: %s }\n", n, h.Light)
	}
	b.WriteString("@media screen and (prefers-color-scheme: dark) {\n")
	for n, h := range cssOfHues {
		fmt.Fprintf(&b, ".lattice .h%d { --c: %s }\n", n, h.Dark)
	}
	b.WriteString("}\n")
	return b.String()
}()

//go:embed lattice.css
var latticeRules string

// Lattice writes the lattice of a sentence as an SVG element. The columns are tokens, the rows
// labels. A node is a label that a token may have, shaded by its probability. The best labelling is
// a bold line, the runner-up of the sentence a dashed one. Thin lines are transitions that the
// model allows. Nodes have the attributes data-token, a number from 0, and data-label.
//
// The element has the class lattice and the width of its content. Let its container scroll.
func Lattice(w io.Writer, x *explain.Explanation, o LatticeOptions) error {
	if err := checkExplanation(x); err != nil {
		return err
	}
	_, err := w.Write(newDrawing(x, o).draw())
	return err
}

// Sizes in pixels. The font has about letter pixels for each character.
const (
	letter    = 8
	narrow    = 64  // of a column
	wide      = 144 // of a column
	gap       = 28  // between columns
	head      = 36  // above the first row
	rowHeight = 44
	nodeSize  = 34
	margin    = 8
)

// leastNode is the default of LatticeOptions.Least.
const leastNode = 0.01

type drawing struct {
	x     *explain.Explanation
	o     LatticeOptions
	rows  []string // labels from top to bottom
	left  []int    // of each column, and the width of all
	width []int    // of the nodes of each column
	dst   []byte
}

func newDrawing(x *explain.Explanation, o LatticeOptions) *drawing {
	if o.Least == 0 {
		o.Least = leastNode
	}
	d := &drawing{x: x, o: o, left: []int{margin}}
	mass := make(map[string]float64)
	for t := range x.Tokens {
		token := &x.Tokens[t]
		width := columns(token.Text)
		for _, c := range d.nodes(t) {
			if _, ok := mass[c.Label]; !ok {
				d.rows = append(d.rows, c.Label)
			}
			mass[c.Label] += clamp(c.Probability)
			width = max(width, columns(c.Label))
		}
		d.width = append(d.width, min(max(letter*width+16, narrow), wide))
		d.left = append(d.left, d.left[t]+d.width[t]+gap)
	}
	slices.SortStableFunc(d.rows, func(a, b string) int {
		switch {
		case mass[a] > mass[b]:
			return -1
		case mass[a] < mass[b]:
			return 1
		}
		return 0
	})
	return d
}

// columns returns the width of a text in characters. East Asian characters count twice.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x1F300:
			n += 2
		default:
			n++
		}
	}
	return n
}

// fit shortens a text to a width in pixels.
func fit(s string, width int) string {
	if letter*columns(s) <= width {
		return s
	}
	n := 0
	for k, r := range s {
		if n += letter * columns(string(r)); n > width-letter {
			return s[:k] + "…"
		}
	}
	return s
}

// xml escapes a text, without characters that XML does not allow.
func xml(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, valid(s)))
}

func (d *drawing) printf(format string, args ...any) { d.dst = fmt.Appendf(d.dst, format, args...) }

// y returns the centre of the row of a label.
func (d *drawing) y(label string) int {
	return head + slices.Index(d.rows, label)*rowHeight + rowHeight/2
}

// nodes yields the candidates of token t that have a node, with their numbers.
func (d *drawing) nodes(t int) iter.Seq2[int, *explain.Candidate] {
	return func(yield func(int, *explain.Candidate) bool) {
		token := &d.x.Tokens[t]
		for k := range token.Candidates {
			c := &token.Candidates[k]
			named := c.Label == token.Label || c.Label == d.other(t) || c.Label == token.Gold
			if (named || c.Probability >= d.o.Least) && !yield(k, c) {
				return
			}
		}
	}
}

// has reports whether a label has a node at token t.
func (d *drawing) has(t int, label string) bool {
	for _, c := range d.nodes(t) {
		if c.Label == label {
			return true
		}
	}
	return false
}

func (d *drawing) draw() []byte {
	n := len(d.x.Tokens)
	width, height := d.left[n]-gap+margin, head+len(d.rows)*rowHeight+margin
	if n == 0 {
		width = 2 * margin
	}
	d.printf(`<svg class="lattice" xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-label="Lattice of %s">`,
		width, height, width, height, xml(d.x.Text))
	if d.o.Standalone {
		d.printf("\n<style>%s</style>", latticeCSS)
	}
	d.dst = append(d.dst, '\n')
	for t := 1; t < n; t++ {
		d.edges(t)
	}
	d.path("other", d.other)
	d.path("best", func(t int) string { return d.x.Tokens[t].Label })
	for t := range d.x.Tokens {
		d.column(t)
	}
	d.printf("</svg>\n")
	return d.dst
}

// edges draws the transitions that the model allows between the candidates before token t and those
// of t. An explanation without transitions has no such lines.
func (d *drawing) edges(t int) {
	names := func(t int) map[string]string { // from labels inside the model to candidates
		m := make(map[string]string)
		for _, c := range d.nodes(t) {
			m[c.Label] = c.Label
			for _, inside := range c.Inside {
				m[inside] = c.Label
			}
		}
		return m
	}
	before, now := names(t-1), names(t)
	seen := make(map[[2]string]bool)
	for _, e := range d.x.Tokens[t].Transitions {
		from, here := before[e.From]
		to, there := now[e.To]
		if pair := [2]string{from, to}; here && there && !seen[pair] {
			seen[pair] = true
			d.line("edge", t, from, to)
		}
	}
}

// line draws a line to token t.
func (d *drawing) line(class string, t int, from, to string) {
	d.printf(`<path class="%s" d="M%d %dL%d %d"/>`+"\n", class, d.left[t-1]+d.width[t-1], d.y(from), d.left[t], d.y(to))
}

// other returns the label of token t in the runner-up, or "" if there is none.
func (d *drawing) other(t int) string {
	if d.x.RunnerUp == nil {
		return ""
	}
	return d.x.RunnerUp.Labels[t]
}

// path draws the lines of a labelling. Those of the runner-up that the best labelling has, too, are
// left out.
func (d *drawing) path(class string, label func(t int) string) {
	for t := 1; t < len(d.x.Tokens); t++ {
		from, to := label(t-1), label(t)
		same := from == d.x.Tokens[t-1].Label && to == d.x.Tokens[t].Label
		if d.has(t-1, from) && d.has(t, to) && (class == "best" || !same) {
			d.line(class, t, from, to)
		}
	}
}

// column draws a token and its nodes.
func (d *drawing) column(t int) {
	token := &d.x.Tokens[t]
	middle := d.left[t] + d.width[t]/2
	d.printf(`<text class="word" x="%d" y="%d">%s<title>%s</title></text>`+"\n", middle, head-14, xml(fit(token.Text, d.width[t])), xml(token.Text))
	for k, c := range d.nodes(t) {
		p := clamp(c.Probability)
		class, what := "", ""
		switch {
		case c.Label == token.Label:
			class, what = " chosen", ", chosen"
		case c.Label == d.other(t):
			class, what = " runner", ", runner-up"
		}
		if c.Label == token.Gold && token.Gold != token.Label {
			class, what = class+" gold", what+", gold"
		}
		title := xml(fmt.Sprintf("%s: %s %s%s", token.Text, c.Label, chance(p), what))
		node := fmt.Sprintf(`class="node h%d%s" data-token="%d" data-label="%s"`, hueOfToken(c.Label), class, t, xml(c.Label))
		if d.o.ID != "" {
			d.printf(`<a href="#%s-%d-%d" %s aria-label="%s">`, xml(d.o.ID), t, k, node, title)
		} else {
			d.printf(`<g %s role="img" aria-label="%s">`, node, title)
		}
		y := d.y(c.Label)
		d.printf(`<title>%s</title><rect class="back" x="%d" y="%d" width="%d" height="%d" rx="6"/>`, title, d.left[t], y-nodeSize/2, d.width[t], nodeSize)
		d.printf(`<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill-opacity="%.2f"/>`, d.left[t], y-nodeSize/2, d.width[t], nodeSize, p)
		d.printf(`<text x="%d" y="%d">%s</text><text class="p" x="%d" y="%d">%s</text>`, middle, y-1, xml(fit(c.Label, d.width[t]-8)), middle, y+12, chance(p))
		if d.o.ID != "" {
			d.printf("</a>\n")
		} else {
			d.printf("</g>\n")
		}
	}
}

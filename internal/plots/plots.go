package plots

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// ErrEmpty means that there is nothing to draw.
var ErrEmpty = errors.New("nothing to draw")

// ErrNumber means that a number is NaN or infinite, or not positive on a logarithmic axis.
var ErrNumber = errors.New("cannot draw the number")

// A Bar is a value with an interval. Without an interval, Low and High are equal to Value.
type Bar struct {
	Name             string
	Value, Low, High float64
}

// A Point is a point with a label. Its interval on the y axis is from Low to High. A point with
// Low = High has none.
type Point struct {
	X, Y      float64
	Low, High float64
	Label     string // written beside the point; may be ""
}

// A Series is a list of points with the same colour and marker. The legend shows its name, if it
// has one.
type Series struct {
	Name   string
	Points []Point
}

// A Panel has horizontal bars, the first on top, or series of points.
type Panel struct {
	Title, X, Y string // title and axis labels; bar names replace Y
	Bars        []Bar
	Series      []Series
	Lines       bool // connect the points of a series
	Bare        bool // do not mark the points; lines differ in their dashes
	Diagonal    bool // draw y = x in grey, and axes from 0 to 1
	Log         bool // the x axis is logarithmic, with a tick at each point of the first series
}

// Write draws panels from left to right as an SVG file with its own colours, on white. It returns
// ErrEmpty, ErrNumber or an error of w.
func Write(w io.Writer, panels ...Panel) error {
	return write(w, true, panels)
}

// WriteInline draws a panel as an SVG element for a page whose style sheet has [Style].
func WriteInline(w io.Writer, p Panel) error {
	return write(w, false, []Panel{p})
}

// The colours of figures on light and on dark pages: of text, of numbers, of the grid, and of the
// series.
var (
	light = []string{"#1c1e21", "#59606a", "#e3e6ea", "#0072b2", "#d55e00", "#009e73", "#b85b93", "#a87400", "#3d3d3d", "#3f9bd6"}
	dark  = []string{"#f0f2f5", "#a3abb6", "#2c3138", "#4aa8e8", "#f58a3c", "#2fc49a", "#e59bc6", "#e6b43c", "#c9ced6", "#8fd0fa"}
	names = []string{"--plot-ink", "--plot-soft", "--plot-grid", "--plot-0", "--plot-1", "--plot-2", "--plot-3", "--plot-4", "--plot-5", "--plot-6"}
)

const colours = 7 // of series

// Style is a style sheet for inline figures. Light and Dark set its colours on light and on dark
// pages.
var (
	Style = styleOf(references()...)
	Light = properties(light)
	Dark  = properties(dark)
)

func references() (list []string) {
	for _, name := range names {
		list = append(list, "var("+name+")")
	}
	return list
}

func properties(values []string) string {
	list := make([]string, len(values))
	for k, v := range values {
		list[k] = names[k] + ": " + v
	}
	return strings.Join(list, "; ")
}

// styleOf returns a style sheet with the given colours.
func styleOf(c ...string) string {
	rules := strings.NewReplacer("INK", c[0], "SOFT", c[1], "GRID", c[2]).Replace(`svg.plot { max-width: 100%; height: auto; font-family: sans-serif; font-size: 13px; fill: INK }
.plot .title { font-weight: bold; font-size: 14px }
.plot .soft { fill: SOFT }
.plot .grid { stroke: GRID; fill: none }
.plot .axis { stroke: SOFT; fill: none }
.plot .diagonal { stroke: SOFT; stroke-dasharray: 2 4; fill: none }
.plot .range { stroke: INK; fill: none }
.plot .line { stroke-width: 1.75; stroke-linejoin: round; fill: none }
.plot .mark { stroke-width: 1.75 }
`)
	for k, colour := range c[len(c)-colours:] {
		rules += fmt.Sprintf(".plot .s%d { stroke: %s }\n.plot .mark.s%d, .plot .bar.s%d { fill: %s }\n", k, colour, k, k, colour)
	}
	return rules + ".plot .bar { stroke: none }\n"
}

// Sizes in pixels.
const (
	plotWidth, plotHeight = 400, 300 // of the frame
	inset                 = 9        // between the frame and the outermost points
	barPitch              = 22       // from one bar to the next
	padding               = 14       // around a panel
	line                  = 18       // height of a line of text
	tick                  = 6        // between an axis and its numbers
	widest                = 180      // of a name beside a bar
)

func write(w io.Writer, standalone bool, panels []Panel) error {
	if len(panels) == 0 {
		return ErrEmpty
	}
	var list []*drawing
	width, height := 0.0, 0.0
	for k := range panels {
		d, err := panels[k].draw(width)
		if err != nil {
			return fmt.Errorf("%s: %w", panels[k].Title, err)
		}
		list = append(list, d)
		width, height = width+d.width, max(height, d.height)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg class="plot" role="img" viewBox="0 0 %s %s" width="%s" height="%s"`, number(width), number(height), number(width), number(height))
	if standalone {
		b.WriteString(` xmlns="http://www.w3.org/2000/svg"`)
	}
	b.WriteString(">\n<title>")
	for k := range panels {
		if k > 0 {
			b.WriteString("; ")
		}
		escape(&b, panels[k].Title)
	}
	b.WriteString("</title>\n")
	if standalone {
		b.WriteString("<style>\n" + styleOf(light...) + "</style>\n")
		b.WriteString(`<rect width="100%" height="100%" fill="#fff" stroke="none"/>` + "\n")
	}
	for _, d := range list {
		b.Write(d.b.Bytes())
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// check returns an error for numbers that cannot be drawn.
func (p *Panel) check() error {
	bad := func(name string, log bool, numbers ...float64) error {
		for _, v := range numbers {
			if math.IsNaN(v) || math.IsInf(v, 0) || log && v <= 0 {
				return fmt.Errorf("%s: %w: %v", name, ErrNumber, v)
			}
		}
		return nil
	}
	if len(p.Bars)+len(p.Series) == 0 {
		return ErrEmpty
	}
	for _, b := range p.Bars {
		if err := bad(b.Name, false, b.Value, b.Low, b.High); err != nil {
			return err
		}
	}
	for _, s := range p.Series {
		if len(s.Points) == 0 {
			return fmt.Errorf("%s: %w", s.Name, ErrEmpty)
		}
		for _, q := range s.Points {
			if err := errors.Join(bad(s.Name, p.Log, q.X), bad(s.Name, false, q.Y, q.Low, q.High)); err != nil {
				return err
			}
		}
	}
	return nil
}

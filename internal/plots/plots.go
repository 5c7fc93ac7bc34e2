package plots

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ErrFormat means that the format is neither PNG nor SVG.
var ErrFormat = errors.New("want .png or .svg")

// ErrEmpty means that there is nothing to draw.
var ErrEmpty = errors.New("nothing to draw")

// A Bar is a mean with its standard deviation, both finite.
type Bar struct {
	Name     string
	Mean, SD float64
}

// A Point is a finite point.
type Point struct{ X, Y float64 }

// A Series is a list of points with the same colour and mark. The legend shows its name, if it has
// one.
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
	Bare        bool // do not mark the points
	Diagonal    bool // draw y = x in grey
}

// Size of a panel.
const (
	width  = 14 * vg.Centimeter
	height = 12 * vg.Centimeter
	margin = 4 * vg.Millimeter
)

// Format returns the format for a file name: png or svg. Otherwise it returns ErrFormat.
func Format(name string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".png", ".svg":
		return ext[1:], nil
	}
	return "", ErrFormat
}

// Write draws panels from left to right, in a format of [Format]. It returns ErrEmpty, ErrFormat,
// an error for numbers that are not finite, or an error of w.
func Write(w io.Writer, format string, panels ...Panel) error {
	if len(panels) == 0 {
		return ErrEmpty
	}
	if format != "png" && format != "svg" {
		return ErrFormat
	}
	row := make([]*plot.Plot, len(panels))
	for k, p := range panels {
		var err error
		if row[k], err = p.plot(); err != nil {
			return fmt.Errorf("%s: %w", p.Title, err)
		}
	}
	c, err := draw.NewFormattedCanvas(width*vg.Length(len(panels)), height, format)
	if err != nil {
		return err
	}
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: margin, PadTop: margin, PadBottom: margin, PadLeft: margin, PadRight: margin}
	for k, at := range plot.Align([][]*plot.Plot{row}, tiles, draw.New(c))[0] {
		row[k].Draw(at)
	}
	_, err = c.WriteTo(w)
	return err
}

func (p *Panel) plot() (*plot.Plot, error) {
	figure := plot.New()
	figure.Title.Text, figure.X.Label.Text, figure.Y.Label.Text = p.Title, p.X, p.Y
	figure.Add(plotter.NewGrid())
	switch {
	case len(p.Bars) > 0:
		return figure, p.bars(figure)
	case len(p.Series) > 0:
		return figure, p.points(figure)
	}
	return nil, ErrEmpty
}

// deviations implements the interfaces of the plotter of error bars.
type deviations struct {
	plotter.XYs
	plotter.XErrors
}

func (p *Panel) bars(figure *plot.Plot) error {
	n := len(p.Bars)
	values, names := make(plotter.Values, n), make([]string, n)
	spread := deviations{make(plotter.XYs, n), make(plotter.XErrors, n)}
	for k, b := range p.Bars {
		at := n - 1 - k // the axis points upward
		values[at], names[at] = b.Mean, b.Name
		spread.XYs[at] = plotter.XY{X: b.Mean, Y: float64(at)}
		spread.XErrors[at].Low, spread.XErrors[at].High = b.SD, b.SD
	}
	bars, err := plotter.NewBarChart(values, min(vg.Points(18), height/2/vg.Length(n)))
	if err != nil {
		return err
	}
	bars.Horizontal, bars.Color, bars.LineStyle.Width = true, plotutil.Color(2), 0
	whiskers, err := plotter.NewXErrorBars(spread)
	if err != nil {
		return err
	}
	figure.Add(bars, whiskers)
	figure.NominalY(names...)
	figure.X.Min = 0
	return nil
}

func (p *Panel) points(figure *plot.Plot) error {
	figure.Legend.Top, figure.Legend.Left = true, p.Diagonal || p.Bare
	if p.Diagonal {
		line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
		if err != nil {
			return err
		}
		line.LineStyle = plotter.DefaultGridLineStyle
		figure.Add(line)
	}
	for k, s := range p.Series {
		if len(s.Points) == 0 {
			return fmt.Errorf("%s: %w", s.Name, ErrEmpty)
		}
		xys := make(plotter.XYs, len(s.Points))
		for i, at := range s.Points {
			xys[i] = plotter.XY(at)
		}
		line, marks, err := plotter.NewLinePoints(xys)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		line.Color, marks.Color, marks.Shape = plotutil.Color(k), plotutil.Color(k), plotutil.Shape(k)
		if p.Lines {
			figure.Add(line)
		}
		var sign plot.Thumbnailer = line
		if !p.Bare {
			figure.Add(marks)
			sign = marks
		}
		if s.Name != "" {
			figure.Legend.Add(s.Name, sign)
		}
	}
	return nil
}

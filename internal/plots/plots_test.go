package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

var panels = []Panel{
	{Title: "Scores", X: "F1", Bars: []Bar{{"hinge", 0.8, 0.75, 0.9}, {"risk <b>", 0.7, 0.7, 0.7}}},
	{Title: "Curve", X: "recall", Y: "precision", Lines: true,
		Series: []Series{{"hinge", []Point{{X: 0.1, Y: 0.9, Label: "0.5"}, {X: 0.5, Y: 0.6, Label: "4"}}}, {"risk", []Point{{X: 0.3, Y: 0.7}}}}},
	{Title: "Calibration", X: "probability", Y: "accuracy", Diagonal: true, Series: []Series{{"hinge", []Point{{X: 0.9, Y: 0.8}}}}},
	{Title: "Size", X: "sentences", Y: "F1", Lines: true, Log: true,
		Series: []Series{{"", []Point{{X: 100, Y: 0.2, Low: 0.1, High: 0.3}, {X: 200, Y: 0.4, Low: 0.35, High: 0.45}, {X: 400, Y: 0.5}}}}},
}

func drawn(t *testing.T, list ...Panel) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, list...))
	return b.String()
}

func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "panels.svg")
	got := drawn(t, panels...)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// textsOf parses a figure and returns its texts.
func textsOf(t *testing.T, svg string) []string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var texts []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		if c, ok := token.(xml.CharData); ok {
			texts = append(texts, string(c))
		}
	}
}

func TestTexts(t *testing.T) {
	texts := textsOf(t, drawn(t, panels...))
	for _, text := range []string{"Scores", "Curve", "Calibration", "hinge", "risk <b>", "precision", "recall", "0.5", "400", "0.8000"} {
		assert.Contains(t, texts, text)
	}
}

func TestHostileText(t *testing.T) {
	const bad = "</svg><script>\x00\xff\"'&"
	p := Panel{Title: bad, X: bad, Y: bad, Series: []Series{{bad, []Point{{X: 1, Y: 1, Label: bad}}}}}
	got := drawn(t, p, Panel{Title: bad, Bars: []Bar{{Name: bad, Value: 1}}})
	assert.NotContains(t, got, "<script")
	assert.Contains(t, textsOf(t, got), "</svg><script>\ufffd\ufffd\"'&")
}

// A marker is inside the frame, even at the ends of the axes.
func TestPointsAreInsideTheFrame(t *testing.T) {
	for _, p := range []Panel{
		{Title: "p", Series: []Series{{"", []Point{{X: 0, Y: 0}, {X: 1, Y: 1}, {X: 0.5, Y: 0.25}}}}},
		{Title: "p", Series: []Series{{"", []Point{{X: -3, Y: 1e6}, {X: 17, Y: -1e-6}}}}},
		{Title: "p", Diagonal: true, Series: []Series{{"", []Point{{X: 0, Y: 0}, {X: 1, Y: 1}}}}},
		{Title: "p", Log: true, Series: []Series{{"", []Point{{X: 1, Y: 5}, {X: 1e5, Y: 5}}}}},
		{Title: "p", Series: []Series{{"", []Point{{X: 2, Y: 3}}}}},
	} {
		got := drawn(t, p)
		frame := regexp.MustCompile(`class="axis" d="M([\d.-]+) ([\d.-]+)H([\d.-]+)V([\d.-]+)`).FindStringSubmatch(got)
		require.NotNil(t, frame)
		n := func(s string) float64 {
			v, err := strconv.ParseFloat(s, 64)
			require.NoError(t, err)
			return v
		}
		marks := regexp.MustCompile(`class="mark s\d" d="M([\d.-]+) ([\d.-]+)m`).FindAllStringSubmatch(got, -1)
		require.Len(t, marks, len(p.Series[0].Points))
		for _, m := range marks {
			assert.GreaterOrEqual(t, n(m[1]), n(frame[1])+5)
			assert.LessOrEqual(t, n(m[1]), n(frame[3])-5)
			assert.GreaterOrEqual(t, n(m[2]), n(frame[2])+5)
			assert.LessOrEqual(t, n(m[2]), n(frame[4])-5)
		}
	}
}

// Labels of points cover neither points nor other labels.
func TestLabelsOfPoints(t *testing.T) {
	d := new(drawing)
	frame := box{0, 0, 400, 300}
	points := [][2]float64{{100, 100}, {112, 100}, {100, 110}, {395, 150}, {5, 295}}
	for _, p := range points {
		d.taken = append(d.taken, box{p[0] - 5, p[1] - 5, p[0] + 5, p[1] + 5})
	}
	for _, p := range points {
		d.label("12", p[0], p[1], frame)
	}
	for k, a := range d.taken {
		assert.True(t, a.x0 >= 0 && a.x1 <= 400 && a.y0 >= 0 && a.y1 <= 300, "%v", a)
		for _, b := range d.taken[max(k+1, len(points)):] {
			assert.False(t, a.meets(b), "%v %v", a, b)
		}
	}
}

// The series of a panel differ in colour or marker.
func TestSeriesDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for k := range 14 {
		seen[marker(k, 0, 0)+strconv.Itoa(k%colours)] = true
	}
	assert.Len(t, seen, 14)
	assert.Len(t, light, len(names))
	assert.Len(t, dark, len(names))
}

// No text of a figure is outside of it, in a font as wide as the widest common one.
func TestNothingIsClipped(t *testing.T) {
	long := strings.Repeat("W long name ", 20)
	for _, p := range []Panel{
		{Title: long, X: "x", Bars: []Bar{{Name: long, Value: 123456789}}},
		{Title: long, X: "x", Y: "y", Lines: true, Series: []Series{{long, []Point{{X: 1, Y: 123456789, Label: "label"}}}}},
	} {
		d, err := p.draw(0)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`<text x="([\d.]+)" y="[\d.]+"( text-anchor="(\w+)")?[^>]*>([^<]*)<`).FindAllStringSubmatch(d.b.String(), -1) {
			x, err := strconv.ParseFloat(m[1], 64)
			require.NoError(t, err)
			from := x
			switch m[3] {
			case "middle":
				from -= extent(m[4]) / 2
			case "end":
				from -= extent(m[4])
			}
			assert.GreaterOrEqual(t, from, 0.0, m[4])
			assert.LessOrEqual(t, from+extent(m[4]), d.width, m[4])
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{0, 1}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{[]float64{0.001, 0.0999}, "0.00 0.02 0.04 0.06 0.08 0.10"},
		{[]float64{-5, 1234}, "0 200 400 600 800 1000 1200"},
		{[]float64{7}, "6.4 6.6 6.8 7.0 7.2 7.4 7.6"},
		{[]float64{0}, "-0.04 -0.02 0.00 0.02 0.04"},
	} {
		a := newAxis(c.values, 0, 100, 6)
		assert.Equal(t, c.want, strings.Join(a.texts(), " "))
		for _, v := range append(c.values, a.ticks...) {
			assert.True(t, a.at(v) >= -1e-6 && a.at(v) <= 100+1e-6)
		}
	}
}

func TestErrors(t *testing.T) {
	point := func(q Point) Panel { return Panel{Title: "T", Series: []Series{{"s", []Point{q}}}} }
	negative := point(Point{X: 0, Y: 1})
	negative.Log = true
	for name, c := range map[string]struct {
		panels []Panel
		want   error
	}{
		"none":     {nil, ErrEmpty},
		"empty":    {[]Panel{{Title: "T"}}, ErrEmpty},
		"series":   {[]Panel{{Title: "T", Series: []Series{{Name: "s"}}}}, ErrEmpty},
		"NaN":      {[]Panel{point(Point{X: math.NaN()})}, ErrNumber},
		"infinite": {[]Panel{point(Point{Y: math.Inf(1)})}, ErrNumber},
		"interval": {[]Panel{point(Point{Low: math.Inf(-1)})}, ErrNumber},
		"bar":      {[]Panel{{Title: "T", Bars: []Bar{{"b", math.NaN(), 0, 0}}}}, ErrNumber},
		"log":      {[]Panel{negative}, ErrNumber},
	} {
		assert.ErrorIs(t, Write(io.Discard, c.panels...), c.want, name)
	}
	full := errors.New("full")
	require.ErrorIs(t, Write(failing{full}, panels...), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestInline(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteInline(&b, panels[0]))
	assert.NotContains(t, b.String(), "#")
	assert.NotContains(t, b.String(), "<style")
	assert.NotContains(t, drawn(t, panels[0]), "var(")
	assert.Equal(t, strings.Count(Style, "var(--plot-"), strings.Count(styleOf(light...), "#"))
	assert.Contains(t, Light, "--plot-6: #3f9bd6")
	assert.Contains(t, Dark, "--plot-6: #8fd0fa")
}

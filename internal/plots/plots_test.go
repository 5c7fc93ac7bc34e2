package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/plotutil"
)

var panels = []Panel{
	{Title: "Scores", X: "F1", Bars: []Bar{{"hinge", 0.8, 0.02}, {"risk", 0.7, 0}}},
	{Title: "Curve", X: "recall", Y: "precision", Lines: true,
		Series: []Series{{"hinge", []Point{{0.1, 0.9}, {0.5, 0.6}}}, {"risk", []Point{{0.3, 0.7}}}}},
	{Title: "Calibration", X: "probability", Y: "accuracy", Diagonal: true, Series: []Series{{"hinge", []Point{{0.9, 0.8}}}}},
}

func TestPNG(t *testing.T) {
	widths := make(map[int]int)
	for n := 1; n <= len(panels); n++ {
		var b bytes.Buffer
		require.NoError(t, Write(&b, "png", panels[:n]...))
		picture, err := png.Decode(&b)
		require.NoError(t, err)
		widths[n] = picture.Bounds().Dx()
		assert.Positive(t, count(picture, plotutil.Color(2)), "the bars are there")
	}
	assert.InDelta(t, 3*widths[1], widths[3], 3)
}

// count counts the pixels of a colour.
func count(picture image.Image, c color.Color) (n int) {
	bounds, want := picture.Bounds(), color.RGBAModel.Convert(c)
	for x := bounds.Min.X; x < bounds.Max.X; x++ {
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			if color.RGBAModel.Convert(picture.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}

func TestSVG(t *testing.T) {
	var a, b bytes.Buffer
	require.NoError(t, Write(&a, "svg", panels...))
	require.NoError(t, Write(&b, "svg", panels...))
	assert.Equal(t, a.String(), b.String())
	d := xml.NewDecoder(bytes.NewReader(a.Bytes()))
	texts := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if c, ok := token.(xml.CharData); ok {
			texts += string(c)
		}
	}
	for _, word := range []string{"Scores", "Curve", "Calibration", "hinge", "risk", "precision", "recall"} {
		assert.Contains(t, texts, word)
	}
}

// Bare lines have no marks, and series without a name are not in the legend.
func TestBareLines(t *testing.T) {
	marks := func(bare bool, name string) (list, named int) {
		var b bytes.Buffer
		line := Series{name, []Point{{0.1, 0.9}, {0.5, 0.6}, {0.7, 0.2}}}
		require.NoError(t, Write(&b, "svg", Panel{Series: []Series{line}, Lines: true, Bare: bare}))
		return bytes.Count(b.Bytes(), []byte("<path")), bytes.Count(b.Bytes(), []byte(name))
	}
	with, _ := marks(false, "hinge")
	without, named := marks(true, "hinge")
	unnamed, _ := marks(true, "")
	assert.Equal(t, with-3, without, "three points")
	assert.Equal(t, 1, named)
	assert.Equal(t, without-1, unnamed, "the sign in the legend")
}

func TestFormat(t *testing.T) {
	for name, want := range map[string]string{"a.png": "png", "x/b.SVG": "svg"} {
		format, err := Format(name)
		require.NoError(t, err)
		assert.Equal(t, want, format)
	}
	for _, name := range []string{"", "png", "a.pdf", "svg/a"} {
		_, err := Format(name)
		assert.ErrorIs(t, err, ErrFormat, name)
	}
}

func TestErrors(t *testing.T) {
	assert.ErrorIs(t, Write(io.Discard, "png"), ErrEmpty)
	assert.ErrorIs(t, Write(io.Discard, "png", Panel{Title: "none"}), ErrEmpty)
	assert.ErrorIs(t, Write(io.Discard, "pdf", panels...), ErrFormat)
	assert.ErrorIs(t, Write(io.Discard, "svg", Panel{Series: []Series{{"empty", nil}}}), ErrEmpty)
	for _, p := range []Panel{
		{Bars: []Bar{{"nan", math.NaN(), 0}}},
		{Bars: []Bar{{"deviation", 1, math.Inf(1)}}},
		{Series: []Series{{"infinite", []Point{{math.Inf(1), 0}}}}},
	} {
		assert.Error(t, Write(io.Discard, "svg", p))
	}
}

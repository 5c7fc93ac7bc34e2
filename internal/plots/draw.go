package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A drawing is a panel in SVG.
type drawing struct {
	b             bytes.Buffer
	width, height float64
	taken         []box        // by markers and labels
	lines         [][4]float64 // x and y of both ends
}

// A box is a rectangle.
type box struct{ x0, y0, x1, y1 float64 }

func (a box) meets(b box) bool { return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 }

// crosses reports whether a line from one point to another meets the box, in steps of a 64th.
func (a box) crosses(line [4]float64) bool {
	for k := range 65 {
		x, y := line[0]+(line[2]-line[0])*float64(k)/64, line[1]+(line[3]-line[1])*float64(k)/64
		if x > a.x0 && x < a.x1 && y > a.y0 && y < a.y1 {
			return true
		}
	}
	return false
}

// number writes a coordinate with one digit after the point at most.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func escape(b *bytes.Buffer, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a Buffer returns no errors
}

// extent returns an upper bound of the width of a text in any sans-serif font of 13 pixels.
func extent(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r >= 0x1100 {
			w += 13.5
		} else {
			w += 8.2
		}
	}
	return w
}

// cut shortens a text to a width.
func cut(s string, width float64) string {
	if extent(s) <= width {
		return s
	}
	for s != "" && extent(s)+extent("…") > width {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s + "…"
}

// text writes a text. anchor is start, middle or end.
func (d *drawing) text(x, y float64, anchor, class, s string) {
	fmt.Fprintf(&d.b, `<text x="%s" y="%s"`, number(x), number(y))
	if anchor != "start" {
		fmt.Fprintf(&d.b, ` text-anchor="%s"`, anchor)
	}
	if class != "" {
		fmt.Fprintf(&d.b, ` class="%s"`, class)
	}
	d.b.WriteByte('>')
	escape(&d.b, s)
	d.b.WriteString("</text>\n")
}

func (d *drawing) path(class, data string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="%s"/>`+"\n", class, data)
}

// An axis maps values to pixels.
type axis struct {
	low, high float64 // values at the ends
	from, to  float64 // pixels at the ends
	log       bool
	ticks     []float64
}

func (a *axis) at(v float64) float64 {
	low, high := a.low, a.high
	if a.log {
		v, low, high = math.Log(v), math.Log(low), math.Log(high)
	}
	if high == low {
		return (a.from + a.to) / 2
	}
	return a.from + (a.to-a.from)*((v-low)/(high-low))
}

// steps returns round numbers from low to high, and the unit between them.
func steps(low, high float64, n int) (list []float64, unit float64) {
	unit = math.Pow(10, math.Floor(math.Log10((high-low)/float64(n))))
	for _, m := range []float64{1, 2, 5, 10} {
		if (high-low)/(unit*m) <= float64(n)+1e-9 {
			unit *= m
			break
		}
	}
	first := math.Ceil(low/unit - 1e-9)
	for k := 0.0; (first+k)*unit <= high+1e-9*unit; k++ {
		list = append(list, (first+k)*unit)
	}
	return list, unit
}

// newAxis covers values with round numbers as ticks. It extends to the next ticks if they are near.
func newAxis(values []float64, from, to float64, n int) axis {
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	if room := math.Abs(high) * 1e-9; high-low <= room || high == low {
		half := max(math.Abs(high)*0.1, 0.05)
		low, high = low-half, high+half
	}
	_, unit := steps(low, high, n)
	if down := math.Floor(low/unit) * unit; low-down < unit/3 {
		low = down
	}
	if up := math.Ceil(high/unit) * unit; up-high < unit/3 {
		high = up
	}
	a := axis{low: low, high: high, from: from, to: to}
	a.ticks, _ = steps(low, high, n+1)
	return a
}

// logAxis has a tick at each value of which the numbers do not touch.
func logAxis(values, marked []float64, from, to float64) axis {
	a := axis{low: values[0], high: values[0], from: from, to: to, log: true}
	for _, v := range values {
		a.low, a.high = min(a.low, v), max(a.high, v)
	}
	right := math.Inf(-1)
	for _, v := range marked {
		half := extent(tickText(v, 1)) / 2
		if x := a.at(v); x-half > right {
			a.ticks, right = append(a.ticks, v), x+half
		}
	}
	return a
}

// tickText writes a tick; unit is the distance between ticks.
func tickText(v, unit float64) string {
	digits := max(0, -int(math.Floor(math.Log10(unit)+1e-9)))
	if digits > 9 || math.Abs(v) >= 1e9 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return strconv.FormatFloat(v+0, 'f', digits, 64) // -0 + 0 is 0
}

func (a *axis) texts() []string {
	unit := 1.0
	if len(a.ticks) > 1 && !a.log {
		unit = a.ticks[1] - a.ticks[0]
	} else if len(a.ticks) == 1 && a.ticks[0] != math.Trunc(a.ticks[0]) {
		unit = 0.01
	}
	list := make([]string, len(a.ticks))
	for k, v := range a.ticks {
		list[k] = tickText(v, unit)
	}
	return list
}

// draw draws the panel with its left border at x.
func (p *Panel) draw(x float64) (*drawing, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	d := new(drawing)
	if len(p.Bars) > 0 {
		p.drawBars(d, x)
	} else {
		p.drawSeries(d, x)
	}
	return d, nil
}

func (p *Panel) drawBars(d *drawing, x float64) {
	names, values := 0.0, []float64{0}
	longest := 0.0
	for _, b := range p.Bars {
		names = max(names, extent(cut(b.Name, widest)))
		values = append(values, b.Value, b.Low, b.High)
		longest = max(longest, extent(barText(b.Value)))
	}
	left, top := x+padding+names+tick, float64(padding+line+6)
	bottom := top + float64(len(p.Bars)*barPitch) + 4
	a := newAxis(values, left, left+plotWidth-longest-tick, 5)
	for k, text := range a.texts() {
		at := a.at(a.ticks[k])
		d.path("grid", fmt.Sprintf("M%s %sV%s", number(at), number(top), number(bottom)))
		d.text(at, bottom+line, "middle", "soft", text)
	}
	for k, b := range p.Bars {
		y := top + (float64(k)+0.5)*barPitch + 2
		zero, end := a.at(0), a.at(b.Value)
		d.b.WriteString("<g><title>")
		escape(&d.b, b.Name+": "+barText(b.Value))
		fmt.Fprintf(&d.b, `</title><rect class="bar s0" x="%s" y="%s" width="%s" height="%s"/></g>`+"\n",
			number(min(zero, end)), number(y-7), number(math.Abs(end-zero)), number(14))
		right := max(end, zero)
		if b.Low < b.High {
			low, high := number(a.at(b.Low)), number(a.at(b.High))
			d.path("range", fmt.Sprintf("M%s %sH%sM%s %sv8M%s %sv8", low, number(y), high, low, number(y-4), high, number(y-4)))
			right = max(right, a.at(b.High))
		}
		d.text(left-tick, y+4.5, "end", "", cut(b.Name, widest))
		d.text(right+tick, y+4.5, "start", "soft", barText(b.Value))
	}
	d.path("axis", fmt.Sprintf("M%s %sV%s", number(a.at(0)), number(top), number(bottom)))
	d.text(left+plotWidth/2, bottom+2*line+2, "middle", "", p.X)
	d.finish(p, x, left, bottom+2*line+2)
}

func barText(v float64) string {
	if math.Abs(v) <= 1 {
		return strconv.FormatFloat(v, 'f', 4, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// finish writes the title and sets the size.
func (d *drawing) finish(p *Panel, x, left, bottom float64) {
	d.width, d.height = left+plotWidth+padding-x, bottom+padding
	title := cut(p.Title, (d.width-2*padding)/1.2) // bold, and a pixel larger
	d.text(x+padding, padding+12, "start", "title", title)
}

func (p *Panel) drawSeries(d *drawing, x float64) {
	var xs, ys, marked []float64
	labelled := false
	for k, s := range p.Series {
		for _, q := range s.Points {
			xs, ys = append(xs, q.X), append(ys, q.Y)
			labelled = labelled || q.Label != ""
			if q.Low < q.High {
				ys = append(ys, q.Low, q.High)
			}
			if k == 0 {
				marked = append(marked, q.X)
			}
		}
	}
	if p.Diagonal {
		xs, ys = append(xs, 0, 1), append(ys, 0, 1)
	}
	top, above := float64(padding+line+8), float64(inset)
	if labelled {
		above += line // room for the labels of the highest points
	}
	bottom := top + plotHeight
	vertical := newAxis(ys, bottom-inset, top+above, 6)
	texts, numbers := vertical.texts(), 0.0
	for _, text := range texts {
		numbers = max(numbers, extent(text))
	}
	left := x + padding + line + numbers + tick
	right := left + plotWidth
	horizontal := newAxis(xs, left+inset, right-inset, 6)
	if p.Log {
		horizontal = logAxis(xs, marked, left+inset, right-inset)
	}
	for k, text := range texts {
		y := vertical.at(vertical.ticks[k])
		d.path("grid", fmt.Sprintf("M%s %sH%s", number(left), number(y), number(right)))
		d.text(left-tick, y+4.5, "end", "soft", text)
	}
	for k, text := range horizontal.texts() {
		at := horizontal.at(horizontal.ticks[k])
		d.path("grid", fmt.Sprintf("M%s %sV%s", number(at), number(top), number(bottom)))
		d.text(at, bottom+line, "middle", "soft", text)
	}
	d.path("axis", fmt.Sprintf("M%s %sH%sV%sH%sZ", number(left), number(top), number(right), number(bottom), number(left)))
	if p.Diagonal {
		d.path("diagonal", fmt.Sprintf("M%s %sL%s %s", number(horizontal.at(0)), number(vertical.at(0)), number(horizontal.at(1)), number(vertical.at(1))))
	}
	frame := box{left, top, right, bottom}
	for k := range p.Series {
		d.series(p, k, &horizontal, &vertical)
	}
	for k := range p.Series {
		for _, q := range p.Series[k].Points {
			d.label(q.Label, horizontal.at(q.X), vertical.at(q.Y), frame)
		}
	}
	d.text(left+plotWidth/2, bottom+2*line+2, "middle", "", p.X)
	fmt.Fprintf(&d.b, `<text transform="translate(%s %s) rotate(-90)" text-anchor="middle">`, number(x+padding+9), number(top+plotHeight/2))
	escape(&d.b, p.Y)
	d.b.WriteString("</text>\n")
	d.finish(p, x, left, d.legend(p, left, bottom+2*line+2))
}

// lineOf returns the attributes of the line of series k. Without markers, lines differ in dashes.
func (p *Panel) lineOf(k int) string {
	class := fmt.Sprintf("line s%d", k%colours)
	if d := []string{"", "7 3", "2 3", "10 3 2 3", "4 2"}; p.Bare && k%len(d) > 0 {
		return class + `" stroke-dasharray="` + d[k%len(d)]
	}
	return class
}

func (d *drawing) series(p *Panel, k int, horizontal, vertical *axis) {
	class, points := fmt.Sprintf("s%d", k%colours), p.Series[k].Points
	if p.Lines && len(points) > 1 {
		var data strings.Builder
		for n, q := range points {
			if n > 0 {
				d.lines = append(d.lines, [4]float64{horizontal.at(points[n-1].X), vertical.at(points[n-1].Y), horizontal.at(q.X), vertical.at(q.Y)})
			}
			data.WriteString("ML"[min(n, 1):][:1] + number(horizontal.at(q.X)) + " " + number(vertical.at(q.Y)))
		}
		d.path(p.lineOf(k), data.String())
	}
	for _, q := range points {
		at, y := horizontal.at(q.X), vertical.at(q.Y)
		if q.Low < q.High {
			low, high := number(vertical.at(q.Low)), number(vertical.at(q.High))
			d.path("line "+class, fmt.Sprintf("M%s %sV%sM%s %sh8M%s %sh8", number(at), low, high, number(at-4), low, number(at-4), high))
		}
		if p.Bare {
			continue
		}
		d.b.WriteString("<g><title>")
		escape(&d.b, strings.TrimSpace(fmt.Sprintf("%s %s (%.6g, %.6g)", p.Series[k].Name, q.Label, q.X, q.Y)))
		fmt.Fprintf(&d.b, `</title><path class="mark %s" d="%s"/></g>`+"\n", class, marker(k, at, y))
		d.taken = append(d.taken, box{at - 5, y - 5, at + 5, y + 5})
	}
}

// marker returns the path of the marker of series k.
func marker(k int, x, y float64) string {
	at := "M" + number(x) + " " + number(y)
	switch (k + k/colours*3) % 7 {
	case 0:
		return at + "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"
	case 1:
		return at + "m-3.2 -3.2h6.4v6.4h-6.4z"
	case 2:
		return at + "m0 -4.2l4.2 7.4h-8.4z"
	case 3:
		return at + "m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z"
	case 4:
		return at + "m0 4.2l4.2 -7.4h-8.4z"
	case 5:
		return at + "m-3.6 -3.6l7.2 7.2m0 -7.2l-7.2 7.2"
	}
	return at + "m-4.4 0h8.8m-4.4 -4.4v8.8"
}

// label writes a label beside a point, where it meets no marker, label, border or, if possible,
// line. If there is no such place, it is above the point.
func (d *drawing) label(s string, x, y float64, frame box) {
	if s == "" {
		return
	}
	w := extent(s)
	type place struct {
		dx, dy float64
		anchor string
	}
	boxOf := func(p place) box {
		x0 := x + p.dx
		switch p.anchor {
		case "middle":
			x0 -= w / 2
		case "end":
			x0 -= w
		}
		return box{x0, y + p.dy - 11, x0 + w, y + p.dy + 3}
	}
	places := []place{{8, 4, "start"}, {-8, 4, "end"}, {0, -9, "middle"}, {0, 18, "middle"}, {8, -8, "start"}, {-8, -8, "end"}, {8, 16, "start"}, {-8, 16, "end"}}
	free := func(p place) bool {
		b := boxOf(p)
		return b.x0 >= frame.x0 && b.x1 <= frame.x1 && b.y0 >= frame.y0 && b.y1 <= frame.y1 && !slices.ContainsFunc(d.taken, b.meets)
	}
	best := places[2]
	if k := slices.IndexFunc(places, func(p place) bool { return free(p) && !slices.ContainsFunc(d.lines, boxOf(p).crosses) }); k >= 0 {
		best = places[k]
	} else if k := slices.IndexFunc(places, free); k >= 0 {
		best = places[k]
	}
	d.taken = append(d.taken, boxOf(best))
	d.text(x+best.dx, y+best.dy, best.anchor, "soft", s)
}

// legend writes the names of the series below y, and returns where it ends.
func (d *drawing) legend(p *Panel, left, y float64) float64 {
	at, started := left, false
	for k, s := range p.Series {
		if s.Name == "" {
			continue
		}
		name := cut(s.Name, plotWidth-30)
		w := 26 + extent(name) + 10
		if !started || at+w > left+plotWidth {
			at, y, started = left, y+line+2, true
		}
		if p.Lines {
			d.path(p.lineOf(k), fmt.Sprintf("M%s %sh20", number(at), number(y-4.5)))
		}
		if !p.Bare {
			d.path(fmt.Sprintf("mark s%d", k%colours), marker(k, at+10, y-4.5))
		}
		d.text(at+26, y, "start", "", name)
		at += w
	}
	return y
}

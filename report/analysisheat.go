package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A heatMap is a table with shaded cells.
type heatMap struct {
	Columns []string
	Rows    []heatRow
	Note    string
}

type heatRow struct {
	Name  string
	Cells []heatCell
}

// A heatCell has a text and a shade. Its class says what it counts.
type heatCell struct {
	Text, Class, Tooltip string
	Shade                string // 0 to 1
}

func shade(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// confusion returns the matrix of gold and predicted labels.
func (a *Analysis) confusion() *heatMap {
	m := a.Confusion
	if m == nil || len(m.Labels) == 0 {
		return nil
	}
	h := &heatMap{}
	most, others := 0, false
	for i, row := range m.Counts {
		for j, n := range row {
			if i != j {
				most = max(most, n)
			}
		}
		others = others || m.Others[i] > 0
	}
	for _, list := range [][]int{m.Missed, m.Spurious, m.Others} {
		if len(list) > 0 {
			most = max(most, slices.Max(list))
		}
	}
	cell := func(gold, predicted string, n, all int, class string) heatCell {
		if n == 0 {
			return heatCell{Text: "", Tooltip: gold + " as " + predicted + ": 0"}
		}
		c := heatCell{Text: strconv.Itoa(n), Class: class, Tooltip: fmt.Sprintf("%s as %s: %d", gold, predicted, n)}
		if class == "right" {
			c.Shade = shade(float64(n) / float64(all))
		} else {
			c.Shade = shade(math.Sqrt(float64(n) / float64(most)))
		}
		return c
	}
	for i, gold := range m.Labels {
		gold = valid(gold)
		h.Columns = append(h.Columns, gold)
		all := m.Others[i]
		if m.Missed != nil {
			all += m.Missed[i]
		}
		for _, n := range m.Counts[i] {
			all += n
		}
		r := heatRow{Name: gold}
		for j, n := range m.Counts[i] {
			class := "wrong"
			if i == j {
				class = "right"
			}
			r.Cells = append(r.Cells, cell(gold, valid(m.Labels[j]), n, all, class))
		}
		if others {
			r.Cells = append(r.Cells, cell(gold, "another label", m.Others[i], all, "wrong"))
		}
		if m.Missed != nil {
			r.Cells = append(r.Cells, cell(gold, "missed", m.Missed[i], all, "wrong"))
		}
		h.Rows = append(h.Rows, r)
	}
	if others {
		h.Columns = append(h.Columns, "others")
	}
	if m.Missed == nil {
		return h
	}
	h.Columns = append(h.Columns, "missed")
	r := heatRow{Name: "spurious"}
	for j, n := range m.Spurious {
		r.Cells = append(r.Cells, cell("spurious", valid(m.Labels[j]), n, n, "wrong"))
	}
	for len(r.Cells) < len(h.Columns) {
		r.Cells = append(r.Cells, heatCell{})
	}
	h.Rows = append(h.Rows, r)
	return h
}

// maxTransitions bounds the labels of the table of transitions.
const maxTransitions = 40

// transitions returns the weights of label pairs.
func (a *Analysis) transitions() *heatMap {
	d := a.Model
	labels := d.Labels
	if d.Types != nil {
		labels = d.Types
	}
	most, strongest := 0.0, make(map[string]float64)
	weights := make(map[[2]string]float64, len(d.Transitions))
	for _, p := range d.Transitions {
		w := math.Abs(p.Weight)
		most = max(most, w)
		strongest[p.From], strongest[p.To] = max(strongest[p.From], w), max(strongest[p.To], w)
		weights[[2]string{p.From, p.To}] = p.Weight
	}
	if most == 0 {
		return nil
	}
	h := &heatMap{}
	if len(labels) > maxTransitions {
		h.Note = fmt.Sprintf("The table has the %d labels with the strongest transitions, of %d.", maxTransitions, len(labels))
		labels = slices.Clone(labels)
		slices.SortStableFunc(labels, func(x, y string) int { return cmp.Compare(strongest[y], strongest[x]) })
		labels = labels[:maxTransitions]
	}
	for _, from := range labels {
		h.Columns = append(h.Columns, valid(from))
		r := heatRow{Name: valid(from)}
		for _, to := range labels {
			w, ok := weights[[2]string{from, to}]
			c := heatCell{Text: "·", Tooltip: valid(from) + " to " + valid(to) + ": no weight"}
			if ok { // -0 + 0 is 0
				c = heatCell{Text: strconv.FormatFloat(math.Round(10*w)/10+0, 'f', 1, 64), Class: "plus", Shade: shade(math.Abs(w) / most),
					Tooltip: fmt.Sprintf("%s to %s: %.4f", valid(from), valid(to), w)}
				if w < 0 {
					c.Class = "minus"
				}
			}
			r.Cells = append(r.Cells, c)
		}
		h.Rows = append(h.Rows, r)
	}
	return h
}

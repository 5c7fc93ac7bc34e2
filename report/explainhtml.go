package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/explain"
)

//go:embed explanation.gohtml
var explanationSource string

// explanationPage has the templates head, sentence and tail.
var explanationPage = template.Must(template.New("explanation").Parse(explanationSource))

// ExplanationHTMLOptions are the options of a page of explanations.
type ExplanationHTMLOptions struct {
	Title    string // default "Explanation"
	Language string // of the texts, an IETF tag such as "en"; the page names none by default
	Top      int    // number of parts and attributes in a list, the strongest; 0 means 5
}

// NewExplanationHTML returns a writer of one HTML page. The page needs no other file and no script.
// Each sentence has its lattice, whose nodes are links to the attributes of a label, and the
// contrast of each token. The page adapts to narrow screens, dark mode and print.
//
// The page is complete after Close.
func NewExplanationHTML(w io.Writer, o ExplanationHTMLOptions) ExplanationWriter {
	if o.Title == "" {
		o.Title = "Explanation"
	}
	if o.Top == 0 {
		o.Top = defaultTop
	}
	return &explanationHTML{w: w, o: o}
}

type explanationHTML struct {
	w       io.Writer
	o       ExplanationHTMLOptions
	buffer  bytes.Buffer
	count   int // of sentences
	started bool
	closed  bool
}

// The data of the templates.
type (
	htmlSentence struct {
		ID, Text, Origin, Score, Probability, RunnerUpProbability string

		RunnerUp  []htmlLabel
		Lattice   template.HTML
		Nodes     []htmlNode
		Contrasts []htmlContrast
		NBest     []htmlLabelling
	}
	htmlLabel     struct{ Word, Label string }
	htmlLabelling struct {
		Score, Probability string
		Labels             []htmlLabel
	}
	htmlNode struct {
		ID, Back, Word, Label, Probability string
		htmlRows
	}
	htmlContrast struct {
		Word, Label, Probability, Gold, Other, Difference, Note, Wins string

		Open bool
		htmlRows
	}
	htmlRows struct {
		Rows      []htmlRow
		Others    int
		OthersSum string
	}
	htmlRow struct {
		Weight, Name, Note string
		Minus              bool
		Width              template.CSS
	}
)

func (h *explanationHTML) Write(x *explain.Explanation) error {
	if h.closed {
		return errors.New("html page: written after Close")
	}
	if err := checkExplanation(x); err != nil {
		return err
	}
	if err := h.start(); err != nil {
		return err
	}
	h.count++
	return h.execute("sentence", h.sentence(x))
}

func (h *explanationHTML) start() error {
	if h.started {
		return nil
	}
	h.started = true
	return h.execute("head", struct {
		Title, Language string
		CSS             template.CSS
	}{valid(h.o.Title), h.o.Language, template.CSS(latticeCSS)})
}

func (h *explanationHTML) Close() error {
	if h.closed {
		return nil
	}
	if err := h.start(); err != nil {
		return err
	}
	h.closed = true
	return h.execute("tail", nil)
}

func (h *explanationHTML) execute(name string, data any) error {
	h.buffer.Reset()
	if err := explanationPage.ExecuteTemplate(&h.buffer, name, data); err != nil {
		return err
	}
	_, err := h.w.Write(h.buffer.Bytes())
	return err
}

func (h *explanationHTML) sentence(x *explain.Explanation) *htmlSentence {
	id := "s" + strconv.Itoa(h.count)
	links := LatticeOptions{ID: id}
	if !slices.ContainsFunc(x.Tokens, func(t explain.Token) bool { return len(t.Attributes) > 0 }) {
		links.ID = "" // there is nothing to see
	}
	d := newDrawing(x, links)
	s := &htmlSentence{
		ID: id, Text: valid(x.Text), Score: fmt.Sprintf("%.2f", x.Score), Probability: chance(x.Probability),
		Lattice: template.HTML(d.draw()),
	}
	if x.File != "" {
		s.Origin = valid(x.File)
		if x.Line > 0 {
			s.Origin += ":" + strconv.Itoa(x.Line)
		}
	}
	if x.RunnerUp != nil {
		s.RunnerUp, s.RunnerUpProbability = changes(x, x.RunnerUp.Labels), chance(x.RunnerUp.Probability)
	}
	for t := range x.Tokens {
		token := &x.Tokens[t]
		for k := range d.nodes(t) {
			if links.ID == "" {
				break
			}
			s.Nodes = append(s.Nodes, h.node(token, k, fmt.Sprintf("%s-%d-%d", id, t, k), id))
		}
		if asked(token) {
			s.Contrasts = append(s.Contrasts, h.contrast(x, t))
		}
	}
	if len(s.Contrasts) == 1 {
		s.Contrasts[0].Open = true
	}
	for k, l := range x.NBest {
		y := htmlLabelling{Score: fmt.Sprintf("%.2f", l.Score), Probability: chance(l.Probability)}
		if k > 0 {
			y.Labels = changes(x, l.Labels)
		} else {
			for t, label := range l.Labels {
				y.Labels = append(y.Labels, htmlLabel{valid(x.Tokens[t].Text), valid(label)})
			}
		}
		s.NBest = append(s.NBest, y)
	}
	return s
}

// changes returns the labels that differ from the chosen ones, with their words.
func changes(x *explain.Explanation, labels []string) (list []htmlLabel) {
	for _, t := range differing(x, labels) {
		list = append(list, htmlLabel{valid(x.Tokens[t].Text), valid(labels[t])})
	}
	return list
}

// node returns the panel of a candidate.
func (h *explanationHTML) node(token *explain.Token, k int, id, back string) htmlNode {
	c := &token.Candidates[k]
	n := htmlNode{ID: id, Back: back, Word: valid(token.Text), Label: valid(c.Label), Probability: chance(c.Probability)}
	list := sortedByWeight(token, c)
	top := leave(h.o.Top, len(list))
	for _, a := range list[:top] {
		row := weightRow(a.Weight, list[0].Weight, a.Name, "")
		if a.Value != 1 {
			row.Name += fmt.Sprintf(" (%g)", a.Value)
		}
		if a.Label != c.Label {
			row.Note = valid(a.Label)
		}
		n.Rows = append(n.Rows, row)
	}
	sum := 0.0
	for _, a := range list[top:] {
		sum += a.Weight
	}
	n.Others, n.OthersSum = len(list)-top, signed(sum)
	return n
}

// weightRow returns a row whose bar is relative to the strongest one.
func weightRow(weight, strongest float64, name, note string) htmlRow {
	width := 0.0
	if strongest != 0 {
		width = min(math.Abs(weight/strongest), 1)
	}
	return htmlRow{
		Weight: signed(weight), Name: valid(name), Note: valid(note), Minus: weight < 0,
		Width: template.CSS(strconv.FormatFloat(100*width, 'f', 0, 64) + "%"),
	}
}

// contrast returns the contrast of token t.
func (h *explanationHTML) contrast(x *explain.Explanation, t int) htmlContrast {
	token := &x.Tokens[t]
	y := htmlContrast{Word: valid(token.Text), Label: valid(token.Label), Probability: chance(token.Probability), Note: valid(token.Note)}
	if token.Gold != token.Label {
		y.Gold = valid(token.Gold)
	}
	c := token.Contrast
	if c == nil {
		return y
	}
	y.Other, y.Difference, y.Wins = valid(c.Label), signed(c.Difference), valid(wins(c))
	top := leave(h.o.Top, len(c.Parts))
	for k := range top {
		p := &c.Parts[k]
		name, note := partName(x, p), ""
		if p.Token != t {
			name += " at " + cmp.Or(strings.TrimSpace(x.Tokens[p.Token].Text), "token "+strconv.Itoa(p.Token+1))
		}
		if p.Chosen != nil {
			note = fmt.Sprintf("%s %.2f", shareLabels(p.Chosen), p.Chosen.Weight)
		}
		if p.Other != nil {
			if note != "" {
				note += ", "
			}
			note += fmt.Sprintf("not %s %.2f", shareLabels(p.Other), p.Other.Weight)
		}
		y.Rows = append(y.Rows, weightRow(p.Difference, c.Parts[0].Difference, name, note))
	}
	count, sum := others(c, top)
	y.Others, y.OthersSum = count, signed(sum)
	return y
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: lattice FILE.svg")
		os.Exit(2)
	}
	if err := safefile.Write(os.Args[1], draw); err != nil {
		fmt.Fprintln(os.Stderr, "lattice:", err)
		os.Exit(1)
	}
}

// words is the sentence of the picture. The sample does not contain it.
var words = strings.Fields("Anna Keller moved from Vienna to Oslo .")

// draw trains a model of names on the sample and writes its picture of the sentence.
func draw(w io.Writer) error {
	data, err := sentences(sample.Train)
	if err != nil {
		return err
	}
	config := trellis.Config{POS: "none", Loss: "cross-entropy", L2: new(1.0), Threads: 1}
	m, _, err := trellis.Train(context.Background(), trellis.Sentences(data...), config)
	if err != nil {
		return err
	}
	scores, err := latticeOf(m)
	if err != nil {
		return err
	}
	var probabilities structured.Lattice
	var inference forwardbackward.Workspace
	if _, err := inference.Marginals(&probabilities, scores, structured.PositionEdges); err != nil {
		return err
	}
	best := make([]int, len(words))
	if _, err := viterbi.Decode(best, scores); err != nil {
		return err
	}
	return picture.Execute(w, layOut(m.Labeller().Labels(), &probabilities, best))
}

// latticeOf returns the scores of the sentence under a model.
func latticeOf(m *trellis.Model) (*structured.Lattice, error) {
	tagger, err := m.Labeller().NewTagger(model.TagOptions{})
	if err != nil {
		return nil, err
	}
	rows := make(features.Rows, len(words))
	for t, word := range words {
		rows[t] = []string{word}
	}
	return tagger.(model.Scorer).Scores(model.Sentence{Columns: rows}, nil)
}

// sentences reads a text of CoNLL columns.
func sentences(text string) ([]*corpus.Sentence, error) {
	r := corpus.NewReader(strings.NewReader(text), "sample", corpus.Options{Format: corpus.CoNLL})
	var list []*corpus.Sentence
	for {
		s := new(corpus.Sentence)
		if err := r.Read(s); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
}

// The layout, in pixels.
const (
	left, top         = 104, 64 // of the first node
	across, down      = 92, 34  // from one node to the next
	radius            = 9       // of a node
	toRight, toBottom = 52, 66  // from the last node to the border
	visible           = 0.005   // the least probability of an edge that is drawn; not in pixels
)

// A text is written at a point.
type text struct {
	X, Y int
	Text string
}

// A node is a label of a token. The share of the colour is its probability.
type node struct {
	X, Y  int
	Share string
}

// An edge leads from one label to the next.
type edge struct {
	X1, Y1, X2, Y2 int
	Share          string
}

// A drawing holds what the template of the picture shows.
type drawing struct {
	Width, Height, Radius int
	Words, Labels, Shares []text
	Nodes                 []node
	Edges                 []edge
	Best                  string // points of the best path
}

func layOut(labels []string, p *structured.Lattice, best []int) *drawing {
	x := func(t int) int { return left + t*across }
	y := func(j int) int { return top + j*down }
	d := &drawing{Width: x(p.T-1) + toRight, Height: y(p.L-1) + toBottom, Radius: radius}
	var points []string
	for t, word := range words {
		d.Words = append(d.Words, text{x(t), top - 32, word})
		d.Shares = append(d.Shares, text{x(t), y(p.L-1) + 40, fmt.Sprintf("%.2f", p.Node[t*p.L+best[t]])})
		points = append(points, fmt.Sprintf("%d,%d", x(t), y(best[t])))
		for j := range p.L {
			d.Nodes = append(d.Nodes, node{x(t), y(j), fmt.Sprintf("%.2f", p.Node[t*p.L+j])})
		}
		for i := range p.L * p.L {
			if t == 0 {
				break // no edge leads to the first token
			}
			if q := p.Edge[(t-1)*p.L*p.L+i]; q >= visible {
				d.Edges = append(d.Edges, edge{x(t - 1), y(i / p.L), x(t), y(i % p.L), fmt.Sprintf("%.2f", q)})
			}
		}
	}
	for j, label := range labels {
		d.Labels = append(d.Labels, text{left - 28, y(j) + 5, label})
	}
	d.Best = strings.Join(points, " ")
	return d
}

var picture = template.Must(template.New("picture").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" font-family="sans-serif" font-size="14">
<title>The labels of a sentence, their probabilities and the best path</title>
<rect width="100%" height="100%" rx="8" fill="#ffffff"/>
{{- range .Words}}
<text x="{{.X}}" y="{{.Y}}" text-anchor="middle" font-weight="bold" fill="#1b2a41">{{html .Text}}</text>
{{- end}}
{{- range .Labels}}
<text x="{{.X}}" y="{{.Y}}" text-anchor="end" font-family="monospace" fill="#52616b">{{html .Text}}</text>
{{- end}}
{{- range .Edges}}
<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="#0a6ebd" stroke-width="2" opacity="{{.Share}}"/>
{{- end}}
<polyline points="{{.Best}}" fill="none" stroke="#e07a1f" stroke-width="3"/>
{{- range .Nodes}}
<circle cx="{{.X}}" cy="{{.Y}}" r="{{$.Radius}}" fill="#ffffff"/>
<circle cx="{{.X}}" cy="{{.Y}}" r="{{$.Radius}}" fill="#0a6ebd" fill-opacity="{{.Share}}" stroke="#9fb3c8"/>
{{- end}}
{{- range .Shares}}
<text x="{{.X}}" y="{{.Y}}" text-anchor="middle" font-size="12" fill="#52616b">{{.Text}}</text>
{{- end}}
</svg>
`))

package main

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: margins FILE.svg")
		os.Exit(2)
	}
	if err := safefile.Write(os.Args[1], draw); err != nil {
		fmt.Fprintln(os.Stderr, "margins:", err)
		os.Exit(1)
	}
}

// A kind is a loss with its name in the legend and its score of the gold label after the margin.
type kind struct {
	name string
	loss losses.Loss
	gold func(n, theta float64) float64
}

// kinds returns cross-entropy, softmax-margin with a cost of 1, and large-margin softmax with
// margins 2 to 4.
func kinds() []kind {
	list := []kind{
		{"cross-entropy", losses.CrossEntropy{}, func(n, theta float64) float64 { return n * math.Cos(theta) }},
		{"softmax-margin, cost 1", losses.SoftmaxMargin{}, func(n, theta float64) float64 { return n*math.Cos(theta) - 1 }},
	}
	for m := 2; m <= 4; m++ {
		list = append(list, kind{fmt.Sprintf("large-margin softmax, m = %d", m), losses.LargeMarginSoftmax{Margin: m},
			func(n, theta float64) float64 { return n * psi(m, theta) }})
	}
	return list
}

// psi replaces the cosine of an angle in [0, pi] (Liu, Wen, Yu & Yang 2016, equation 6).
func psi(m int, theta float64) float64 {
	k := min(math.Floor(theta*float64(m)/math.Pi), float64(m-1))
	sign := 1 - 2*math.Mod(k, 2)
	return sign*math.Cos(float64(m)*theta) - 2*k
}

// value returns the loss for the scores n cos(theta) of the gold label and -n cos(theta) of the
// other.
func (k *kind) value(n, theta float64) (float64, error) {
	s := structured.Lattice{T: 1, L: 2, Node: []float64{n * math.Cos(theta), -n * math.Cos(theta)}, Edge: make([]float64, 4)}
	var w losses.Workspace
	target := structured.PathTarget([]int{0})
	if angular, ok := k.loss.(losses.AngularLoss); ok {
		return angular.EvalWithNorms(nil, nil, &s, []float64{n}, target, &w)
	}
	return k.loss.Eval(nil, &s, target, &w)
}

// Constants of the figure: n in the second panel, and theta in the third.
const (
	length = 2
	angle  = 72 // degrees
)

func draw(w io.Writer) error {
	const degree = math.Pi / 180
	panels := []plots.Panel{
		{Title: "Score of the gold label, |w||x| = 1", X: "angle between w and x, degrees", Y: "score of the gold label"},
		{Title: fmt.Sprintf("By angle, |w||x| = %d", length), X: "angle between w and x, degrees", Y: "loss"},
		{Title: fmt.Sprintf("By length, at %d degrees", angle), X: "|w||x|", Y: "loss"},
	}
	for _, k := range kinds() {
		curves := make([]plots.Series, len(panels))
		for step := range 181 {
			theta, n := float64(step)*degree, float64(step)/18
			byAngle, err := k.value(length, theta)
			if err != nil {
				return err
			}
			byLength, err := k.value(n, angle*degree)
			if err != nil {
				return err
			}
			for p, point := range []plots.Point{{X: float64(step), Y: k.gold(1, theta)}, {X: float64(step), Y: byAngle}, {X: n, Y: byLength}} {
				curves[p].Points = append(curves[p].Points, point)
			}
		}
		for p := range panels {
			curves[p].Name = k.name
			panels[p].Series = append(panels[p].Series, curves[p])
		}
	}
	for p := range panels {
		panels[p].Lines, panels[p].Bare = true, true
	}
	return plots.Write(w, panels...)
}

package crf

import (
	"os"
	"testing"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
)

// conll2000 compiles a file of CoNLL-2000 under the chunk preset; it skips where the data is absent.
func conll2000(b *testing.B, file string) *Dataset {
	b.Helper()
	text, err := os.ReadFile("../../shared/data/conll2000/" + file)
	if err != nil {
		b.Skip("the shared data is absent")
	}
	p, err := features.Preset("chunk")
	if err != nil {
		b.Fatal(err)
	}
	d, err := NewDataset(Input{Templates: p, Names: map[string]int{"form": 0, "pos": 1}})
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range read(b, string(text)) {
		if err := d.Add(rows, column(rows, 2), 1); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

// One pass over CoNLL-2000: value and gradient of the objective, by each loss, on one thread.
func BenchmarkPass(b *testing.B) {
	d := conll2000(b, "train.txt")
	x := d.features(false, 0)
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	for k := range w {
		w[k] = float64(k%7-3) / 10
	}
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			o := newObjective(d, x, loss, 1)
			for b.Loop() {
				if _, err := o.Eval(b.Context(), grad, w); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Tokens())*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

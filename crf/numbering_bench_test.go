package crf

import (
	"fmt"
	"testing"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// Extracting and numbering the attributes of the sentences of EWT, held in memory.
func BenchmarkNumber(b *testing.B) {
	all, tokens := ewt(b, "train.conllu")
	p, err := features.Preset("pos")
	if err != nil {
		b.Fatal(err)
	}
	labels := make([][]string, len(all))
	for i, s := range all {
		labels[i] = s.Column(nil, 3)
	}
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				d, err := NewDataset(model.Input{Templates: p, Columns: 10, Names: map[string]int{"form": 1}})
				if err != nil {
					b.Fatal(err)
				}
				d.Threads = threads
				for i, s := range all {
					if err := d.Add(s, labels[i], 1); err != nil {
						b.Fatal(err)
					}
				}
				if d.Attributes() == 0 {
					b.Fatal("no attributes")
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(tokens)/float64(b.N), "ns/token")
		})
	}
}

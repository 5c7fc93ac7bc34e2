package semicrf_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
)

func Example() {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:H=%H[0,form]\nu:l=%x[-1,form]\n"), "example",
		features.DialectTrellis)
	if err != nil {
		log.Fatal(err)
	}
	d, err := semicrf.NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range []struct{ words, labels string }{
		{"Mia Berg lives in New York", "B-PER I-PER O O B-LOC I-LOC"},
		{"she moved to Bergen", "O O O B-LOC"},
		{"in Oslo Mia Holm waits", "O B-LOC B-PER I-PER O"},
		{"Jon Berg lives here", "B-PER I-PER O O"},
	} {
		var rows features.Rows
		for _, word := range strings.Fields(s.words) {
			rows = append(rows, []string{word})
		}
		if err := d.Add(rows, strings.Fields(s.labels), 1); err != nil {
			log.Fatal(err)
		}
	}
	model, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 0.05}})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := model.Tag(features.Rows{{"Jon"}, {"Holm"}, {"lives"}, {"in"}, {"Bergen"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output: [B-PER I-PER O O B-LOC]
}

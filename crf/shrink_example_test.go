package crf_test

import (
	"context"
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/optimize"
)

// Groups of attributes vanish one after the other. Here the words and their endings say the same,
// and the words cost more.
func ExampleShrink() {
	d := dataset() // of the templates w, s and l
	held := d.HeldOut()
	if err := held.Add(features.Rows{{"the"}, {"cat"}, {"barks"}, {"loudly"}}, []string{"DET", "NOUN", "VERB", "ADV"}, 1); err != nil {
		log.Fatal(err)
	}
	groups := templates().Groups()
	levels, err := crf.Shrink(context.Background(), d, crf.Options{Dev: held, Penalty: optimize.Penalty{L2: 0.1}, Threads: 1},
		groups.Of, []float64{2, 1, 1})
	if err != nil {
		log.Fatal(err)
	}
	last := levels[len(levels)-1]
	for g, group := range groups.List {
		fmt.Println(group.Name, last.Factors[g] > 0)
	}
	// Output:
	// w false
	// s true
	// l true
}

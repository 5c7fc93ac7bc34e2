package annotation_test

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

func ExampleAppendSpans() {
	words := []string{"Ada", "Lovelace", "wrote", "to", "Babbage"}
	labels := []string{"B-PER", "I-PER", "O", "O", "B-PER"}
	for _, s := range annotation.AppendSpans(nil, labels) {
		fmt.Println(s.Type, words[s.Start:s.End])
	}
	// Output:
	// PER [Ada Lovelace]
	// PER [Babbage]
}

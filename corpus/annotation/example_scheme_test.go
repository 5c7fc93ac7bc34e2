package annotation_test

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

func ExampleConverter() {
	conv := annotation.Converter{From: structured.BIO, To: structured.BIOES}
	labels, repaired := conv.Convert(nil, []string{"B-PER", "I-PER", "O", "I-LOC"})
	fmt.Println(labels, repaired)
	// Output: [B-PER E-PER O S-LOC] 1
}

func ExampleSchemeDetector() {
	var d annotation.SchemeDetector
	d.Add([]string{"I-PER", "I-PER", "O", "I-LOC"})
	d.Add([]string{"O", "I-LOC", "B-LOC"})
	fmt.Println(d.Scheme(), d.IllFormed())
	// Output: iob1 0
}

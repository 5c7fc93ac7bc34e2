package annotation_test

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
)

func ExampleSpellingDetector() {
	labels := []string{"PER_B", "PER_L", "O", "LOC_U"}
	var d annotation.SpellingDetector
	d.Add(labels)
	scheme, spelling := d.Result()
	speller := annotation.Speller{Spelling: spelling}
	usual := speller.Read(nil, labels)
	fmt.Println(scheme, spelling, usual)
	fmt.Println(speller.Write(nil, usual))
	// Output:
	// bioes TYPE_BILU [B-PER E-PER O S-LOC]
	// [PER_B PER_L O LOC_U]
}

package recipe_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/recipe"
)

// Complete picks all settings except the number of threads, for a sample of data with names.
func ExampleConfig_Complete() {
	r := corpus.NewReader(strings.NewReader("Anna B-PER\nleft O\n\nOslo B-LOC\nwaits O\n"), "sample", corpus.Options{})
	sample := recipe.Sample{Format: corpus.CoNLL}
	for {
		s := new(corpus.Sentence)
		if r.Read(s) != nil {
			break
		}
		sample.Rows = append(sample.Rows, s)
	}
	sample.Layout, _ = r.Layout()

	c := recipe.Config{Threads: 2}
	profile, err := c.Look(sample)
	if err != nil {
		panic(err)
	}
	profile.Outside = 0.95
	completed, err := c.Complete(profile)
	if err != nil {
		panic(err)
	}
	fmt.Println(profile)
	if err := completed.Write(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// format conll: 2 columns between blanks; word in column 1, label in column 2
	// features = "ner"
	// model-type = "chain"
	// loss = "softmax-margin"
	// cost = "entity"
	// cost-scale = 1.0
	// cost-fn = 3.0
	// cost-fp = 1.0
	// cost-confusion = 1.0
	// gamma = 1.0
	// optimizer = "lbfgs"
	// l2 = 0.1
	// epochs = 300
	// warm-up = 6
	// tolerance = 0.005
	// seed = 1
	// threads = 2
}

package crfpp_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/crfpp"
)

func open() *crfpp.Model {
	data, err := os.ReadFile("testdata/model.crfpp")
	if err != nil {
		log.Fatal(err)
	}
	m, err := crfpp.Read(data)
	if err != nil {
		log.Fatal(err)
	}
	return m
}

// Prints the output of crf_test -m model.crfpp -v 1.
func ExampleModel_Test() {
	in := strings.NewReader("Maria\tNOUN\nmoved\tVERB\nto\tADP\nLisbon\tNOUN\n")
	if err := open().Test(os.Stdout, in, "standard input", crfpp.Options{Verbose: 1}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # 0.220853
	// Maria	NOUN	O/0.502922
	// moved	VERB	O/0.930413
	// to	ADP	O/0.943860
	// Lisbon	NOUN	B-LOC/0.460247
}

// A program with sentences in memory uses one decoder for each goroutine.
func ExampleDecoder() {
	m := open()
	t := m.NewDecoder()
	if err := t.Read(features.Rows{{"Lisbon", "NOUN"}, {"froze", "VERB"}}); err != nil {
		log.Fatal(err)
	}
	paths, err := t.NBest(2)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range paths {
		fmt.Printf("%s %s %.3f\n", m.Labels()[p.Labels[0]], m.Labels()[p.Labels[1]], p.Probability)
	}
	// Output:
	// O O 0.591
	// B-PER O 0.102
}

// A converter reads the weights of a model like this.
func ExampleModel_Unigrams() {
	m := open()
	for name, weights := range m.Unigrams() {
		if name == "U01:Lisbon" {
			for label, w := range weights {
				fmt.Printf("%s %s %+.3f\n", name, m.Labels()[label], w)
			}
		}
	}
	// Output:
	// U01:Lisbon B-LOC +0.222
	// U01:Lisbon B-ORG -0.021
	// U01:Lisbon B-PER -0.083
	// U01:Lisbon I-ORG -0.019
	// U01:Lisbon I-PER -0.007
	// U01:Lisbon O -0.091
}

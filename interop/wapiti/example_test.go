package wapiti_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/wapiti"
)

func open() *wapiti.Model {
	data, err := os.ReadFile("testdata/model.wapiti")
	if err != nil {
		log.Fatal(err)
	}
	m, err := wapiti.Read(data)
	if err != nil {
		log.Fatal(err)
	}
	return m
}

// Prints the output of wapiti label -m model.wapiti -s -p.
func ExampleModel_Label() {
	in := strings.NewReader("Maria\tNOUN\nmoved\tVERB\nto\tADP\nLisbon\tNOUN\n")
	o := wapiti.Options{Scores: true, Posterior: true}
	if err := open().Label(os.Stdout, in, "standard input", o); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # 0 0.264425
	// Maria	NOUN	B-PER	B-PER/0.417691
	// moved	VERB	O	O/0.977755
	// to	ADP	O	O/0.985320
	// Lisbon	NOUN	B-LOC	B-LOC/0.657113
}

// A program with sentences in memory uses one decoder for each goroutine.
func ExampleDecoder() {
	m := open()
	t := m.NewDecoder()
	if err := t.Read(features.Rows{{"Lisbon", "NOUN"}, {"froze", "VERB"}}); err != nil {
		log.Fatal(err)
	}
	best, err := t.Label(2, false)
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range best {
		fmt.Printf("%s %s %.3f\n", m.Labels()[l.Path[0]], m.Labels()[l.Path[1]], l.Score)
	}
	// Output:
	// O O 6.180
	// B-PER O 4.959
}

// A converter reads the weights of a model like this.
func ExampleModel_Unigrams() {
	m := open()
	for name, weights := range m.Unigrams() {
		if name == "u:w=Lisbon" {
			for label, w := range weights {
				fmt.Printf("%s %s %+.3f\n", name, m.Labels()[label], w)
			}
		}
	}
	// Output:
	// u:w=Lisbon B-LOC +0.172
}

package trellis_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

// A model of any kind, here one of Wapiti, labels sentences and files as the command does.
func Example() {
	m, err := trellis.Open("interop/wapiti/testdata/model.wapiti")
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()

	labels, err := m.TagSentence(features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}, {"to", "ADP"}, {"Lisbon", "NOUN"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)

	text := corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader("Lisbon\tNOUN\nfroze\tVERB\n")}
	if err := m.TagFiles(context.Background(), os.Stdout, text, trellis.FileOptions{Probabilities: true}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// [B-PER O O B-LOC]
	// Lisbon	NOUN	O	0.595988
	// froze	VERB	O	0.963604
}

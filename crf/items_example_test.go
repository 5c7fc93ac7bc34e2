package crf_test

import (
	"context"
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// attributesOf is the function that users of python-crfsuite call word2features.
func attributesOf(words []string) [][]attrfile.Attribute {
	items := make([][]attrfile.Attribute, len(words))
	for i, w := range words {
		items[i] = []attrfile.Attribute{{Name: "w=" + w, Value: 1}, {Name: "length", Value: float64(len(w)) / 10}}
		if w[0] >= 'A' && w[0] <= 'Z' {
			items[i] = append(items[i], attrfile.Attribute{Name: "capital", Value: 1})
		}
		if i > 0 {
			items[i] = append(items[i], attrfile.Attribute{Name: "before=" + words[i-1], Value: 1})
		}
	}
	return items
}

// A program that creates its own attributes trains and tags with items, as in pycrfsuite. An item
// is a list of names with values.
func Example_items() {
	sentences := [][]string{{"Ada", "met", "Karl"}, {"they", "met", "in", "Oslo"}, {"Karl", "left", "Oslo"}, {"Ada", "lives", "in", "Rome"}}
	labels := [][]string{{"PER", "O", "PER"}, {"O", "O", "O", "LOC"}, {"PER", "O", "LOC"}, {"PER", "O", "O", "LOC"}}

	d, err := crf.NewDataset(model.Input{}) // Trainer()
	if err != nil {
		log.Fatal(err)
	}
	for k, words := range sentences {
		if err := d.AddItems(attributesOf(words), labels[k], 1); err != nil { // trainer.append(xseq, yseq)
			log.Fatal(err)
		}
	}
	m, _, err := crf.Train(context.Background(), d, crf.Options{Penalty: optimize.Penalty{L2: 0.1}}) // c2
	if err != nil {
		log.Fatal(err)
	}

	tagger, err := m.NewTagger(model.TagOptions{NBest: 1, Probabilities: true}) // Tagger()
	if err != nil {
		log.Fatal(err)
	}
	list, err := tagger.Label(model.Sentence{Items: attributesOf([]string{"Karl", "in", "Rome"})}, nil) // tagger.set(xseq)
	if err != nil {
		log.Fatal(err)
	}
	best := list[0] // tagger.tag(), tagger.probability(yseq), tagger.marginal(y, i)
	fmt.Printf("%v %.2f\n", best.Labels, best.Probability)
	fmt.Printf("Rome is a %s: %.2f\n", best.Labels[2], best.Probabilities[2])
	// Output:
	// [PER O LOC] 0.76
	// Rome is a LOC: 0.86
}

package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// document returns a document as a model.TextTagger makes it.
func document() *model.Document {
	const s = "Zoë lives in Oslo."
	sentence := text.Split(&text.Rules{}, s).Sentences[0]
	entity := func(label string, token int, p float64) model.Entity {
		t := sentence.Tokens[token]
		return model.Entity{Range: t.Range, Text: t.Text, Label: label, Tokens: [2]int{token, token + 1}, Probability: p}
	}
	return &model.Document{Text: s, Sentences: []model.DocumentSentence{{
		Sentence: sentence,
		Labels:   []string{"B-PER", "O", "O", "B-LOC", "O"},
		Entities: []model.Entity{entity("PER", 0, 0.98), entity("LOC", 3, 0.91)},
	}}}
}

func ExampleNewText() {
	w := report.NewText(os.Stdout, report.TextOptions{})
	if err := w.Write(document()); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	// Output: [Zoë PER] lives in [Oslo LOC].
}

func ExampleNewText_tags() {
	w := report.NewText(os.Stdout, report.TextOptions{Style: report.Tags})
	if err := w.Write(document()); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	// Output: Zoë/B-PER lives/O in/O Oslo/B-LOC ./O
}

func ExampleNewJSON() {
	d := document()
	s := &d.Sentences[0]
	s.Tokens, s.Labels, s.Entities = s.Tokens[:1], s.Labels[:1], s.Entities[:1] // a short object
	var line, indented bytes.Buffer
	w := report.NewJSON(&line, report.JSONOptions{Unit: report.UTF16})
	if err := w.Write(d); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := json.Indent(&indented, line.Bytes(), "", " "); err != nil {
		log.Fatal(err)
	}
	fmt.Print(indented.String())
	// Output:
	// {
	//  "text": "Zoë lives in Oslo.",
	//  "start": 0,
	//  "end": 18,
	//  "tokens": [
	//   {
	//    "text": "Zoë",
	//    "start": 0,
	//    "end": 3,
	//    "label": "B-PER"
	//   }
	//  ],
	//  "entities": [
	//   {
	//    "start": 0,
	//    "end": 3,
	//    "text": "Zoë",
	//    "label": "PER",
	//    "probability": 0.98
	//   }
	//  ]
	// }
}

func ExampleNewHTML() {
	file, err := os.CreateTemp("", "*.html")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file.Name())
	w := report.NewHTML(file, report.HTMLOptions{Title: "Where people live", Language: "en"})
	if err := w.Write(document()); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("done")
	// Output: done
}

func ExampleAnalysis_WriteHTML() {
	sentences := []analysis.Sentence{{File: "test.conll", Words: []string{"in", "Oslo"}, Gold: []string{"O", "B-LOC"}, Predicted: []string{"O", "B-ORG"}}}
	var scorer metrics.Scorer
	if err := scorer.Add(metrics.Pair{Gold: sentences[0].Gold, Predicted: sentences[0].Predicted}); err != nil {
		log.Fatal(err)
	}
	scores := scorer.Results()
	a, err := analysis.New(&scores, sentences, analysis.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var page bytes.Buffer
	if err := (&report.Analysis{Title: "Names", Analysis: a}).WriteHTML(&page); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(page.String(), `<mark class="c2 wrong" data-label="ORG">Oslo</mark>`))
	// Output: true
}

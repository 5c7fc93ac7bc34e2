package standoff_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing/fstest"

	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// A file of doccano becomes rows of tokens and labels.
func Example() {
	const file = `{"id": 1, "text": "Anna lives in Oslo.", "label": [[0, 4, "PER"], [14, 17, "LOC"]]}`
	reader, err := standoff.NewReader(strings.NewReader(file), "train.jsonl", standoff.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var report standoff.Report
	aligner := standoff.Aligner{Tokenizer: &text.Rules{Language: "en"}, Report: &report}
	var d standoff.Document
	for {
		err := reader.Read(&d)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		sentences, err := aligner.Align(&d)
		if err != nil {
			log.Fatal(err)
		}
		for _, s := range sentences {
			for _, row := range s.Rows() {
				fmt.Println(strings.Join(row, " "))
			}
		}
	}
	fmt.Println(report.Changes[0])
	// Output:
	// Anna B-PER
	// lives O
	// in O
	// Oslo B-LOC
	// . O
	// train.jsonl:1: document 1: span LOC "Osl" expanded to "Oslo"
}

// Labels of tokens become spans in the format of spaCy.
func ExampleNewWriter() {
	d := standoff.Document{Text: "Bo met 😀 Zoë."}
	tokens := text.Split(&text.Rules{}, d.Text).Sentences[0].Tokens
	d.Spans = standoff.TokenSpans(nil, tokens, []string{"B-PER", "O", "O", "B-PER", "O"})
	for _, format := range []standoff.Format{standoff.SpaCy, standoff.Doccano} {
		w, err := standoff.NewWriter(os.Stdout, standoff.Options{Format: format})
		if err != nil {
			log.Fatal(err)
		}
		if err := w.Write(&d); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// ["Bo met 😀 Zoë.", {"entities": [[0, 2, "PER"], [9, 12, "PER"]]}]
	// {"text": "Bo met 😀 Zoë.", "label": [[0, 2, "PER"], [10, 13, "PER"]]}
}

func ExampleNewBratReader() {
	files := fstest.MapFS{ // os.DirFS("corpus") reads a folder
		"letter.txt": {Data: []byte("Dear Anna, come to Oslo.")},
		"letter.ann": {Data: []byte("T1\tPER 5 9\tAnna\nT2\tLOC 19 23\tOslo\nR1\tlives Arg1:T1 Arg2:T2\n")},
	}
	reader, err := standoff.NewBratReader(files, standoff.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var d standoff.Document
	if err := reader.Read(&d); err != nil {
		log.Fatal(err)
	}
	for _, s := range d.Spans {
		fmt.Println(s.Label, d.Covered(s))
	}
	fmt.Println("not kept:", reader.Lost())
	// Output:
	// PER Anna
	// LOC Oslo
	// not kept: 1 relations
}

// Elements of XML become spans.
func ExampleNewReader_xml() {
	const file = `<list>
  <address><number>12</number> <street>Elm Street</street>, <city>Bath &amp; Wells</city></address>
</list>`
	reader, err := standoff.NewReader(strings.NewReader(file), "list.xml", standoff.Options{Element: "address"})
	if err != nil {
		log.Fatal(err)
	}
	var d standoff.Document
	if err := reader.Read(&d); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Text)
	for _, s := range d.Spans {
		fmt.Println(s.Label, d.Covered(s))
	}
	// Output:
	// 12 Elm Street, Bath & Wells
	// number 12
	// street Elm Street
	// city Bath & Wells
}

package corpus_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

func ExampleReader() {
	file := "-DOCSTART- -X- O\n\nAnna NNP B-PER\nsings VBZ O\n\nLoudly RB O\n"
	r := corpus.NewReader(strings.NewReader(file), "songs.conll", corpus.Options{})
	layout, err := r.Layout()
	if err != nil {
		panic(err)
	}
	form, _ := layout.Form("")   // the first column
	label, _ := layout.Label("") // the last one
	var s corpus.Sentence
	for r.Read(&s) == nil {
		for t := range s.Len() {
			fmt.Println(s.Line(t), s.Field(t, form), s.Field(t, label.Column))
		}
	}
	// Output:
	// 3 Anna B-PER
	// 4 sings O
	// 6 Loudly O
}

func ExampleReader_errors() {
	r := corpus.NewReader(strings.NewReader("a DT O\ncat NN\n"), "cats.conll", corpus.Options{})
	var s corpus.Sentence
	err := r.Read(&s)
	fmt.Println(err)
	var parse *corpus.ParseError
	fmt.Println(errors.As(err, &parse), parse.Line)
	// Output:
	// cats.conll:2: 2 columns, expected 3
	// true 2
}

func ExampleWriter() {
	r := corpus.NewReader(strings.NewReader("# greeting\nHello\tINTJ\nBerlin\tPROPN\n"), "", corpus.Options{})
	w := corpus.NewWriter(os.Stdout)
	var s corpus.Sentence
	for {
		err := r.Read(&s)
		edit := corpus.Edit{}
		if s.Len() > 0 {
			edit.Append = [][]string{{"O", "B-LOC"}}
		}
		if err := w.WriteEdited(&s, edit); err != nil {
			panic(err)
		}
		if err != nil {
			break
		}
	}
	// Output:
	// # greeting
	// Hello	INTJ	O
	// Berlin	PROPN	B-LOC
}

func ExampleWriter_nbest() {
	r := corpus.NewReader(strings.NewReader("May\tAUX\nday\tNOUN\n"), "", corpus.Options{})
	w := corpus.NewWriter(os.Stdout)
	var s corpus.Sentence
	if err := r.Read(&s); err != nil {
		panic(err)
	}
	for rank, path := range [][]string{{"PROPN", "NOUN"}, {"AUX", "NOUN"}} {
		err := w.WriteEdited(&s, corpus.Edit{
			Comments: []string{fmt.Sprintf("%d %.1f", rank, 0.6-0.4*float64(rank))},
			Replace:  path,
			Column:   1,
			Again:    rank > 0,
		})
		if err != nil {
			panic(err)
		}
	}
	// Output:
	// # 0 0.6
	// May	PROPN
	// day	NOUN
	//
	// # 1 0.2
	// May	AUX
	// day	NOUN
}

func ExampleDetect() {
	format, in := corpus.Detect(strings.NewReader("O\tw=time\\:7\tlen:0.4\n\n"), "")
	fmt.Println(format)
	r := attrfile.NewReader(in, "data.crfsuite")
	var it attrfile.Items
	for r.Read(&it) == nil {
		fmt.Println(it.Labels, it.Attributes, it.Weight)
	}
	// Output:
	// crfsuite
	// [O] [[{w=time:7 1} {len 0.4}]] 1
}

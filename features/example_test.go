package features_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/trellis-nlp/trellis/features"
)

// A file, its columns and a sentence: the attributes of each token.
func Example() {
	const file = `
# the word in lower case, its ending, its shape, and the word before
u:l=%l[0,form]
u:s3=%s[0,form,3]
u:H=%H[0,form]
u:w-1=%x[-1,form]
b`
	templates, err := features.Parse(strings.NewReader(file), "mine.txt", features.DialectAuto)
	if err != nil {
		log.Fatal(err)
	}
	program, err := templates.Bind(1, map[string]int{"form": 0})
	if err != nil {
		log.Fatal(err)
	}
	extractor := program.NewExtractor()
	extractor.Reset(features.Rows{{"Ines"}, {"is"}, {"skating"}})
	for t := range extractor.Len() {
		fmt.Printf("%s\n", extractor.Unigrams(t))
	}
	fmt.Println("label transitions:", templates.Transitions())
	// Output:
	// [u:l=ines u:s3=nes u:H=Xx u:w-1=_x-1]
	// [u:l=is u:H=x u:w-1=Ines]
	// [u:l=skating u:s3=ing u:H=x u:w-1=is]
	// label transitions: true
}

// Templates of CRF++ are read unchanged. Label pairs may have attributes, too.
func ExampleParse_crfpp() {
	const file = "U00:%x[-1,0]/%x[0,1]\nB01:%x[0,0]\nB\n"
	templates, err := features.Parse(strings.NewReader(file), "template", features.DialectAuto)
	if err != nil {
		log.Fatal(err)
	}
	program, err := templates.Bind(2, nil)
	if err != nil {
		log.Fatal(err)
	}
	extractor := program.NewExtractor()
	extractor.Reset(features.Rows{{"Cats", "NOUN"}, {"sleep", "VERB"}})
	fmt.Println(templates.Dialect())
	fmt.Printf("%s %s\n", extractor.Unigrams(0), extractor.Bigrams(0))
	fmt.Printf("%s %s\n", extractor.Unigrams(1), extractor.Bigrams(1))
	// Output:
	// crf++
	// [U00:_B-1/NOUN] []
	// [U00:Cats/VERB] [B01:sleep]
}

// Optional lines are omitted if their column is missing. Other missing columns are errors with a
// position.
func ExampleTemplates_Bind() {
	const file = "u:w=%x[0,form]\n?u:p=%x[0,pos]\nu:lemma=%x[0,lemma]\n"
	templates, err := features.Parse(strings.NewReader(file), "mine.txt", features.DialectAuto)
	if err != nil {
		log.Fatal(err)
	}
	_, err = templates.Bind(2, map[string]int{"form": 0})
	fmt.Println(err)
	program, err := templates.Bind(2, map[string]int{"form": 0, "lemma": 1})
	fmt.Println(program.Columns(), err)
	// Output:
	// mine.txt:3:9: no such column: lemma (no column of that name)
	// [0 1] <nil>
}

// Attributes point into memory that the extractor reuses. A model looks them up at once, which
// copies nothing.
func ExampleExtractor() {
	templates, err := features.Preset("pos")
	if err != nil {
		log.Fatal(err)
	}
	program, err := templates.Bind(1, map[string]int{"form": 0})
	if err != nil {
		log.Fatal(err)
	}
	ids := map[string]int32{"u:s3=ing": 7, "u:l=the": 8}
	extractor := program.NewExtractor()
	extractor.Reset(features.Rows{{"The"}, {"evening"}})
	for t := range extractor.Len() {
		for _, attribute := range extractor.Unigrams(t) {
			if id, known := ids[string(attribute)]; known {
				fmt.Println(t, id)
			}
		}
	}
	// Output:
	// 0 8
	// 1 7
}

// Templates are named by the text at the start of their attributes.
func ExampleTemplates_Without() {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,0]\nu:w-1=%x[-1,0]\nu:w-10=%x[-1,0]/%x[0,0]\nb\n"),
		"mine.txt", features.DialectAuto)
	if err != nil {
		log.Fatal(err)
	}
	less, err := templates.Without("w-10")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(less.Source())
	// Output:
	// u:w=%x[0,0]
	// u:w-1=%x[-1,0]
	// b
}

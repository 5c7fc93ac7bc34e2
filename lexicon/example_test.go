package lexicon_test

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

// Templates read the class of a word like a column of the file.
func Example() {
	paths, err := cluster.Read(strings.NewReader("0010\tdog\t3\n0011\tcat\t2\n11\tsees\t2\n"), "words.paths")
	if err != nil {
		panic(err)
	}
	classes, err := lexicon.NewClasses("cluster", paths)
	if err != nil {
		panic(err)
	}
	templates, err := features.Parse(strings.NewReader("u:class=%x[0,cluster]\nu:coarse=%p[1,cluster,3]\n"), "", features.DialectTrellis)
	if err != nil {
		panic(err)
	}
	program, err := templates.Bind(1, map[string]int{"form": 0}, classes)
	if err != nil {
		panic(err)
	}
	e := program.NewExtractor()
	e.Reset(features.Rows{{"Dog"}, {"sees"}, {"cat"}})
	for t := range e.Len() {
		fmt.Printf("%s\n", e.Unigrams(t))
	}
	// Output:
	// [u:class=0010]
	// [u:class=11 u:coarse=001]
	// [u:class=0011]
}

// For a training sentence, the labels of a word come from the other sentences. For later sentences,
// they come from all sentences.
func ExampleLabelCounts() {
	sentences := []struct{ words, labels []string }{
		{[]string{"I", "saw", "her", "duck"}, []string{"PRON", "VERB", "PRON", "VERB"}},
		{[]string{"The", "duck", "saw", "us"}, []string{"DET", "NOUN", "VERB", "PRON"}},
	}
	seen := lexicon.NewLabelCounts()
	for _, s := range sentences {
		seen.Add(s.words, s.labels)
	}
	for _, s := range sentences {
		fmt.Printf("%q\n", seen.LeaveOneOut(nil, s.words, s.labels))
	}
	classes, err := seen.Classes("seen")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%q\n", classes.Class("duck"))
	// Output:
	// ["" "VERB" "" "NOUN"]
	// ["" "VERB" "VERB" ""]
	// "NOUN|VERB"
}

package crfsuite_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// A program that makes its own attributes tags with a CRFsuite model.
func Example() {
	data, err := os.ReadFile("testdata/tiny.model")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := crfsuite.Read(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	labeller, err := crfsuite.NewLabeller(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	labels, err := labeller.TagItems([][]attrfile.Attribute{
		{{Name: "w[0]=Maria", Value: 1}, {Name: "p[0]=NOUN", Value: 1}, {Name: "len", Value: 0.5}, {Name: "cap", Value: 2}, {Name: "w[1]=Lindqvist", Value: 1}},
		{{Name: "w[0]=moved", Value: 1}, {Name: "p[0]=VERB", Value: 1}, {Name: "len", Value: 0.5}, {Name: "w[1]=to", Value: 1}},
	})
	fmt.Println(labels, err)
	// Output: [B-PER O] <nil>
}

// Prints the weights of a model, feature by feature.
func ExampleRead() {
	data, err := os.ReadFile("testdata/tiny.model")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := crfsuite.Read(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Labels)
	for _, x := range m.Attributes[:2] {
		for _, f := range x.Features {
			fmt.Printf("%s %s %+.3f\n", x.Name, m.Labels[f.Label], f.Weight)
		}
	}
	f := m.Transitions[0]
	fmt.Printf("%s -> %s %+.3f\n", m.Labels[f.From], m.Labels[f.To], f.Weight)
	// Output:
	// [B-PER I-PER O B-LOC B-ORG I-ORG]
	// w[0]=Maria B-PER +0.282
	// p[0]=NOUN B-PER +0.268
	// p[0]=NOUN I-PER -0.058
	// p[0]=NOUN O -0.536
	// p[0]=NOUN B-LOC +0.107
	// p[0]=NOUN B-ORG +0.109
	// p[0]=NOUN I-ORG +0.109
	// B-PER -> I-PER +0.274
}

// Writes weights from any source to a file that CRFsuite loads.
func ExampleWrite() {
	m := &crfsuite.Model{
		Labels: []string{"O", "B-PER"},
		Attributes: []crfsuite.Attribute{
			{Name: "w=Ada", Features: []crfsuite.Feature{{Label: 1, Weight: 2}}},
			{Name: "w=wrote", Features: []crfsuite.Feature{{Label: 0, Weight: 1.5}, {Label: 1, Weight: -1}}},
		},
		Transitions: []crfsuite.Transition{{From: 0, To: 0, Weight: 0.5}},
	}
	var file bytes.Buffer
	if err := crfsuite.Write(&file, m); err != nil {
		fmt.Println(err)
		return
	}
	back, err := crfsuite.Read(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Len(), "bytes,", back.Features(), "features")
	// Output: 4500 bytes, 4 features
}

// Prints the output of "crfsuite tag -p -i".
func ExamplePrinter() {
	m := &crfsuite.Model{
		Labels:     []string{"O", "B-PER"},
		Attributes: []crfsuite.Attribute{{Name: "w=Ada", Features: []crfsuite.Feature{{Label: 1, Weight: 2}}}},
	}
	labeller, err := crfsuite.NewLabeller(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	tagger := labeller.NewDecoder()
	if err := tagger.ReadItems([][]attrfile.Attribute{{{Name: "w=Ada", Value: 1}}}); err != nil {
		fmt.Println(err)
		return
	}
	p := crfsuite.NewPrinter(m.Labels, crfsuite.Output{Probability: true, Marginal: true})
	lines, err := p.Append(nil, tagger.Scores(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(lines)
	// Output:
	// @score	2.000000	2.126928
	// @probability	0.880797
	// B-PER:0.880797
}

package crf_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var training = []features.Rows{
	{{"the", "DET"}, {"dog", "NOUN"}, {"barks", "VERB"}},
	{{"a", "DET"}, {"cat", "NOUN"}, {"sleeps", "VERB"}},
	{{"dogs", "NOUN"}, {"bark", "VERB"}, {"loudly", "ADV"}},
	{{"the", "DET"}, {"cats", "NOUN"}, {"sleep", "VERB"}, {"quietly", "ADV"}},
}

// templates returns a few templates.
func templates() *features.Templates {
	t, err := features.Parse(strings.NewReader("u:w=%x[0,form]\nu:s=%s[0,form,2]\nu:l=%x[-1,form]\nb\n"),
		"example", features.DialectTrellis)
	if err != nil {
		log.Fatal(err)
	}
	return t
}

// dataset compiles sentences of words and labels with a few templates.
func dataset() *crf.Dataset {
	d, err := crf.NewDataset(model.Input{Templates: templates(), Names: map[string]int{"form": 0}})
	if err != nil {
		log.Fatal(err)
	}
	for _, rows := range training {
		var labels []string
		for _, row := range rows {
			labels = append(labels, row[1])
		}
		if err := d.Add(rows, labels, 1); err != nil {
			log.Fatal(err)
		}
	}
	return d
}

func Example() {
	model, summary, err := crf.Train(context.Background(), dataset(), crf.Options{Penalty: optimize.Penalty{L2: 0.1}})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := model.Tag(features.Rows{{"a"}, {"dog"}, {"sleeps"}, {"loudly"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Reason, labels)
	// Output: converged [DET NOUN VERB ADV]
}

// A tagger that you keep reuses its memory. It does not allocate once it has seen its longest
// sentence.
func ExampleModel_NewTagger() {
	m, _, err := crf.Train(context.Background(), dataset(), crf.Options{Penalty: optimize.Penalty{L2: 0.1}})
	if err != nil {
		log.Fatal(err)
	}
	tagger, err := m.NewTagger(model.TagOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, sentence := range []features.Rows{{{"a"}, {"dog"}}, {{"cats"}, {"sleep"}}} {
		list, err := tagger.Label(model.Sentence{Columns: sentence}, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(list[0].Labels)
	}
	// Output:
	// [DET NOUN]
	// [NOUN VERB]
}

// New builds a model from its content, for example to import the model of another tool.
func ExampleNew() {
	model, err := crf.New(crf.Content{
		Labels: []string{"cold", "warm"},
		Attributes: []crf.Attribute{
			{Name: "snow", Weights: []crf.LabelWeight{{Label: 0, Weight: 2}}},
			{Name: "sun", Weights: []crf.LabelWeight{{Label: 0, Weight: -0.5}, {Label: 1, Weight: 1}}},
		},
		Transitions: []crf.PairWeight{{From: 0, To: 0, Weight: 1}, {From: 1, To: 1, Weight: 1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := model.TagItems([][]attrfile.Attribute{{{Name: "snow", Value: 1}}, nil, {{Name: "sun", Value: 2}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output: [cold cold warm]
}

// blend is the mean of hinge and cross-entropy, a custom convex loss built from package losses.
type blend struct{ other structured.Lattice }

func (b *blend) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	hinge, err := losses.Hinge{}.Eval(grad, s, y, w)
	if err != nil {
		return 0, err
	}
	entropy, err := losses.CrossEntropy{}.Eval(&b.other, s, y, w)
	if err != nil || grad == nil {
		return (hinge + entropy) / 2, err
	}
	err = structured.AddScaled(grad, grad, &b.other, 1)
	grad.Scale(0.5)
	return (hinge + entropy) / 2, err
}

// A custom loss trains like any other. This one has its own scratch memory and therefore needs a
// single thread.
func ExampleTrain_ownLoss() {
	model, _, err := crf.Train(context.Background(), dataset(), crf.Options{
		Loss:       new(blend),
		Stochastic: optimize.AdaGrad{},
		Penalty:    optimize.Penalty{L2: 0.01},
		Threads:    1,
	})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := model.Tag(features.Rows{{"the"}, {"cat"}, {"barks"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output: [DET NOUN VERB]
}

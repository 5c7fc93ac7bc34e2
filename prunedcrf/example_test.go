package prunedcrf_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// The ending of an unknown word indicates the subtags of its label.
func ExampleTrain() {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,0]\nu:s=%s[0,0,1]\n"), "endings", features.DialectTrellis)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := prunedcrf.NewDataset(model.Input{Templates: templates, Columns: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []struct{ words, labels string }{
		{"the dogs bark", "Def Num=Plur|Case=Nom Tense=Pres"},
		{"the dog barked", "Def Num=Sing|Case=Nom Tense=Past"},
		{"the cats barked", "Def Num=Plur|Case=Nom Tense=Past"},
	} {
		if err := data.Add(rows(s.words), strings.Fields(s.labels), 1); err != nil {
			fmt.Println(err)
			return
		}
	}
	model, _, err := prunedcrf.Train(context.Background(), data, prunedcrf.Options{Separator: "|"})
	if err != nil {
		fmt.Println(err)
		return
	}
	labels, err := model.Tag(rows("the birds landed"))
	fmt.Println(labels, err)
	// Output: [Def Num=Plur|Case=Nom Tense=Past] <nil>
}

func rows(text string) features.Rows {
	var r features.Rows
	for word := range strings.FieldsSeq(text) {
		r = append(r, []string{word})
	}
	return r
}

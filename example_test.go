package trellis_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// Three columns: word, part of speech, label.
const (
	train = "internal/sample/train.conll"
	dev   = "internal/sample/dev.conll"
	test  = "internal/sample/test.conll"
)

// Train a named-entity recogniser and keep the weights that score best on development data.
func Example() {
	config := trellis.Config{Dev: trellis.Files(dev), POS: "none", Threads: 2}
	model, report, err := trellis.Train(context.Background(), trellis.Files(train), config)
	if err != nil {
		log.Fatal(err)
	}
	if err := model.SaveFile(filepath.Join(os.TempDir(), "ner.model")); err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Sentences, "sentences, loss", report.Config.Loss)

	labels, err := model.Tag(strings.Fields("Maria moved to Lisbon ."))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output:
	// 308 sentences, loss softmax-margin
	// [B-PER O O B-LOC O]
}

// A model can be used by many goroutines.
func ExampleModel_Tag() {
	model, err := trellis.Open(savedModel())
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()

	var wg sync.WaitGroup
	right := make([]bool, 64)
	for k := range right {
		wg.Go(func() {
			labels, err := model.Tag([]string{"Maria", "moved", "to", "Lisbon", "."})
			right[k] = err == nil && labels[0] == "B-PER" && labels[3] == "B-LOC"
		})
	}
	wg.Wait()
	fmt.Println(right[0], right[63])
	// Output: true true
}

// Every setting has a field. Unset fields are picked to suit the data.
func ExampleTrain() {
	config := trellis.Config{
		Label:  "2", // parts of speech
		Loss:   "cross-entropy",
		L2:     new(0.5),
		Epochs: new(20),
	}
	model, report, err := trellis.Train(context.Background(), trellis.Files(train), config)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Config.Optimizer, "with the preset", report.Config.Features)
	fmt.Println(model.Tag([]string{"She", "took", "it", "."}))

	config.Rate = new(0.1)
	_, _, err = trellis.Train(context.Background(), trellis.Files(train), config)
	fmt.Println(err)
	// Output:
	// lbfgs with the preset pos
	// [PRON VERB PRON PUNCT] <nil>
	// rate: lbfgs has no learning rate; use one of sgd, sgd-l1, adagrad, adam, adamw
}

// Sentences can come from memory: rows of columns, with the label in the last column.
func ExampleSentences() {
	var list []*corpus.Sentence
	for _, text := range []string{"the/D cat/N sleeps/V", "a/D dog/N barks/V", "cats/N sleep/V"} {
		var rows [][]string
		for _, token := range strings.Fields(text) {
			rows = append(rows, strings.Split(token, "/"))
		}
		s, err := corpus.NewSentence(rows)
		if err != nil {
			log.Fatal(err)
		}
		list = append(list, s)
	}
	model, _, err := trellis.Train(context.Background(), trellis.Sentences(list...), trellis.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Tag([]string{"the", "dog", "sleeps"}))
	// Output: [D N V] <nil>
}

// A model may read other columns than the words.
func ExampleModel_TagSentence() {
	model, err := trellis.Open("interop/wapiti/testdata/model.wapiti")
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	fmt.Println(model.TagSentence(features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}, {"to", "ADP"}, {"Lisbon", "NOUN"}}))
	// Output: [B-PER O O B-LOC] <nil>
}

// TagFiles keeps columns, comments and blank lines.
func ExampleModel_TagFiles() {
	model, err := trellis.Open("interop/wapiti/testdata/model.wapiti") // a model of Wapiti
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	text := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader("Lisbon\tNOUN\nfroze\tVERB\n")}
	options := trellis.FileOptions{Probabilities: true}
	if err := model.TagFiles(context.Background(), os.Stdout, text, options); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Lisbon	NOUN	O	0.595988
	// froze	VERB	O	0.963604
}

// Evaluate returns the same scores as conlleval.
func ExampleModel_Evaluate() {
	model, err := trellis.Open(savedModel())
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	results, err := model.Evaluate(context.Background(), trellis.Files(test))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results.Tokens, results.F1 > 0.5)
	// Output: 611 true
}

// A model stores its training settings. The same settings and data give the same model.
func ExampleModel_Config() {
	path := savedModel()
	model, err := trellis.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	config, err := model.Config()
	if err != nil {
		log.Fatal(err)
	}
	config.Dev = trellis.Files(dev)
	again, _, err := trellis.Train(context.Background(), trellis.Files(train), config)
	if err != nil {
		log.Fatal(err)
	}
	if err := again.SaveFile(path + "2"); err != nil {
		log.Fatal(err)
	}
	one, _ := os.ReadFile(path)
	two, _ := os.ReadFile(path + "2")
	fmt.Println(len(one) > 0, bytes.Equal(one, two))
	// Output: true true
}

// savedModel returns the file of a named-entity model.
var savedModel = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "trellis")
	if err != nil {
		log.Fatal(err)
	}
	config := trellis.Config{Dev: trellis.Files(dev), POS: "none", Threads: 2}
	model, _, err := trellis.Train(context.Background(), trellis.Files(train), config)
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "ner.model")
	if err := model.SaveFile(path); err != nil {
		log.Fatal(err)
	}
	return path
})

func ExampleModel_TagText() {
	model, err := trellis.Open(savedModel())
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	document, err := model.TagText("Maria lives in Oslo.")
	if err != nil {
		log.Fatal(err)
	}
	for _, sentence := range document.Sentences {
		for _, e := range sentence.Entities {
			fmt.Println(e.Text, e.Label, e.Start.Rune, e.End.Rune)
		}
	}
	// Output:
	// Maria PER 0 5
	// Oslo LOC 15 19
}

// The writers of package report write text with marks, JSON or HTML.
func ExampleModel_TagTextFiles() {
	model, err := trellis.Open(savedModel())
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	data := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader("Maria lives in Oslo.\n\nShe left Berlin.\n")}
	w := report.NewText(os.Stdout, report.TextOptions{})
	if err := model.TagTextFiles(context.Background(), w, data, trellis.TextOptions{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// [Maria PER] lives in [Oslo LOC].
	//
	// She left [Berlin LOC].
}

func ExampleEvaluateTokenizer() {
	const gold = "# newpar\n" +
		"1\tShe\t_\t_\t_\t_\t_\t_\t_\t_\n" +
		"2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n" +
		"2\tdid\t_\t_\t_\t_\t_\t_\t_\t_\n" +
		"3\tn't\t_\t_\t_\t_\t_\t_\t_\t_\n" +
		"4\t.\t_\t_\t_\t_\t_\t_\t_\t_\n\n"
	data := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(gold)}
	scores, err := trellis.EvaluateTokenizer(context.Background(), &text.Rules{}, data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f of the tokens, %.2f of the words\n", scores.Tokens.F1(), scores.Words.F1())
	// Output: 1.00 of the tokens, 0.57 of the words
}

// Fit a temperature and biases to sentences that the model has not seen.
func ExampleModel_Calibrate() {
	ner, err := trellis.Open(savedModel())
	if err != nil {
		log.Fatal(err)
	}
	defer ner.Close()
	o := trellis.CalibrateOptions{Target: "precision=0.88"}
	calibrated, report, err := ner.Calibrate(context.Background(), trellis.Files(dev), o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("precision %.3f, was %.3f\n", report.After.Precision, report.Before.Precision)
	labels, err := calibrated.Tag([]string{"Maria", "moved", "to", "Lisbon", "."})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels)
	// Output:
	// precision 0.891, was 0.857
	// [B-PER O O B-LOC O]
}

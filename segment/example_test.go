package segment_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/trellis-nlp/trellis/segment"
	"github.com/trellis-nlp/trellis/text"
)

const treebank = `# text = She didn't go.
1	She	_	_	_	_	_	_	_	_
2-3	didn't	_	_	_	_	_	_	_	_
2	did	_	_	_	_	_	_	_	_
3	n't	_	_	_	_	_	_	_	_
4	go	_	_	_	_	_	_	_	SpaceAfter=No
5	.	_	_	_	_	_	_	_	_

# text = Anna did.
1	Anna	_	_	_	_	_	_	_	_
2	did	_	_	_	_	_	_	_	SpaceAfter=No
3	.	_	_	_	_	_	_	_	_

`

func ExampleTrain() {
	reference, err := text.ReadReference(strings.NewReader(strings.Repeat(treebank, 5)), "train.conllu", -1)
	if err != nil {
		log.Fatal(err)
	}
	tokenizer, err := segment.Train(context.Background(), []*text.Reference{reference}, segment.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, sentence := range text.Split(tokenizer, "Anna didn't go. She did.").Sentences {
		for _, token := range sentence.Tokens {
			fmt.Println(token.Text)
		}
		fmt.Println("--")
	}
	// Output:
	// Anna
	// did
	// n't
	// go
	// .
	// --
	// She
	// did
	// .
	// --
}

func ExampleLoad() {
	reference, err := text.ReadSeparated(strings.NewReader(strings.Repeat("good|tea|is|hot\nis|tea|good\nhot|tea\n", 5)), "words.txt", "|")
	if err != nil {
		log.Fatal(err)
	}
	tokenizer, err := segment.Train(context.Background(), []*text.Reference{reference}, segment.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := tokenizer.Save(&file); err != nil {
		log.Fatal(err)
	}
	tokenizer, err = segment.Load(&file)
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range text.Split(tokenizer, "teaisgood").Sentences[0].Tokens {
		fmt.Println(token.Text)
	}
	// Output:
	// tea
	// is
	// good
}

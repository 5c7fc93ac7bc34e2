package text_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis/text"
)

func ExampleSplit() {
	tokenizer, err := text.New("rules:en")
	if err != nil {
		log.Fatal(err)
	}
	document := text.Split(tokenizer, "Zoë doesn't ski. 😀 Why?")
	for _, sentence := range document.Sentences {
		for _, token := range sentence.Tokens {
			fmt.Printf("%s %d-%d\n", token.Text, token.Start.UTF16, token.End.UTF16)
		}
		fmt.Println("--")
	}
	// Output:
	// Zoë 0-3
	// does 4-8
	// n't 8-11
	// ski 12-15
	// . 15-16
	// --
	// 😀 17-19
	// Why 20-23
	// ? 23-24
	// --
}

func ExampleReference_Score() {
	reference := &text.Reference{
		Text: "Wait... what?",
		Tokens: []text.ReferenceToken{
			{Form: "Wait", Words: []string{"Wait"}, First: true},
			{Form: "...", Words: []string{"..."}, Spaced: true},
			{Form: "what", Words: []string{"what"}},
			{Form: "?", Words: []string{"?"}},
		},
	}
	scores, _ := reference.Score(text.Split(text.Space{}, reference.Text).Sentences, nil)
	fmt.Printf("tokens %d of %d\n", scores.Tokens.Correct, scores.Tokens.Gold)
	scores, _ = reference.Score(text.Split(&text.Rules{}, reference.Text).Sentences, nil)
	fmt.Printf("tokens %d of %d\n", scores.Tokens.Correct, scores.Tokens.Gold)
	// Output:
	// tokens 0 of 4
	// tokens 4 of 4
}

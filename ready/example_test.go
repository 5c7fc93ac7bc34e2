package ready_test

import (
	"fmt"
	"log"

	"github.com/trellis-nlp/trellis"
)

func Example() {
	m, err := trellis.Ready()
	if err != nil {
		log.Fatal(err)
	}
	d, err := m.TagText("Anna lives in Oslo.")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range d.Sentences {
		for k, token := range s.Tokens {
			fmt.Println(token.Start.Rune, token.Text, s.Labels[k])
		}
	}
	// Output:
	// 0 Anna PROPN
	// 5 lives VERB
	// 11 in ADP
	// 14 Oslo PROPN
	// 18 . PUNCT
}

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
	d, err := m.TagText("Maria lives in Oslo.")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range d.Sentences {
		for k, token := range s.Tokens {
			fmt.Println(token.Start.Rune, token.Text, s.Labels[k])
		}
	}
	// Output:
	// 0 Maria PROPN
	// 6 lives VERB
	// 12 in ADP
	// 15 Oslo PROPN
	// 19 . PUNCT
}

package bulk_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/bulk"
)

// The columns before the text stay as they are.
func ExampleTagLines() {
	m, err := trellis.Ready()
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader("7\tYes\n8\t\\N\n")}
	if err := bulk.TagLines(context.Background(), m, os.Stdout, rows, bulk.LineOptions{Format: bulk.TSV}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 7	{"text":"Yes","start":0,"end":3,"sentences":[{"start":0,"end":3}],"tokens":[{"text":"Yes","start":0,"end":3,"label":"INTJ"}],"entities":[]}
	// 8	\N
}

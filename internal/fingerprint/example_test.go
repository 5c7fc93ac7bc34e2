package fingerprint_test

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// The word is hashed once and used in several strings.
func Example() {
	h := fingerprint.NewHasher(0)
	table := fingerprint.NewTable(2)
	table.Insert(h.OfString("u:w=ideas"), 7)
	table.Insert(h.OfString("u:w-1=ideas"), 8)

	word := h.PieceString("ideas")
	for _, prefix := range []string{"u:w=", "u:w-1=", "u:w+1="} {
		attribute := fingerprint.Join(h.PieceString(prefix), word)
		fmt.Println(prefix, table.Find(attribute.Sum))
	}
	// Output:
	// u:w= 7
	// u:w-1= 8
	// u:w+1= -1
}

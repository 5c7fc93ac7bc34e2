package ready

import (
	_ "embed" // embeds the model
	"io"
	"strings"
)

//go:generate go run ./internal/build english-pos.model.zst ../../shared/data

//go:embed english-pos.model.zst
var englishPOS string

// Attribution names the data, authors and licence of the model. The file english-pos.NOTICE.txt has
// the details.
const Attribution = "English parts of speech, trained on UD English EWT (Silveira et al. 2014) with names of GeoNames and Kantrowitz, CC BY-SA 4.0"

// EnglishPOS returns a reader of a model file, compressed by Zstandard. The model labels English
// with universal parts of speech (UPOS).
func EnglishPOS() io.Reader { return strings.NewReader(englishPOS) }

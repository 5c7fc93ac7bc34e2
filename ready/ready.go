package ready

import (
	"bytes"
	_ "embed" // embeds the model
	"sync"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
)

//go:generate go run ./internal/build english-pos.model.zst ../../shared/data/ud-ewt/train.conllu

//go:embed english-pos.model.zst
var englishPOS []byte

// Attribution names the data, authors and licence of the model.
const Attribution = "English parts of speech, trained on UD English EWT (Silveira et al. 2014), CC BY-SA 4.0"

// EnglishPOS returns a model that labels English with universal parts of speech (UPOS). The model
// splits plain text itself: use [trellis.Model.TagText].
//
// The first call loads the model. Later calls return the same one, which is safe for concurrent use
// and needs no Close.
func EnglishPOS() (*trellis.Model, error) { return loadEnglishPOS() }

var loadEnglishPOS = sync.OnceValues(func() (*trellis.Model, error) {
	r := compress.NewReader(bytes.NewReader(englishPOS), "english-pos.model.zst")
	defer r.Close()
	return trellis.Load(r)
})

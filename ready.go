package trellis

import (
	"sync"

	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/ready"
)

// ReadyAttribution names the data, authors and licence of the model of [Ready].
const ReadyAttribution = ready.Attribution

// Ready returns the built-in model of English parts of speech (UPOS). The model splits plain text
// itself: use [Model.TagText]. Package ready has its model card and licence.
//
// The first call loads the model. Later calls return the same one, which is safe for concurrent use
// and needs no Close. Only programs that call Ready contain the model.
func Ready() (*Model, error) {
	readyModel.once.Do(func() {
		r := compress.NewReader(ready.EnglishPOS(), "english-pos.model.zst")
		defer r.Close()
		readyModel.model, readyModel.err = Load(r)
	})
	return readyModel.model, readyModel.err
}

// readyModel holds what Ready returns. A sync.OnceValues would link the file into all programs.
var readyModel struct {
	once  sync.Once
	model *Model
	err   error
}

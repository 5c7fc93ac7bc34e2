package recipe

import (
	"time"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/model"
)

// Config holds the settings of training, one field each. The zero value leaves all of them open: [Config.Complete]
// fills in what suits the data. Pointers tell a setting of 0 from an open one; Config{L2: new(0.5)} sets one.
//
// The names of the fields in files, TOML or JSON, are those of the tags.
type Config struct {
	// Data. Columns are numbers from 1, numbers from the end (-1 is the last), or names in CoNLL-U.
	Dev         corpus.Source    `toml:"-" json:"-"`                                         // development data: scored after each step, the best model is kept
	Format      string           `toml:"format,omitempty" json:"format,omitempty"`           // auto, conll, conllu or crfsuite; "" means auto
	Label       string           `toml:"label,omitempty" json:"label,omitempty"`             // column of the labels
	Form        string           `toml:"form,omitempty" json:"form,omitempty"`               // column of the words
	POS         string           `toml:"pos,omitempty" json:"pos,omitempty"`                 // column of parts of speech for the presets, or none
	Supervision string           `toml:"supervision,omitempty" json:"supervision,omitempty"` // how labels are read: full, partial or soft; "" means full
	Normalize   model.NormalForm `toml:"normalize,omitempty" json:"normalize,omitempty"`     // normal form of Unicode in which fields are read

	// Features.
	Features     string   `toml:"features,omitempty" json:"features,omitempty"`                    // a preset, a file of templates, or auto; "" means auto
	MinCount     int      `toml:"min-count,omitempty,omitzero" json:"min-count,omitempty"`         // leave out attributes that occur less often
	AllPairs     bool     `toml:"all-pairs,omitempty" json:"all-pairs,omitempty"`                  // features for all attributes and labels, not those seen together
	Clusters     string   `toml:"clusters,omitempty" json:"clusters,omitempty"`                    // file with classes of words: the column cluster
	Gazetteer    []string `toml:"gazetteer,omitempty" json:"gazetteer,omitempty"`                  // NAME=FILE: lists of names, each a column
	Vectors      string   `toml:"vectors,omitempty" json:"vectors,omitempty"`                      // file with vectors of words: the column vector
	VectorsLimit int      `toml:"vectors-limit,omitempty,omitzero" json:"vectors-limit,omitempty"` // keep so many vectors of the file; 0 means all

	// Model.
	ModelType     string    `toml:"model-type,omitempty" json:"model-type,omitempty"`                  // chain, semi or pruned; "" means what the order needs
	Order         *int      `toml:"order" json:"order,omitempty"`                                      // labels to look back: 0, 1 or 2
	Scheme        string    `toml:"scheme,omitempty" json:"scheme,omitempty"`                          // in which labels of spans are trained: iob1, bio, bioes or io
	TagDictionary int       `toml:"tag-dictionary,omitempty,omitzero" json:"tag-dictionary,omitempty"` // words that occur so often get only labels seen with them; 0: none
	MaxLength     *int      `toml:"max-length" json:"max-length,omitempty"`                            // tokens of a span under semi
	Keep          []float64 `toml:"keep,omitempty" json:"keep,omitempty"`                              // labels a token keeps on average before each order under pruned
	LabelParts    string    `toml:"label-parts,omitempty" json:"label-parts,omitempty"`                // separator of subtags under pruned, none or auto; "" means auto

	// Loss.
	Loss              string   `toml:"loss,omitempty" json:"loss,omitempty"`
	Cost              string   `toml:"cost,omitempty" json:"cost,omitempty"`                 // hamming, boundary or entity; "" means hamming
	CostScale         *float64 `toml:"cost-scale" json:"cost-scale,omitempty"`               // factor of the cost
	CostFN            *float64 `toml:"cost-fn" json:"cost-fn,omitempty"`                     // entity cost of an entity's token labelled O
	CostFP            *float64 `toml:"cost-fp" json:"cost-fp,omitempty"`                     // entity cost of an O labelled as an entity's token
	CostConfusion     *float64 `toml:"cost-confusion" json:"cost-confusion,omitempty"`       // entity cost of an entity's token with another entity label
	CostBoundary      *float64 `toml:"cost-boundary" json:"cost-boundary,omitempty"`         // boundary cost of each wrong start or end of a span
	LabelWeight       []string `toml:"label-weight,omitempty" json:"label-weight,omitempty"` // LABEL=W: missing LABEL costs W, not 1
	Gamma             *float64 `toml:"gamma" json:"gamma,omitempty"`                         // inverse temperature
	Entropy           float64  `toml:"entropy,omitempty,omitzero" json:"entropy,omitempty"`  // weight of the entropy that is subtracted
	LabelSmoothing    float64  `toml:"label-smoothing,omitempty,omitzero" json:"label-smoothing,omitempty"`
	Margin            *int     `toml:"margin" json:"margin,omitempty"` // of large-margin softmax, 1 to 4
	Blend             *float64 `toml:"blend" json:"blend,omitempty"`   // weight of the plain score beside the margin's
	AnnealTemperature string   `toml:"anneal-temperature,omitempty" json:"anneal-temperature,omitempty"`
	AnnealCost        string   `toml:"anneal-cost,omitempty" json:"anneal-cost,omitempty"`
	AnnealBlend       string   `toml:"anneal-blend,omitempty" json:"anneal-blend,omitempty"`

	// Optimizer. Training minimises the sum of the losses plus L2 ||w||^2 + L1 ||w||_1.
	Optimizer string   `toml:"optimizer,omitempty" json:"optimizer,omitempty"`
	L2        *float64 `toml:"l2" json:"l2,omitempty"`
	L1        float64  `toml:"l1,omitempty,omitzero" json:"l1,omitempty"`
	Epochs    *int     `toml:"epochs" json:"epochs,omitempty"`   // passes over the data at most; iterations of L-BFGS and OWL-QN
	WarmUp    *int     `toml:"warm-up" json:"warm-up,omitempty"` // passes of SGD with which L-BFGS starts, counted among the epochs
	BatchSize *int     `toml:"batch-size" json:"batch-size,omitempty"`
	Rate      *float64 `toml:"rate" json:"rate,omitempty"` // learning rate at the start
	PAC       *float64 `toml:"pa-c" json:"pa-c,omitempty"` // the most that one sentence may move the weights under pa
	PAVariant string   `toml:"pa-variant,omitempty" json:"pa-variant,omitempty"`
	AROWGamma *float64 `toml:"arow-gamma" json:"arow-gamma,omitempty"`
	Seed      *uint64  `toml:"seed" json:"seed,omitempty"`
	Restarts  int      `toml:"restarts,omitempty,omitzero" json:"restarts,omitempty"` // further runs from other weights
	Threads   int      `toml:"threads,omitempty,omitzero" json:"threads,omitempty"`   // 0 means one a core; the last digits depend on it
	Patience  *int     `toml:"patience" json:"patience,omitempty"`                    // stop after so many steps without a better score on Dev; 0: never

	// Files of the run.
	Init            string         `toml:"init,omitempty" json:"init,omitempty"`               // model file to start from
	Checkpoint      string         `toml:"checkpoint,omitempty" json:"checkpoint,omitempty"`   // file that Resume goes on from
	CheckpointEvery *time.Duration `toml:"checkpoint-every" json:"checkpoint-every,omitempty"` // from one checkpoint to the next; 0 writes one after each step
	Resume          string         `toml:"resume,omitempty" json:"resume,omitempty"`           // checkpoint file to go on from
	Weights         string         `toml:"weights,omitempty" json:"weights,omitempty"`         // how weights are stored: float32, float64, int16 or int8
	Strip           bool           `toml:"strip,omitempty" json:"strip,omitempty"`             // leave the names of the attributes out of the model file
	Date            string         `toml:"date,omitempty" json:"date,omitempty"`               // a note in the model

	// What training reports, each unless nil: what it decided and found, what the user should know, and each step.
	Log      func(text string)      `toml:"-" json:"-"`
	Warn     func(text string)      `toml:"-" json:"-"`
	Progress func(p model.Progress) `toml:"-" json:"-"`
	// Begin is called before the first step with the number of features and an estimate of the memory, unless nil.
	Begin func(features int, bytes int64) `toml:"-" json:"-"`
}

// or returns what p points to, or else v.
func or[T any](p *T, v T) T {
	if p != nil {
		return *p
	}
	return v
}

// fill lets an open setting point to v.
func fill[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

// Say reports what training decided or found, where somebody listens.
func (c *Config) Say(text string) {
	if c.Log != nil {
		c.Log(text)
	}
}

// Caution reports what the user should know, where somebody listens.
func (c *Config) Caution(text string) {
	if c.Warn != nil {
		c.Warn(text)
	}
}

package recipe

import (
	"time"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/model"
)

// Config holds the settings of training, one per field. In the zero value all are unset, and
// [Config.Complete] picks them to suit the data. Pointer fields distinguish 0 from unset;
// Config{L2: new(0.5)} sets one.
//
// The tags give the names of the fields in TOML and JSON.
type Config struct {
	// Data. A column is a number from 1, a number from the end (-1 is the last), or a name in
	// CoNLL-U.

	// Dev is the development data. Training scores it after each step and keeps the best model.
	Dev corpus.Source `toml:"-" json:"-"`
	// Format is auto (or ""), conll, conllu, crfsuite, or a format of package standoff, such as
	// doccano.
	Format string `toml:"format,omitempty" json:"format,omitempty"`
	// Align says what happens to spans of documents that cut a token: expand (or ""), contract or
	// strict.
	Align string `toml:"align,omitempty" json:"align,omitempty"`
	// Layers is the number of label columns for overlapping spans of documents; 0 means 1.
	Layers int `toml:"layers,omitempty,omitzero" json:"layers,omitempty"`
	// LabelNames are the labels that numbers in Hugging Face files stand for, from 0.
	// A string may have several labels with commas between them.
	LabelNames []string `toml:"label-names,omitempty" json:"label-names,omitempty"`
	// SpanLabels are the labels of the spans that are read from documents, nil for all. A string
	// may have several labels with commas between them. In XML, all other elements are plain text.
	SpanLabels []string `toml:"span-labels,omitempty" json:"span-labels,omitempty"`
	// Offsets is what offsets in documents count: bytes, runes, utf16 or graphemes. The default,
	// "", depends on the format.
	Offsets string `toml:"offsets,omitempty" json:"offsets,omitempty"`
	// DocumentElement is the element of a document in XML. TextKey and TagsKey are the keys of the
	// text and of the labels of tokens in JSON. The defaults, "", depend on the content.
	DocumentElement string `toml:"document-element,omitempty" json:"document-element,omitempty"`
	TextKey         string `toml:"text-key,omitempty" json:"text-key,omitempty"`
	TagsKey         string `toml:"tags-key,omitempty" json:"tags-key,omitempty"`
	// Label and Form are the columns of labels and words. Label may be misc.KEY, a key in MISC.
	Label string `toml:"label,omitempty" json:"label,omitempty"`
	Form  string `toml:"form,omitempty" json:"form,omitempty"`
	// POS is the part-of-speech column that the presets read, or none.
	POS string `toml:"pos,omitempty" json:"pos,omitempty"`
	// Supervision is how labels are read: full (or ""), partial or soft.
	Supervision string `toml:"supervision,omitempty" json:"supervision,omitempty"`
	// Normalize is the Unicode normal form that fields are converted to.
	Normalize model.NormalForm `toml:"normalize,omitempty" json:"normalize,omitempty"`
	// Tokenizer is the tokenizer that the model stores for plain text: auto (or ""), learn, a name
	// such as rules:en,hyphens, or the file of a learned tokenizer. The default, auto, picks the
	// rules that agree best with CoNLL-U files, and none for other files. Learn trains a tokenizer
	// on the CoNLL-U files.
	Tokenizer string `toml:"tokenizer,omitempty" json:"tokenizer,omitempty"`

	// Document makes a chain model read documents. It is what starts one: mark, for lines
	// -DOCSTART-, comments # newdoc and files; file; or a column, such as 3 or misc.doc, where a
	// document starts with another value. With the default, auto (or ""), the model reads one
	// sentence at a time, but documents that the training files mark matter for the seen labels of
	// spans (docs/how-to/word-resources.md). With none, they do not.
	Document string `toml:"document,omitempty" json:"document,omitempty"`

	// Features.

	// Features is a preset, a template file, or auto (or "").
	Features string `toml:"features,omitempty" json:"features,omitempty"`
	// Without lists templates to leave out, by the text at the start of their attributes, without
	// u: and = (w-1 for u:w-1=%l[-1,form]). A string may have several names with commas between
	// them.
	Without []string `toml:"without,omitempty" json:"without,omitempty"`
	// MinCount drops attributes that occur less often.
	MinCount int `toml:"min-count,omitempty,omitzero" json:"min-count,omitempty"`
	// AllPairs creates features for all pairs of attribute and label, not only those in the data.
	AllPairs bool `toml:"all-pairs,omitempty" json:"all-pairs,omitempty"`
	// Clusters lists files of word clusters, the columns "cluster", "cluster2" and so on.
	Clusters Files `toml:"clusters,omitempty" json:"clusters,omitempty"`
	// Text lists files of unlabelled text: plain text or columns. Training clusters their words and
	// stores the clusters in the model, as the columns "text200" and "text500".
	Text Files `toml:"text,omitempty" json:"text,omitempty"`
	// Gazetteer lists NAME=FILE, files of names. Each is the column NAME.
	Gazetteer []string `toml:"gazetteer,omitempty" json:"gazetteer,omitempty"`
	// Vectors is a file of word vectors, the column "vector".
	Vectors string `toml:"vectors,omitempty" json:"vectors,omitempty"`
	// VectorsLimit is the number of vectors to keep; 0 means all.
	VectorsLimit int `toml:"vectors-limit,omitempty,omitzero" json:"vectors-limit,omitempty"`

	// Model.

	// ModelType is chain, semi or pruned; "" means chain, or pruned if Order requires it.
	ModelType string `toml:"model-type,omitempty" json:"model-type,omitempty"`
	// Order is the number of previous labels that a score depends on: 0, 1 or 2.
	Order *int `toml:"order" json:"order,omitempty"`
	// Scheme is the label scheme inside the model: iob1, bio, bioes, io, ioe1 or ioe2.
	Scheme string `toml:"scheme,omitempty" json:"scheme,omitempty"`
	// TagDictionary restricts words that occur this often to the labels seen with them; 0 means
	// off.
	TagDictionary int `toml:"tag-dictionary,omitempty,omitzero" json:"tag-dictionary,omitempty"`
	// MaxLength is the maximum number of tokens in a span (semi).
	MaxLength *int `toml:"max-length" json:"max-length,omitempty"`
	// Keep is the mean number of labels that a token keeps before each order (pruned).
	Keep []float64 `toml:"keep,omitempty" json:"keep,omitempty"`
	// LabelParts is the separator of subtags, none, or auto (or "") (pruned).
	LabelParts string `toml:"label-parts,omitempty" json:"label-parts,omitempty"`

	// Loss.

	Loss string `toml:"loss,omitempty" json:"loss,omitempty"`
	// Cost is hamming (or ""), boundary or entity.
	Cost string `toml:"cost,omitempty" json:"cost,omitempty"`
	// CostScale multiplies the cost.
	CostScale *float64 `toml:"cost-scale" json:"cost-scale,omitempty"`
	// CostFN is the entity cost of labelling an entity token O.
	CostFN *float64 `toml:"cost-fn" json:"cost-fn,omitempty"`
	// CostFP is the entity cost of labelling an O token as part of an entity.
	CostFP *float64 `toml:"cost-fp" json:"cost-fp,omitempty"`
	// CostConfusion is the entity cost of giving an entity token another entity label.
	CostConfusion *float64 `toml:"cost-confusion" json:"cost-confusion,omitempty"`
	// CostBoundary is the boundary cost of each wrong start or end of a span.
	CostBoundary *float64 `toml:"cost-boundary" json:"cost-boundary,omitempty"`
	// LabelWeight lists LABEL=W: missing LABEL costs W instead of 1.
	LabelWeight []string `toml:"label-weight,omitempty" json:"label-weight,omitempty"`
	// Gamma is the inverse temperature.
	Gamma *float64 `toml:"gamma" json:"gamma,omitempty"`
	// Entropy is the weight of the entropy, which is subtracted from the loss.
	Entropy        float64 `toml:"entropy,omitempty,omitzero" json:"entropy,omitempty"`
	LabelSmoothing float64 `toml:"label-smoothing,omitempty,omitzero" json:"label-smoothing,omitempty"`
	// Margin is the margin of large-margin softmax, 1 to 4.
	Margin *int `toml:"margin" json:"margin,omitempty"`
	// Blend is the weight of the plain score relative to the margin score.
	Blend *float64 `toml:"blend" json:"blend,omitempty"`
	// The Anneal settings are ranges FROM..TO of a value that changes during training.
	AnnealTemperature string `toml:"anneal-temperature,omitempty" json:"anneal-temperature,omitempty"`
	AnnealCost        string `toml:"anneal-cost,omitempty" json:"anneal-cost,omitempty"`
	AnnealBlend       string `toml:"anneal-blend,omitempty" json:"anneal-blend,omitempty"`

	// Optimizer. Training minimises the sum of the losses plus L2 ||w||^2 + L1 ||w||_1.

	Optimizer string   `toml:"optimizer,omitempty" json:"optimizer,omitempty"`
	L2        *float64 `toml:"l2" json:"l2,omitempty"`
	L1        float64  `toml:"l1,omitempty,omitzero" json:"l1,omitempty"`
	// Epochs is the maximum number of passes over the data; iterations for L-BFGS and OWL-QN.
	Epochs *int `toml:"epochs" json:"epochs,omitempty"`
	// WarmUp is the number of SGD epochs before L-BFGS. Epochs includes them.
	WarmUp *int `toml:"warm-up" json:"warm-up,omitempty"`
	// Tolerance ends L-BFGS and OWL-QN when the last ten iterations lowered the objective by less
	// than this fraction of it. 0 disables the rule.
	Tolerance *float64 `toml:"tolerance" json:"tolerance,omitempty"`
	BatchSize *int     `toml:"batch-size" json:"batch-size,omitempty"`
	// Rate is the initial learning rate.
	Rate *float64 `toml:"rate" json:"rate,omitempty"`
	// PAC limits the update for one sentence (pa).
	PAC       *float64 `toml:"pa-c" json:"pa-c,omitempty"`
	PAVariant string   `toml:"pa-variant,omitempty" json:"pa-variant,omitempty"`
	AROWGamma *float64 `toml:"arow-gamma" json:"arow-gamma,omitempty"`
	Seed      *uint64  `toml:"seed" json:"seed,omitempty"`
	// Restarts is the number of additional runs from other initial weights.
	Restarts int `toml:"restarts,omitempty,omitzero" json:"restarts,omitempty"`
	// Threads is the number of threads; 0 means one per core. It changes the last digits of the
	// weights.
	Threads int `toml:"threads,omitempty,omitzero" json:"threads,omitempty"`
	// Patience stops training after this many steps without a better score on Dev; 0 means never.
	Patience *int `toml:"patience" json:"patience,omitempty"`

	// Search is quick, full, or none (or ""). Training first compares some settings with the
	// default, by short trainings on folds of the training data or on Dev. Only settings that are
	// unset are searched.
	Search string `toml:"search,omitempty" json:"search,omitempty"`

	// Shrink removes templates before training that cost time in tagging and lower the score by at
	// most this many points, such as 0 or 0.1. Short trainings on folds of the training data or on
	// Dev decide. Without then lists the removed templates.
	Shrink *float64 `toml:"shrink" json:"shrink,omitempty"`

	// Files of the run.

	// Init is a model file to start from.
	Init string `toml:"init,omitempty" json:"init,omitempty"`
	// Checkpoint is the file that training writes its state to, for Resume.
	Checkpoint string `toml:"checkpoint,omitempty" json:"checkpoint,omitempty"`
	// CheckpointEvery is the time between two checkpoints; 0 writes one after each step.
	CheckpointEvery *time.Duration `toml:"checkpoint-every" json:"checkpoint-every,omitempty"`
	// Resume is a checkpoint file to continue from.
	Resume string `toml:"resume,omitempty" json:"resume,omitempty"`
	// Weights is the precision of the weights in the model file: float32, float64, int16 or int8.
	Weights string `toml:"weights,omitempty" json:"weights,omitempty"`
	// Strip leaves the attribute names out of the model file.
	Strip bool `toml:"strip,omitempty" json:"strip,omitempty"`
	// Date is a note in the model.
	Date string `toml:"date,omitempty" json:"date,omitempty"`

	// Callbacks. Each may be nil.

	// Log receives what training decided or found.
	Log func(text string) `toml:"-" json:"-"`
	// Warn receives warnings.
	Warn func(text string) `toml:"-" json:"-"`
	// Progress is called after each step.
	Progress func(p model.Progress) `toml:"-" json:"-"`
	// Begin is called before the first step, with the number of features and the estimated memory.
	Begin func(features int, bytes int64) `toml:"-" json:"-"`
}

// Values of Config.Tokenizer that are not the name of a tokenizer.
const (
	AutoTokenizer  = "auto"  // the training data decide
	LearnTokenizer = "learn" // learn one from the training data
)

// Values of Config.Document for models that read one sentence at a time.
const (
	AutoDocuments = "auto" // also ""
	NoDocuments   = "none"
)

// ReadsDocuments reports whether the model reads documents.
func (c *Config) ReadsDocuments() bool {
	return c.Document != "" && c.Document != AutoDocuments && c.Document != NoDocuments
}

// or returns *p, or v if p is nil.
func or[T any](p *T, v T) T {
	if p != nil {
		return *p
	}
	return v
}

// fill sets an unset setting to v.
func fill[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

// Say passes text to Log, if set.
func (c *Config) Say(text string) {
	if c.Log != nil {
		c.Log(text)
	}
}

// Caution passes text to Warn, if set.
func (c *Config) Caution(text string) {
	if c.Warn != nil {
		c.Warn(text)
	}
}

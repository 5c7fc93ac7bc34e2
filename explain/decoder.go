package explain

import (
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Model is a model whose scores a [Decoder] takes apart.
type Model interface {
	model.Labeller
	// NewDecoderOfTerms returns a decoder for one goroutine. It uses the options Unconstrained and
	// NoDictionary. Other kinds of model may not support them: see [model.Labeller].
	NewDecoderOfTerms(o model.TagOptions) (Decoder, error)
}

// A Decoder labels sentences and says what the scores consist of. Labels are numbers of States.
// Call Read or ReadItems first. Results are valid until the next call.
type Decoder interface {
	// Read and ReadItems set the sentence, as those of [model.Decoder].
	Read(seq features.Sequence) error
	ReadItems(items [][]attrfile.Attribute) error
	// States returns the labels that tokens can have. Do not modify them. It also returns the
	// scheme of State.Shown if taggers of the model write another one, else "".
	States() (list []State, scheme string)
	// Best returns the path that the tagger of the model chooses, and its score.
	Best() (path []int, score float64, err error)
	// BestWith returns the best path with one of the states at token t. If there is none, the error
	// wraps structured.ErrNoPath. Where the path meets the one of Best again, it stays on it.
	BestWith(t int, states []int) (path []int, score float64, err error)
	// NBest returns up to n paths, best first.
	NBest(n int) ([]model.Path, error)
	// Marginals returns the probability of each state at each token.
	Marginals() (*structured.Lattice, error)
	// Only returns the states that the tag dictionary or pruning leaves to token t. Nil means all.
	Only(t int) []int
	// Terms visits the terms of the score of a path. It may leave out those that the score of the
	// path other has, too.
	Terms(path, other []int, visit func(*Term))
	// Attributes visits the active attributes of token t. Their maps are the caller's.
	Attributes(t int, visit func(Attribute))
	// Follows returns the sum of the weights of state j at token t > 0 after state i at t-1. It
	// reports whether j may follow i.
	Follows(t, i, j int) (weight float64, ok bool)
}

// A State is a label that a token can have inside a model.
type State struct {
	Name    string
	Shown   string   // the label that the taggers of the model write for it
	Subtags []string // in models that have weights for them
}

// A Term is a term of the score of a path.
type Term struct {
	Kind   PartKind
	Token  int
	End    int // of a segment, else 0
	Name   string
	Subtag string
	Value  float64   // of the attribute; 1 for other terms
	Labels [3]string // the last one is that of Token; unused ones at the start are ""
	Weight float64   // times Value
}

package losses

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// Options are the settings that [New] passes to the loss. The zero value selects the defaults.
// [Kind] lists the options that each loss uses.
type Options struct {
	Cost      structured.Cost // nil means Hamming
	Scale     float64         // of the cost, positive; 0 means 1
	Gamma     float64         // inverse temperature, positive; 0 means 1
	Entropy   float64         // weight of the entropy that is subtracted, positive or negative
	Smoothing float64         // label smoothing: share of the uniform distribution in the target, in [0, 1)
	Margin    int             // of large-margin softmax, 1..4; 0 means 2
	Blend     float64         // of large-margin softmax: weight of the plain score relative to the margin score, not negative
}

// Kind describes a loss that [New] can make and the options that it uses.
type Kind struct {
	Name  string
	Brief string // one-line description

	Cost   bool // uses Options.Cost and Options.Scale
	Gamma  bool // uses Options.Gamma
	Target bool // uses Options.Entropy and Options.Smoothing, and supports soft and partial targets
	Margin bool // uses Options.Margin and Options.Blend

	make func(o Options) Loss
}

var kinds = []Kind{
	{Name: "cross-entropy", Brief: "minus the log probability of the gold path", Gamma: true, Target: true,
		make: func(o Options) Loss {
			return CrossEntropy{Gamma: o.Gamma, Entropy: o.Entropy, Smoothing: o.Smoothing}
		}},
	{Name: "perceptron", Brief: "score of the best path minus score of the gold path",
		make: func(Options) Loss { return Perceptron{} }},
	{Name: "hinge", Brief: "perceptron with cost: structured SVM", Cost: true,
		make: func(o Options) Loss { return Hinge{Cost: o.Cost, Scale: o.Scale} }},
	{Name: "squared-hinge", Brief: "the square of hinge", Cost: true,
		make: func(o Options) Loss { return SquaredHinge{Cost: o.Cost, Scale: o.Scale} }},
	{Name: "smoothed-hinge", Brief: "hinge with smoothed maxima, smooth and convex", Cost: true, Gamma: true,
		make: func(o Options) Loss { return SmoothedHinge{Cost: o.Cost, Scale: o.Scale, Gamma: o.Gamma} }},
	{Name: "softmax-margin", Brief: "cross-entropy with cost", Cost: true, Gamma: true,
		make: func(o Options) Loss { return SoftmaxMargin{Cost: o.Cost, Scale: o.Scale, Gamma: o.Gamma} }},
	{Name: "risk", Brief: "the expected cost", Cost: true, Gamma: true,
		make: func(o Options) Loss { return Risk{Cost: o.Cost, Scale: o.Scale, Gamma: o.Gamma} }},
	{Name: "jensen-risk-bound", Brief: "log E[exp cost], an upper bound of risk", Cost: true, Gamma: true,
		make: func(o Options) Loss {
			return JensenRiskBound{Cost: o.Cost, Scale: o.Scale, Gamma: o.Gamma}
		}},
	ramp(1, "best score with cost added, minus best score"),
	ramp(2, "best score, minus best score with cost subtracted"),
	ramp(3, "best score with cost added, minus best score with cost subtracted"),
	softRamp(1, "ramp1 with log Z for max, same as jensen-risk-bound"),
	softRamp(2, "ramp2 with log Z for max, a lower bound of risk"),
	softRamp(3, "ramp3 with log Z for max"),
	{Name: "token-marginal", Brief: "minus the log marginal of each gold label, summed", Gamma: true,
		make: func(o Options) Loss { return TokenMarginal{Gamma: o.Gamma} }},
	{Name: "sparsemap", Brief: "score of the best sparse mixture of paths minus score of the gold path", Gamma: true,
		make: func(o Options) Loss { return SparseMAP{Gamma: o.Gamma} }},
	{Name: "large-margin-softmax", Brief: "cross-entropy with an angular margin for the gold labels", Gamma: true, Margin: true,
		make: func(o Options) Loss {
			return LargeMarginSoftmax{Margin: o.Margin, Blend: o.Blend, Gamma: o.Gamma}
		}},
}

func ramp(form int, brief string) Kind {
	return Kind{Name: fmt.Sprintf("ramp%d", form), Brief: brief, Cost: true,
		make: func(o Options) Loss { return Ramp{Form: form, Cost: o.Cost, Scale: o.Scale} }}
}

func softRamp(form int, brief string) Kind {
	return Kind{Name: fmt.Sprintf("soft-ramp%d", form), Brief: brief, Cost: true, Gamma: true,
		make: func(o Options) Loss {
			return SoftRamp{Form: form, Cost: o.Cost, Scale: o.Scale, Gamma: o.Gamma}
		}}
}

// Kinds lists the losses that [New] can make, in the order of the package comment.
func Kinds() []Kind { return slices.Clone(kinds) }

// Names lists the names of these losses.
func Names() []string {
	names := make([]string, len(kinds))
	for k, kind := range kinds {
		names[k] = kind.Name
	}
	return names
}

// GeneralNames lists the names that [NewGeneral] accepts.
func GeneralNames() []string {
	var names []string
	for _, kind := range kinds {
		if _, ok := kind.make(Options{}).(General); ok {
			names = append(names, kind.Name)
		}
	}
	return names
}

// Lookup returns the kind with the given name. The second result is false if there is none.
func Lookup(name string) (Kind, bool) {
	k := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if k < 0 {
		return Kind{}, false
	}
	return kinds[k], true
}

// New returns the loss with the given name. Options that the loss does not use are checked but have
// no effect.
func New(name string, o Options) (Loss, error) {
	kind, ok := Lookup(name)
	if !ok {
		return nil, fmt.Errorf("unknown loss %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	switch {
	case !(o.Scale >= 0 && o.Scale <= math.MaxFloat64):
		return nil, fmt.Errorf("cost scale %v: want a positive number", o.Scale)
	case !(o.Gamma >= 0 && o.Gamma <= math.MaxFloat64):
		return nil, fmt.Errorf("inverse temperature %v: want a positive number", o.Gamma)
	case !(math.Abs(o.Entropy) <= math.MaxFloat64):
		return nil, fmt.Errorf("weight %v of the entropy: want a finite number", o.Entropy)
	case !(o.Smoothing >= 0 && o.Smoothing < 1):
		return nil, fmt.Errorf("label smoothing %v: want at least 0 and less than 1", o.Smoothing)
	case o.Margin < 0 || o.Margin > maxMargin:
		return nil, fmt.Errorf("margin %d: want 1 to %d", o.Margin, maxMargin)
	case !(o.Blend >= 0 && o.Blend <= math.MaxFloat64):
		return nil, fmt.Errorf("blend %v: want a number that is not negative", o.Blend)
	}
	return kind.make(o), nil
}

// NewGeneral returns the loss with the given name for any structure. If the loss is defined only on
// lattices, the error wraps structured.ErrStructure. Other errors are those of [New].
func NewGeneral(name string, o Options) (General, error) {
	l, err := New(name, o)
	if err != nil {
		return nil, err
	}
	g, ok := l.(General)
	if !ok {
		return nil, fmt.Errorf("%s: %w: needs the norms of weights and inputs of each gold label, which only lattices have; want one of %s",
			name, structured.ErrStructure, strings.Join(GeneralNames(), ", "))
	}
	return g, nil
}

package pruned

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// Names lists the losses by the names that New knows.
func Names() []string {
	return []string{"cross-entropy", "perceptron", "hinge", "softmax-margin"}
}

// New returns the loss of that name. The cost, nil for structured.Hamming{}, and its scale, 0 for 1, are for those
// that have one.
func New(name string, cost structured.Cost, scale float64) (Loss, error) {
	switch name {
	case "cross-entropy":
		return CrossEntropy{}, nil
	case "perceptron":
		return Perceptron{}, nil
	case "hinge":
		return Hinge{Cost: cost, Scale: scale}, nil
	case "softmax-margin":
		return SoftmaxMargin{Cost: cost, Scale: scale}, nil
	}
	return nil, fmt.Errorf("unknown loss %q: want one of %s", name, strings.Join(Names(), ", "))
}

package main

// defaultL2 is the factor of ||w||^2 by loss, from a study on the development data of CoNLL-2000 (cut
// off from the training data), UD EWT and WNUT-17: see docs/cli.md.
var defaultL2 = map[string]float64{
	"cross-entropy":  0.5,
	"perceptron":     0,
	"hinge":          0.5,
	"squared-hinge":  0.5,
	"softmax-margin": 0.5,
	"risk":           0.1,
}

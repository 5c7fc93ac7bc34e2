package main

// defaultL2 is the factor of ||w||^2 by loss, from the study on development data in docs/cli.md.
var defaultL2 = map[string]float64{
	"cross-entropy":  0.1,
	"perceptron":     0,
	"hinge":          0.1,
	"squared-hinge":  0.1,
	"softmax-margin": 0.1,
	"risk":           0.01,
}

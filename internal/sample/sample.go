package sample

import _ "embed" // reads the three splits below

// The splits: sentences to learn from, to choose settings on, and to score once.
var (
	//go:embed train.conll
	Train string
	//go:embed dev.conll
	Dev string
	//go:embed test.conll
	Test string
)

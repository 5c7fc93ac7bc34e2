package sample

import _ "embed" // embeds the three splits

// The splits: for training, for development, and for the final test.
var (
	//go:embed train.conll
	Train string
	//go:embed dev.conll
	Dev string
	//go:embed test.conll
	Test string
)

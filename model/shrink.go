package model

// A ShrinkLevel describes groups of attributes at one strength of a penalty on whole groups.
type ShrinkLevel struct {
	Strength float64
	Loss     float64   // of the held-out data, without the penalty
	Factors  []float64 // of the weights of each group; 0 means that the group is removed
}

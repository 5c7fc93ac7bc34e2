package metrics

// Score holds the precision, recall and F1 of one kind of item, as fractions in 0..1, and their
// counts.
type Score struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"`   // gold items
	Predicted int     `json:"predicted"` // predicted items
	Correct   int     `json:"correct"`   // items in both
}

// NewScore computes a Score from its counts. 0/0 is 0.
func NewScore(support, predicted, correct int) Score {
	return Score{
		Precision: ratio(correct, predicted),
		Recall:    ratio(correct, support),
		F1:        ratio(2*correct, support+predicted),
		Support:   support,
		Predicted: predicted,
		Correct:   correct,
	}
}

// Share is the accuracy over a subset of the tokens.
type Share struct {
	Tokens   int     `json:"tokens"`
	Correct  int     `json:"correct"`
	Accuracy float64 `json:"accuracy"`
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

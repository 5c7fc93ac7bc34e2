package semicrf

import (
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// Probabilities appends, for each token, the probability of the label that a segmentation, such as
// the best one, gives it. The probability is the sum over all segmentations that give the token the
// same label in the scheme of the model.
func (t *Decoder) Probabilities(dst []float64, y []semimarkov.Segment) ([]float64, error) {
	if err := t.scores.CheckSegmentation(y); err != nil {
		return dst, err
	}
	if _, err := t.w.Marginals(&t.mu, t.scaled(), structured.PositionEdges); err != nil {
		return dst, err
	}
	t.inner.Reset(t.scores.T, t.scores.L, structured.NoEdges)
	if err := semimarkov.AddToTokens(&t.inner, &t.mu); err != nil {
		return dst, err
	}
	for k, g := range y {
		touches := k > 0 && y[k-1].Label == g.Label
		touched := k+1 < len(y) && y[k+1].Label == g.Label
		for at := g.Start; at < g.End; at++ {
			dst = append(dst, t.probability(at, g, touches, touched))
		}
	}
	return dst, nil
}

// probability returns the probability of the label of token at, in segment g. touches means that
// the previous segment has the same label, touched that the next one has.
func (t *Decoder) probability(at int, g semimarkov.Segment, touches, touched bool) float64 {
	inside, j := t.inner.NodeAt(at)[g.Label], g.Label
	first, last := at == g.Start, at == g.End-1
	scheme := t.m.Scheme()
	switch {
	case j == spans.Outside || scheme == structured.IO:
		return inside
	case scheme == structured.IOB1: // B- only if a span directly follows another of its type, otherwise I-
		both := 0.0
		if at > 0 {
			both = t.mu.EdgeAt(at)[j*t.mu.L+j]
		}
		if first && touches {
			return both
		}
		return inside - both
	case scheme == structured.IOE1: // E- is where a span of its type touches it, all else is I-
		both := 0.0
		if at+1 < t.mu.T {
			both = t.mu.EdgeAt(at + 1)[j*t.mu.L+j]
		}
		if last && touched {
			return both
		}
		return inside - both
	case scheme == structured.IOE2 && last:
		return t.ends(at, j)
	case scheme == structured.IOE2:
		return inside - t.ends(at, j)
	case scheme == structured.BIO && first:
		return t.begins(at, j)
	case scheme == structured.BIO:
		return inside - t.begins(at, j)
	}
	single := t.mu.At(at, 1)[j]
	switch {
	case first && last:
		return single
	case first:
		return t.begins(at, j) - single
	case last:
		return t.ends(at, j) - single
	}
	return inside - t.begins(at, j) - t.ends(at, j) + single
}

// begins returns the probability that a segment of label j begins at a token.
func (t *Decoder) begins(at, j int) float64 {
	sum := 0.0
	for d := 1; d <= min(t.mu.M, t.mu.T-at); d++ {
		sum += t.mu.At(at, d)[j]
	}
	return sum
}

// ends returns the probability that a segment of label j ends with a token.
func (t *Decoder) ends(at, j int) float64 {
	sum := 0.0
	for d := 1; d <= min(t.mu.M, at+1); d++ {
		sum += t.mu.At(at+1-d, d)[j]
	}
	return sum
}

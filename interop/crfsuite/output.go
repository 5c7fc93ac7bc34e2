package crfsuite

import (
	"fmt"
	"math"
	"strconv"

	"github.com/trellis-nlp/trellis/structured"
)

// An Output says what CRFsuite's tagger writes beside the label of each token. The zero value is a
// label a line.
type Output struct {
	Reference   bool // -r: the label of the file before the tagger's
	Probability bool // -p: score, log Z and probability of the labelling on lines above it
	Marginal    bool // -i: the probability of the label, behind a colon
	MarginalAll bool // -l: the probability of every label, in columns behind
}

// unknownLabel stands for labels of the file that the model does not have.
const unknownLabel = "(null)"

// Append appends the lines that CRFsuite writes for the sentence that t has read, and the empty line
// after them, to dst. reference holds the labels of the file if o asks for them. For a sentence
// without tokens there are no lines.
func (o Output) Append(dst []byte, t *Tagger, reference []string) ([]byte, error) {
	n := t.scores.T
	if n == 0 {
		return dst, nil
	}
	if o.Reference && len(reference) != n {
		return dst, fmt.Errorf("%d reference labels for %d tokens", len(reference), n)
	}
	path, score, err := t.Best()
	if err != nil {
		return dst, err
	}
	if o.Probability {
		logZ, err := t.LogZ()
		if err != nil {
			return dst, err
		}
		dst = appendNumber(append(dst, "@score\t"...), score)
		dst = appendNumber(append(dst, '\t'), logZ)
		dst = appendNumber(append(dst, "\n@probability\t"...), math.Exp(score-logZ))
		dst = append(dst, '\n')
	}
	var marginals *structured.Lattice
	if o.Marginal || o.MarginalAll {
		if marginals, err = t.Marginals(); err != nil {
			return dst, err
		}
	}
	for i, j := range path {
		if o.Reference {
			label := reference[i]
			if _, known := t.labels[label]; !known {
				label = unknownLabel
			}
			dst = append(append(dst, label...), '\t')
		}
		dst = append(dst, t.m.Labels[j]...)
		if o.Marginal {
			dst = appendNumber(append(dst, ':'), marginals.NodeAt(i)[j])
		}
		if o.MarginalAll {
			for j, p := range marginals.NodeAt(i) {
				dst = append(append(dst, '\t'), t.m.Labels[j]...)
				dst = appendNumber(append(dst, ':'), p)
			}
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n'), nil
}

// appendNumber appends v as C's %f writes it.
func appendNumber(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

package crfsuite

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// Output selects what the tagger writes in addition to the label of each token. The zero value
// writes one label per line.
type Output struct {
	Reference   bool // -r: the reference label, before the predicted label
	Probability bool // -p: score, log Z and probability of the labelling, on lines above it
	Marginal    bool // -i: the probability of the label, after a colon
	MarginalAll bool // -l: the probability of every label, in further columns
}

// Printer writes the output of "crfsuite tag" for given scores, from a [Decoder] or another model.
// Each goroutine needs its own Printer. In steady state it allocates nothing.
type Printer struct {
	o      Output
	labels []string
	known  map[string]bool

	path      []int
	marginals structured.Lattice
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewPrinter returns a printer for lattices over labels.
func NewPrinter(labels []string, o Output) *Printer {
	p := &Printer{o: o, labels: labels, known: make(map[string]bool, len(labels))}
	for _, label := range labels {
		p.known[label] = true
	}
	return p
}

// unknownLabel replaces reference labels that the model does not have.
const unknownLabel = "(null)"

// Append appends the output for a sentence with these scores to dst: the lines of the best path,
// followed by an empty line. reference holds the reference labels if the output includes them. A
// sentence without tokens has no output. On an error dst is unchanged.
func (p *Printer) Append(dst []byte, scores *structured.Lattice, reference []string) ([]byte, error) {
	out := dst
	switch {
	case scores.L != len(p.labels):
		return dst, fmt.Errorf("%w: scores of %d labels, expected %d", structured.ErrShape, scores.L, len(p.labels))
	case p.o.Reference && len(reference) != scores.T:
		return dst, fmt.Errorf("%w: %d reference labels for %d tokens", structured.ErrShape, len(reference), scores.T)
	case scores.T == 0:
		return dst, nil
	}
	p.path = slices.Grow(p.path[:0], scores.T)[:scores.T]
	score, err := p.viterbi.Decode(p.path, scores)
	if err != nil {
		return dst, err
	}
	if p.o.Probability || p.o.Marginal || p.o.MarginalAll {
		logZ, err := p.inference.Marginals(&p.marginals, scores, structured.NoEdges)
		if err != nil {
			return dst, err
		}
		if p.o.Probability {
			out = appendNumber(append(out, "@score\t"...), score)
			out = appendNumber(append(out, '\t'), logZ)
			out = appendNumber(append(out, "\n@probability\t"...), math.Exp(score-logZ))
			out = append(out, '\n')
		}
	}
	for t, j := range p.path {
		if p.o.Reference {
			label := reference[t]
			if !p.known[label] {
				label = unknownLabel
			}
			out = append(append(out, label...), '\t')
		}
		out = append(out, p.labels[j]...)
		if p.o.Marginal {
			out = appendNumber(append(out, ':'), p.marginals.NodeAt(t)[j])
		}
		if p.o.MarginalAll {
			for j, prob := range p.marginals.NodeAt(t) {
				out = append(append(out, '\t'), p.labels[j]...)
				out = appendNumber(append(out, ':'), prob)
			}
		}
		out = append(out, '\n')
	}
	return append(out, '\n'), nil
}

// appendNumber appends v in the format of C's %f.
func appendNumber(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

package crfpp

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// Options are the options of crf_test.
type Options struct {
	Verbose    int     // -v: 1 prints the probabilities of the path and its labels, 2 of all labels
	NBest      int     // -n: number of paths to print; 0 prints the best path without a rank
	CostFactor float64 // -c: multiplies all scores; 0 means 1
}

// Test labels the sentences of r and writes the output of crf_test, one Write for each sentence.
// Errors use name for r. Errors in a line are of type *corpus.ParseError.
func (m *Model) Test(w io.Writer, r io.Reader, name string, o Options) error {
	t := m.NewDecoder()
	t.CostFactor = o.CostFactor
	p := NewPrinter(m.labels, o)
	in := newSentences(r, name, m.columns)
	return in.Write(w, func(dst []byte) ([]byte, error) {
		if err := t.Read(in.Rows); err != nil {
			return dst, in.In.Fail(err)
		}
		return p.Append(dst, t.Scores(), in.Rows)
	})
}

// Printer writes the output of crf_test for given scores, from a [Decoder] or another model. Each
// goroutine needs its own Printer. In steady state it allocates nothing.
type Printer struct {
	o      Options
	labels []string

	path      []int
	list      []viterbi.Path
	marginals structured.Lattice
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewPrinter returns a printer for lattices over labels. The scores must include the cost factor;
// Options.CostFactor is ignored.
func NewPrinter(labels []string, o Options) *Printer { return &Printer{o: o, labels: labels} }

// Append appends the output for a sentence with these scores to dst: the lines of the best path or
// of the n best paths, each followed by an empty line. On an error dst is unchanged.
func (p *Printer) Append(dst []byte, scores *structured.Lattice, rows features.Rows) ([]byte, error) {
	if scores.L != len(p.labels) || scores.T != len(rows) {
		return dst, fmt.Errorf("%w: scores of %d tokens and %d labels, expected %d and %d", structured.ErrShape, scores.T, scores.L, len(rows), len(p.labels))
	}
	var logZ float64
	var err error
	if p.o.Verbose > 0 || p.o.NBest > 0 {
		if logZ, err = p.inference.Marginals(&p.marginals, scores, structured.NoEdges); err != nil {
			return dst, err
		}
	}
	if p.o.NBest < 1 {
		p.path = slices.Grow(p.path[:0], scores.T)[:scores.T]
		score, err := p.viterbi.Decode(p.path, scores)
		if err != nil {
			return dst, err
		}
		return p.sentence(dst, rows, p.path, 0, math.Exp(score-logZ)), nil
	}
	if p.list, err = p.viterbi.KBest(p.list, scores, p.o.NBest); err != nil {
		return dst, err
	}
	for rank, path := range p.list {
		dst = p.sentence(dst, rows, path.Labels, rank, math.Exp(path.Score-logZ))
	}
	return dst, nil
}

// sentence appends a sentence labelled with path. Ranks count from 0.
func (p *Printer) sentence(dst []byte, rows features.Rows, path []int, rank int, probability float64) []byte {
	if p.o.NBest > 0 || p.o.Verbose > 0 {
		dst = append(dst, "# "...)
		if p.o.NBest > 0 {
			dst = append(strconv.AppendInt(dst, int64(rank), 10), ' ')
		}
		dst = append(appendFixed(dst, probability), '\n')
	}
	for i, row := range rows {
		for _, field := range row {
			dst = append(append(dst, field...), '\t')
		}
		dst = append(dst, p.labels[path[i]]...)
		if p.o.Verbose > 0 {
			dst = appendFixed(append(dst, '/'), p.marginals.NodeAt(i)[path[i]])
		}
		if p.o.Verbose > 1 {
			for j, q := range p.marginals.NodeAt(i) {
				dst = append(append(append(dst, '\t'), p.labels[j]...), '/')
				dst = appendFixed(dst, q)
			}
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}

func appendFixed(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

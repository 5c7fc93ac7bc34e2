package crfpp

import (
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// A Format is how crf_test prints a sentence, whoever labelled it.
type Format struct {
	Labels  []string // of the model, in the order of their numbers
	Verbose int      // crf_test's -v: 1 adds the probabilities of path and labels, 2 those of all labels
	NBest   bool     // whether paths are numbered, as -n has it
}

// Append appends a sentence, labelled by path, of the given rank from 0 and probability, and the empty
// line that ends it. marginals, T x L nodes, are read with Verbose > 0 only, rank with NBest only, and p
// with either.
func (f Format) Append(dst []byte, rows features.Rows, path []int, rank int, p float64, marginals *structured.Lattice) []byte {
	if f.NBest || f.Verbose > 0 {
		dst = append(dst, "# "...)
		if f.NBest {
			dst = append(strconv.AppendInt(dst, int64(rank), 10), ' ')
		}
		dst = append(appendFixed(dst, p), '\n')
	}
	for i, row := range rows {
		for _, field := range row {
			dst = append(append(dst, field...), '\t')
		}
		dst = append(dst, f.Labels[path[i]]...)
		if f.Verbose > 0 {
			dst = appendFixed(append(dst, '/'), marginals.NodeAt(i)[path[i]])
		}
		if f.Verbose > 1 {
			for j, q := range marginals.NodeAt(i) {
				dst = append(append(append(dst, '\t'), f.Labels[j]...), '/')
				dst = appendFixed(dst, q)
			}
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}

func appendFixed(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

// Options are those of crf_test.
type Options struct {
	Verbose    int     // -v: 1 prints probabilities of path and labels, 2 of all labels
	NBest      int     // -n: prints so many paths; 0 prints the best without a rank
	CostFactor float64 // -c: multiplies all scores; 0 stands for 1
}

// Test labels the sentences of r and writes what crf_test prints, each sentence in one Write. name
// stands for r in errors, which are of type *corpus.ParseError where a line is to blame.
func (m *Model) Test(w io.Writer, r io.Reader, name string, o Options) error {
	t := m.NewTagger()
	t.CostFactor = o.CostFactor
	in := newSentences(r, name, m.columns)
	var buf []byte
	for {
		rows, err := in.next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		t.Read(rows)
		if buf, err = t.print(buf[:0], rows, o); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
}

// print appends what crf_test prints of the sentence that was read.
func (t *Tagger) print(dst []byte, rows features.Rows, o Options) ([]byte, error) {
	f := Format{Labels: t.m.labels, Verbose: o.Verbose, NBest: o.NBest > 0}
	var marginals *structured.Lattice
	var logZ float64
	var err error
	if o.Verbose > 0 || o.NBest > 0 {
		if marginals, logZ, err = t.Marginals(); err != nil {
			return dst, err
		}
	}
	if o.NBest < 1 {
		path, score, err := t.Best()
		if err != nil {
			return dst, err
		}
		return f.Append(dst, rows, path, 0, probability(score, logZ), marginals), nil
	}
	paths, err := t.NBest(o.NBest)
	for rank, p := range paths {
		dst = f.Append(dst, rows, p.Labels, rank, probability(p.Score, logZ), marginals)
	}
	return dst, err
}

package wapiti

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// Options are the options of wapiti label.
type Options struct {
	Scores    bool // -s: print scores
	Posterior bool // -p: label by posteriors and print them as scores
	NBest     int  // -n: number of labellings to print; 0 means 1
	Only      bool // -l: print only labels
	Labelled  bool // -c: the last column is a label that the model does not read
	Force     bool // --force: fix the label of the last column if the model has it
}

// Label labels the sentences of r and writes the output of wapiti label, one Write for each
// sentence. Errors use name for r. Errors in a line are of type *corpus.ParseError.
func (m *Model) Label(w io.Writer, r io.Reader, name string, o Options) error {
	t := m.NewDecoder()
	in := newSentences(r, name, m, o.Labelled || o.Force)
	p := NewPrinter(m.labels, o)
	p.logs = m.kind == MEMM
	read := t.Read
	if m.program == nil {
		read = func(rows features.Sequence) error { return t.ReadRaw(in.Rows) }
	}
	var given []int
	return in.Write(w, func(dst []byte) ([]byte, error) {
		if err := read(in.Rows); err != nil {
			return dst, in.In.Fail(err)
		}
		given = given[:0]
		for _, label := range in.Labels {
			given = append(given, slices.Index(m.labels, label)) // -1 fixes nothing
		}
		return p.Append(dst, t.Scores(), in.Lines, given)
	})
}

// Printer writes the output of wapiti label for given scores, from a [Decoder] or another model.
// Each goroutine needs its own Printer. In steady state it allocates nothing.
type Printer struct {
	o      Options
	labels []string
	logs   bool // the scores are those of a MEMM
	choose chooser
}

// NewPrinter returns a printer for lattices of sums of weights over labels.
func NewPrinter(labels []string, o Options) *Printer { return &Printer{o: o, labels: labels} }

// Append appends the output for a sentence with these scores to dst: the lines of each labelling,
// followed by an empty line. lines are the input lines without line ends; with Only they are not
// used. With Force, given holds the fixed label of each token, or a negative number. On an error
// dst is unchanged.
func (p *Printer) Append(dst []byte, scores *structured.Lattice, lines []string, given []int) ([]byte, error) {
	if scores.L != len(p.labels) || !p.o.Only && scores.T != len(lines) {
		return dst, fmt.Errorf("%w: scores of %d tokens and %d labels, expected %d and %d", structured.ErrShape, scores.T, scores.L, len(lines), len(p.labels))
	}
	if !p.o.Force {
		given = nil
	} else if err := checkGiven(given, scores); err != nil {
		return dst, err
	}
	best, err := p.choose.label(scores, p.logs, given, max(p.o.NBest, 1), p.o.Posterior)
	for rank, l := range best {
		dst = p.sentence(dst, lines, rank, l)
	}
	return dst, err
}

// sentence appends a sentence with a labelling. Ranks count from 0.
func (p *Printer) sentence(dst []byte, lines []string, rank int, l Labelling) []byte {
	if p.o.Scores {
		dst = strconv.AppendInt(append(dst, "# "...), int64(rank), 10)
		dst = append(appendFixed(append(dst, ' '), l.Score), '\n')
	}
	for i, y := range l.Path {
		if !p.o.Only {
			dst = append(append(dst, lines[i]...), '\t')
		}
		dst = append(dst, p.labels[y]...)
		if p.o.Scores {
			dst = append(append(append(dst, '\t'), p.labels[y]...), '/')
			dst = appendFixed(dst, l.Scores[i])
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}

func appendFixed(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

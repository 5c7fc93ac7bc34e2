package wapiti

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// Options are those of wapiti label.
type Options struct {
	Scores    bool // -s: prints scores
	Posterior bool // -p: labels by posteriors, and prints these for scores
	NBest     int  // -n: prints so many labellings; 0 stands for 1
	Only      bool // -l: prints only labels
	Labelled  bool // -c: the last column is a label, which the model does not see
	Force     bool // --force: keeps the label of the last column where the model knows it
}

// Label labels the sentences of r and writes what wapiti label prints, each sentence in one Write. name
// stands for r in errors, which are of type *corpus.ParseError where a line is to blame.
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
			given = append(given, slices.Index(m.labels, label)) // -1 leaves it free
		}
		return p.Append(dst, t.Scores(), in.Lines, given)
	})
}

// A Printer writes what wapiti label writes for scores from anywhere: of a [Decoder] or of another model. It
// serves one goroutine, and allocates nothing in steady state.
type Printer struct {
	o      Options
	labels []string
	logs   bool // the scores are those of a MEMM
	choose chooser
}

// NewPrinter returns a printer for lattices of sums of weights over labels.
func NewPrinter(labels []string, o Options) *Printer { return &Printer{o: o, labels: labels} }

// Append appends the lines of a sentence with these scores, labelled as the options say, and the empty line behind
// each labelling, to dst. lines are the lines that were read, without their ends; they are not needed if
// only labels are written. With Force, given holds the label of each token that is kept, negative where there is
// none. After an error dst is as it was.
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

// sentence appends a sentence with the labelling of the given rank from 0.
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

package wapiti

import (
	"io"
	"slices"
	"strconv"
)

// A Format is how wapiti label prints a sentence, whoever labelled it.
type Format struct {
	Labels []string // of the model, in the order of their numbers
	Scores bool     // -s: adds the rank and score of the labelling, and the score of each label
	Only   bool     // -l: leaves out the lines that were read
}

// Append appends a sentence, the labelling l of the given rank from 0, and the empty line that ends it.
// lines are the lines that were read, without their ends. Scores are read with f.Scores only.
func (f Format) Append(dst []byte, lines []string, rank int, l Labelling) []byte {
	if f.Scores {
		dst = strconv.AppendInt(append(dst, "# "...), int64(rank), 10)
		dst = append(appendFixed(append(dst, ' '), l.Score), '\n')
	}
	for i, y := range l.Path {
		if !f.Only {
			dst = append(append(dst, lines[i]...), '\t')
		}
		dst = append(dst, f.Labels[y]...)
		if f.Scores {
			dst = append(append(append(dst, '\t'), f.Labels[y]...), '/')
			dst = appendFixed(dst, l.Scores[i])
		}
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}

func appendFixed(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', 6, 64) }

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
	t := m.NewTagger()
	in := newSentences(r, name, m, o.Labelled || o.Force)
	f := Format{Labels: m.labels, Scores: o.Scores, Only: o.Only}
	var buf []byte
	var given []int
	for {
		err := in.next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if m.program == nil {
			err = t.ReadRaw(in.rows)
		} else {
			err = t.Read(in.rows)
		}
		if err != nil {
			return in.fail(err)
		}
		if o.Force {
			given = given[:0]
			for _, label := range in.labels {
				given = append(given, slices.Index(m.labels, label)) // -1 leaves it free
			}
			if err := t.Fix(given); err != nil {
				return err
			}
		}
		best, err := t.Label(max(o.NBest, 1), o.Posterior)
		if err != nil {
			return err
		}
		buf = buf[:0]
		for rank, l := range best {
			buf = f.Append(buf, in.lines, rank, l)
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
}

package trellis

import (
	"slices"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/structured"
)

// A printer appends the output of a tool for a sentence with the given scores. If the input has a
// label column, names holds its labels.
type printer func(dst []byte, scores *structured.Lattice, s *input.Sentence, names []string) ([]byte, error)

// printer returns the printer of the output format, or nil for the format of the input.
func (o *FileOptions) printer(labels []string) printer {
	switch o.tool() {
	case asSuite:
		p := crfsuite.NewPrinter(labels, o.suite())
		return func(dst []byte, scores *structured.Lattice, _ *input.Sentence, names []string) ([]byte, error) {
			if !o.says(detailReference) {
				names = nil
			}
			return p.Append(dst, scores, names)
		}
	case asCRFPP:
		p := crfpp.NewPrinter(labels, o.pp())
		var rows features.Rows
		return func(dst []byte, scores *structured.Lattice, s *input.Sentence, _ []string) ([]byte, error) {
			rows = fields(rows, s)
			return p.Append(dst, scores, rows)
		}
	case asWapiti:
		p := wapiti.NewPrinter(labels, o.wapiti())
		var lines []string
		var given []int
		return func(dst []byte, scores *structured.Lattice, s *input.Sentence, names []string) ([]byte, error) {
			lines, given = lines[:0], given[:0]
			for t := range s.Rows.Len() {
				lines = append(lines, s.Rows.Row(t))
			}
			if o.Fixed {
				for _, name := range names {
					given = append(given, slices.Index(labels, name)) // -1 for unknown labels, which Wapiti does not fix
				}
			}
			return p.Append(dst, scores, lines, given)
		}
	}
	return nil
}

// fields returns the columns of s, in the memory of dst.
func fields(dst features.Rows, s *input.Sentence) features.Rows {
	n, columns := s.Rows.Len(), s.Rows.Columns()
	for len(dst) < n {
		dst = append(dst, nil)
	}
	for t := range n {
		dst[t] = dst[t][:0]
		for c := range columns {
			dst[t] = append(dst[t], s.Rows.Field(t, c))
		}
	}
	return dst[:n]
}

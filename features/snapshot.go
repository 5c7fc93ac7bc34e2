package features

import "slices"

// Snapshot is a copy of the fields of a sentence that the templates of a [Program] read. An
// [Extractor] finds the same attributes in the copy as in the sentence, even if the memory of the
// sentence is used for another one. The zero value is an empty sentence.
type Snapshot struct {
	program *Program
	n       int
	fields  []string // columns x tokens, then those that the sentence has of computed columns
	own     []int    // by computed column that templates read: start of its fields, or -1
}

// Take replaces the snapshot by a copy of seq for the templates of p. It reuses its memory.
func (s *Snapshot) Take(p *Program, seq Sequence) {
	s.program, s.n, s.fields, s.own = p, seq.Len(), s.fields[:0], s.own[:0]
	for _, c := range p.input {
		for t := range s.n {
			s.fields = append(s.fields, seq.Field(t, c))
		}
	}
	source, ok := seq.(fieldSource)
	for _, c := range p.derived.read {
		at := -1
		if ok {
			if fields, own := source.fieldsOf(p.derived.columns[c].Name()); own {
				at = len(s.fields)
				s.fields = append(s.fields, fields...)
			}
		}
		s.own = append(s.own, at)
	}
}

// Len returns the number of tokens.
func (s *Snapshot) Len() int { return s.n }

// Field returns a field of a column that the templates read.
func (s *Snapshot) Field(token, column int) string {
	return s.fields[slices.Index(s.program.input, column)*s.n+token]
}

// fieldsOf implements fieldSource.
func (s *Snapshot) fieldsOf(column string) ([]string, bool) {
	d := &s.program.derived
	for k, c := range d.read {
		if at := s.own[k]; at >= 0 && d.columns[c].Name() == column {
			return s.fields[at : at+s.n], true
		}
	}
	return nil, false
}

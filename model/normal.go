package model

import (
	"fmt"

	"golang.org/x/text/unicode/norm"

	"github.com/trellis-nlp/trellis/features"
)

// A NormalForm is a normal form of Unicode in which a model reads fields (Unicode Standard Annex 15).
type NormalForm string

// The normal forms: as the fields are; characters composed; and also their variants of width and style unified.
const (
	AsIs NormalForm = ""
	NFC  NormalForm = "nfc"
	NFKC NormalForm = "nfkc"
)

// Check reports an unknown form.
func (f NormalForm) Check() error {
	switch f {
	case AsIs, NFC, NFKC:
		return nil
	}
	return fmt.Errorf("unknown normal form %q: want nfc or nfkc", string(f))
}

// Of returns s in the form. A string that is in it already is not copied.
func (f NormalForm) Of(s string) string {
	switch f {
	case NFC:
		return norm.NFC.String(s)
	case NFKC:
		return norm.NFKC.String(s)
	}
	return s
}

// Sequence returns a sequence whose fields are those of seq in the form.
func (f NormalForm) Sequence(seq features.Sequence) features.Sequence {
	if f == AsIs {
		return seq
	}
	return normalised{seq, f}
}

type normalised struct {
	features.Sequence
	form NormalForm
}

// Field implements [features.Sequence].
func (n normalised) Field(t, column int) string { return n.form.Of(n.Sequence.Field(t, column)) }

// Columns returns the number of columns that every token has (see [features.Width]).
func (n normalised) Columns() int { return features.Width(n.Sequence) }

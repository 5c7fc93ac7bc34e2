package model

import (
	"fmt"

	"golang.org/x/text/unicode/norm"

	"github.com/trellis-nlp/trellis/features"
)

// A NormalForm is a Unicode normal form of the fields that a model reads (Unicode Standard Annex
// 15).
type NormalForm string

// Normal forms: unchanged; composed characters; composed characters with width and style variants
// unified.
const (
	AsIs NormalForm = ""
	NFC  NormalForm = "nfc"
	NFKC NormalForm = "nfkc"
)

// Check returns an error for an unknown form.
func (f NormalForm) Check() error {
	switch f {
	case AsIs, NFC, NFKC:
		return nil
	}
	return fmt.Errorf("unknown normal form %q: want nfc or nfkc", string(f))
}

// Of returns s in the form. It does not copy strings that are already normalised.
func (f NormalForm) Of(s string) string {
	switch f {
	case NFC:
		return norm.NFC.String(s)
	case NFKC:
		return norm.NFKC.String(s)
	}
	return s
}

// Sequence returns seq with normalised fields.
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

// Columns returns the number of columns of every token (see [features.Width]).
func (n normalised) Columns() int { return features.Width(n.Sequence) }

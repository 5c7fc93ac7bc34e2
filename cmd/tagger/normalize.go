package main

import (
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// checkNormal refuses the name of a form that is not there.
func checkNormal(name string) error {
	if model.NormalForm(name).Check() != nil {
		return wrongUsage("--normalize %s: want nfc or nfkc", name)
	}
	return nil
}

// normal returns rows in a normal form.
func normal(form model.NormalForm, rows features.Sequence) features.Sequence {
	if form != model.AsIs {
		return normalised{rows, form}
	}
	return rows
}

// normalised is a sentence whose fields are read in a normal form.
type normalised struct {
	features.Sequence
	form model.NormalForm
}

// Field implements [features.Sequence]. A field that is normal already is not copied.
func (n normalised) Field(t, column int) string { return n.form.Of(n.Sequence.Field(t, column)) }

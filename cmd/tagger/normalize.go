package main

import (
	"golang.org/x/text/unicode/norm"

	"github.com/trellis-nlp/trellis/features"
)

// metaNormal is the note of a model that reads fields in a normal form of Unicode: its name.
const metaNormal = "normalize"

// normalForms are the choices of --normalize: characters put together (nfc), and also their variants of width and
// style made one (nfkc). Unicode Standard Annex 15.
var normalForms = map[string]norm.Form{"nfc": norm.NFC, "nfkc": norm.NFKC}

// checkNormal refuses the name of a form that is not there.
func checkNormal(name string) error {
	if _, ok := normalForms[name]; !ok && name != "" {
		return wrongUsage("--normalize %s: want nfc or nfkc", name)
	}
	return nil
}

// normal returns rows in the form of that name, "" for as they are.
func normal(name string, rows features.Sequence) features.Sequence {
	if form, ok := normalForms[name]; ok {
		return normalised{rows, form}
	}
	return rows
}

// normalised is a sentence whose fields are read in a normal form.
type normalised struct {
	features.Sequence
	form norm.Form
}

// Field implements [features.Sequence]. A field that is normal already is not copied.
func (n normalised) Field(t, column int) string { return n.form.String(n.Sequence.Field(t, column)) }

package modelfile

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// Reading is the part of the settings with the model input and the metadata. Text that may be
// invalid UTF-8 is stored as bytes.
type Reading struct {
	Template []byte
	File     []byte // the name of the template file
	Dialect  string
	Columns  int
	Names    map[string]int    // of columns
	Meta     map[string][]byte `json:",omitempty"`
}

// NewReading returns the settings of an input, without its lexicons, and of metadata.
func NewReading(in model.Input, meta model.Metadata) Reading {
	t := in.Templates
	r := Reading{Template: []byte(t.Source()), File: []byte(t.Name()), Dialect: t.Dialect().String(), Columns: in.Columns, Names: in.Names}
	for key, value := range meta.Map() {
		if r.Meta == nil {
			r.Meta = make(map[string][]byte)
		}
		r.Meta[key] = []byte(value)
	}
	return r
}

// columns limits the number of columns of a file.
const columns = 1 << 16

// Input checks the settings and returns the input, without lexicons.
func (r *Reading) Input() (model.Input, error) {
	in := model.Input{Columns: r.Columns, Names: r.Names}
	if r.Columns < 0 || r.Columns > columns {
		return in, fmt.Errorf("%d columns: want 0..%d", r.Columns, columns)
	}
	for name, c := range r.Names {
		if c < 0 || c >= columns {
			return in, fmt.Errorf("column %d with name %q: want a column in 0..%d", c, name, columns-1)
		}
	}
	dialect, err := features.ParseDialect(r.Dialect)
	if err != nil {
		return in, err
	}
	if in.Templates, err = features.Parse(strings.NewReader(string(r.Template)), string(r.File), dialect); err != nil {
		return in, fmt.Errorf("templates: %w", err)
	}
	return in, nil
}

// Metadata returns the metadata.
func (r *Reading) Metadata() (model.Metadata, error) {
	stored := make(map[string]string, len(r.Meta))
	for key, value := range r.Meta {
		stored[key] = string(value)
	}
	return model.ParseMetadata(stored)
}

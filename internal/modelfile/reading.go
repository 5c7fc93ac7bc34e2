package modelfile

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// A Reading is what a model reads of a sentence, and its metadata, as settings hold them. Text that may be no UTF-8 is
// bytes.
type Reading struct {
	Template []byte
	File     []byte // the name of the templates
	Dialect  string
	Columns  int
	Names    map[string]int    // of columns
	Meta     map[string][]byte `json:",omitempty"`
}

// NewReading returns the settings of an input, its lexicons aside, and of metadata.
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

// columns bounds the columns of a file.
const columns = 1 << 16

// Input checks the settings and returns the input, without lexicons.
func (r *Reading) Input() (model.Input, error) {
	in := model.Input{Columns: r.Columns, Names: r.Names}
	if r.Columns < 0 || r.Columns > columns {
		return in, fmt.Errorf("%d columns", r.Columns)
	}
	for name, c := range r.Names {
		if c < 0 || c >= columns {
			return in, fmt.Errorf("column %d is named %q", c, name)
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

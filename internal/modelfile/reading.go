package modelfile

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/features"
)

// A Reading is what a model reads of a sentence, and its notes, as settings hold them. Text that may be no UTF-8 is
// bytes.
type Reading struct {
	Template []byte
	File     []byte // the name of the templates
	Dialect  string
	Columns  int
	Names    map[string]int    // of columns
	Meta     map[string][]byte `json:",omitempty"`
}

// NewReading returns the settings for these templates, columns and notes.
func NewReading(t *features.Templates, columns int, names map[string]int, meta map[string]string) Reading {
	r := Reading{Template: []byte(t.Source()), File: []byte(t.Name()), Dialect: t.Dialect().String(), Columns: columns, Names: names}
	if len(meta) > 0 {
		r.Meta = make(map[string][]byte, len(meta))
		for key, value := range meta {
			r.Meta[key] = []byte(value)
		}
	}
	return r
}

// columns bounds the columns of a file.
const columns = 1 << 16

// Templates checks the settings and parses the templates.
func (r *Reading) Templates() (*features.Templates, error) {
	if r.Columns < 0 || r.Columns > columns {
		return nil, fmt.Errorf("%d columns", r.Columns)
	}
	for name, c := range r.Names {
		if c < 0 || c >= columns {
			return nil, fmt.Errorf("column %d is named %q", c, name)
		}
	}
	dialect, err := features.ParseDialect(r.Dialect)
	if err != nil {
		return nil, err
	}
	t, err := features.Parse(strings.NewReader(string(r.Template)), string(r.File), dialect)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return t, nil
}

// Notes returns the notes, never nil.
func (r *Reading) Notes() map[string]string {
	meta := make(map[string]string, len(r.Meta))
	for key, value := range r.Meta {
		meta[key] = string(value)
	}
	return meta
}

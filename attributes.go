package trellis

import (
	"context"
	"io"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/rewrite"
)

// Templates returns the templates that [Train] takes. It looks at the first sentences of data only if the settings
// leave the templates open.
func Templates(ctx context.Context, data Source, c Config) (*features.Templates, error) {
	return rewrite.Templates(ctx, data, c)
}

// WriteAttributes writes the attributes that [Train] makes of sentences to w, as an attribute file of CRFsuite: a line
// a token, with its label and its attributes. Config.Log hears which templates were picked, and what has no place in
// such files.
func WriteAttributes(ctx context.Context, w io.Writer, data Source, c Config) error {
	return rewrite.PickedAttributes(ctx, w, data, c)
}

// WriteAttributes writes the attributes that the model reads of sentences to w, as an attribute file of CRFsuite. A
// token without a label has _. Of the options, it takes Format, Label, Form and Warn, which hears what has no place in
// such files. A model that reads ready-made attributes is an error.
func (m *Model) WriteAttributes(ctx context.Context, w io.Writer, data Source, o FileOptions) error {
	return rewrite.ModelAttributes(ctx, w, data, m.labeller, m.path, o.Format, o.Label, o.Form, o.Warn)
}

package trellis

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
)

// isRaw reports whether m is a raw Wapiti model, which reads rows of any number of attributes.
func isRaw(m model.Labeller) bool {
	w, ok := m.(*wapiti.Model)
	return ok && w.Templates() == nil
}

// ownOutput returns a function that labels exactly as the tool of the model does, including how the
// tool reads sentences. It returns nil unless the options require this output or the model has no
// other.
func ownOutput(m model.Labeller, o *FileOptions) func(w io.Writer, r io.Reader, name string) error {
	switch m := m.(type) {
	case *crfpp.Model:
		if o.tool() == asCRFPP {
			return func(w io.Writer, r io.Reader, name string) error { return m.Test(w, r, name, o.pp()) }
		}
	case *wapiti.Model:
		if o.tool() == asWapiti || isRaw(m) {
			return func(w io.Writer, r io.Reader, name string) error { return m.Label(w, r, name, o.wapiti()) }
		}
	}
	return nil
}

// checkOwn rejects options that the tool does not support.
func (o *FileOptions) checkOwn(m model.Labeller) error {
	tool := asCRFPP
	if m.Kind() == model.Wapiti {
		tool = asWapiti
	}
	switch {
	case o.tool() != "" && o.tool() != tool:
		return model.Refuse("output-format", "{output-format} %s: a raw model of Wapiti supports only wapiti", o.OutputFormat)
	case o.Format != corpus.FormatAuto && o.Format != corpus.CoNLL:
		return model.Refuse("format", "{format} %s: in the output format of its own tool, the model reads files as the tool does", o.Format)
	case o.Form != "" || o.Label != "" && (o.Label != "-1" || tool != asWapiti):
		return model.Refuse("label", "{form}, {label}: not supported in the output format of the model's own tool, which finds the columns itself")
	case o.Fixed && tool != asWapiti:
		return model.Refuse("fixed", "{fixed}: not supported by crf_test; leave out {output-format}")
	}
	return o.checkOutput(tool)
}

// runOwn labels inputs as the tool of the model does.
func runOwn(ctx context.Context, w io.Writer, source corpus.Source, m model.Labeller, o *FileOptions, stream func(io.Writer, io.Reader, string) error) error {
	if err := o.checkOwn(m); err != nil {
		return err
	}
	if len(source.Sentences) > 0 {
		return unfit("sentences in memory, but a model reads only files for the output format of its own tool")
	}
	for _, name := range source.Paths {
		raw, err := input.OpenRaw(ctx, name, source.Stdin)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(w, blockSize)
		to := io.Writer(out)
		if raw.Live {
			to = w
		}
		err = stream(to, raw, raw.Name)
		raw.Close()
		if err = errors.Join(out.Flush(), err); err != nil {
			return err
		}
	}
	return nil
}

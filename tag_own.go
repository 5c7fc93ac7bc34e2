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

// isRaw reports whether a model reads rows of any number of attributes, by the rules of its own tool alone.
func isRaw(m model.Labeller) bool {
	w, ok := m.(*wapiti.Model)
	return ok && w.Templates() == nil
}

// ownOutput returns what reads and writes as the tool of the model itself does, by its own rules of what a sentence is;
// nil unless that is asked for, or there is no other way.
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

// checkOwn finds options that the tool has nothing for.
func (o *FileOptions) checkOwn(m model.Labeller) error {
	tool := asCRFPP
	if m.Kind() == model.Wapiti {
		tool = asWapiti
	}
	switch {
	case o.tool() != "" && o.tool() != tool:
		return model.Refuse("output-format", "{output-format} %s: a model without patterns has only the output of wapiti", o.OutputFormat)
	case o.Format != corpus.FormatAuto && o.Format != corpus.CoNLL:
		return model.Refuse("format", "{format} %s: with the output of its own tool, a model reads files as that does", o.Format)
	case o.Form != "" || o.Label != "" && (o.Label != "-1" || tool != asWapiti):
		return model.Refuse("label", "{form}, {label}: with the output of its own tool, a model finds columns as that does")
	case o.Fixed && tool != asWapiti:
		return model.Refuse("fixed", "{fixed}: crf_test keeps no labels; leave out {output-format}")
	}
	return o.checkOutput(tool)
}

// runOwn labels inputs as the tool of the model does.
func runOwn(ctx context.Context, w io.Writer, source corpus.Source, m model.Labeller, o *FileOptions, stream func(io.Writer, io.Reader, string) error) error {
	if err := o.checkOwn(m); err != nil {
		return err
	}
	if len(source.Sentences) > 0 {
		return unfit("sentences in memory, but with the output of its own tool, a model reads files")
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

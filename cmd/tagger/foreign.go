package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/structured"
)

// An openedModel is what tag and eval label with: one of ours, or one of another tool as it is. That one has its scores from
// the tool's own tagger, to the last bit, and a crf.Model that holds its labels and templates, but no weights, to
// decode them with.
type openedModel struct {
	*crf.Model
	tool    interop.Tool     // 0: ours
	foreign func() scores    // a tagger of the tool's; nil: ours
	semi    *semicrf.Model   // one of segments, whose crf.Model has no weights either; nil: it labels tokens
	pruned  *prunedcrf.Model // one of pruned chains, whose crf.Model has no weights either; nil: it is another

	// stream reads and writes as the tool itself does, by its own rules of what a sentence is; nil: as any other
	// model. Only is set where there is no other way.
	stream func(w io.Writer, r io.Reader, name string, o *tagFlags) error
	only   bool
}

// scores computes those of a sentence, valid until the next one.
type scores func(s *sentence) (*structured.Lattice, error)

func ours(m *crf.Model) *openedModel { return &openedModel{Model: m} }

// openModel opens a model file, ours or another tool's. It stays open until the program ends.
func openModel(path string) (*openedModel, error) {
	kind, err := kindOf(path)
	if err != nil {
		return nil, err
	}
	switch kind {
	case semiKind:
		return openSemi(path)
	case prunedKind:
		return openPruned(path)
	}
	tool, err := detectTool(path)
	if err != nil {
		return nil, err
	}
	if tool == 0 {
		m, err := openOurs(path)
		return ours(m), err
	}
	data, err := readModelFile(path)
	if err != nil {
		return nil, err
	}
	m := &openedModel{tool: tool}
	skeleton := crf.Content{Meta: model.Metadata{Tool: tool.String()}}
	switch tool {
	case interop.CRFsuite:
		err = m.ofCRFsuite(&skeleton, data)
	case interop.CRFPP:
		err = m.ofCRFPP(&skeleton, data)
	case interop.Wapiti:
		err = m.ofWapiti(&skeleton, data)
	}
	if err == nil {
		m.Model, err = crf.New(skeleton)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func (m *openedModel) ofCRFsuite(p *crf.Content, data []byte) error {
	read, err := crfsuite.Read(data)
	if err != nil {
		return err
	}
	shared, err := crfsuite.NewLabeller(read)
	if err != nil {
		return err
	}
	p.Labels = read.Labels
	m.foreign = func() scores {
		t := shared.NewDecoder()
		return func(s *sentence) (*structured.Lattice, error) {
			err := t.ReadItems(s.items.Attributes)
			return t.Scores(), err
		}
	}
	return nil
}

func (m *openedModel) ofCRFPP(p *crf.Content, data []byte) error {
	read, err := crfpp.Read(data)
	if err != nil {
		return err
	}
	p.Labels = read.Labels()
	p.Input = model.Input{Templates: read.Templates(), Columns: read.Columns()}
	m.foreign = func() scores {
		t := read.NewDecoder()
		return func(s *sentence) (*structured.Lattice, error) {
			err := t.Read(&s.rows)
			return t.Scores(), err
		}
	}
	m.stream = func(w io.Writer, r io.Reader, name string, o *tagFlags) error {
		return read.Test(w, r, name, o.crfpp())
	}
	return nil
}

func (m *openedModel) ofWapiti(p *crf.Content, data []byte) error {
	read, err := wapiti.Read(data)
	if err != nil {
		return err
	}
	p.Labels = read.Labels()
	p.Input = model.Input{Templates: read.Templates(), Columns: read.Columns()}
	m.foreign = func() scores {
		t := read.NewDecoder()
		return func(s *sentence) (*structured.Lattice, error) {
			err := t.Read(&s.rows)
			return t.Scores(), err
		}
	}
	m.stream = func(w io.Writer, r io.Reader, name string, o *tagFlags) error {
		return read.Label(w, r, name, o.wapiti())
	}
	m.only = read.Templates() == nil
	return nil
}

// loadModel opens a model file, and imports that of another tool. It stays open until the program ends.
func loadModel(path string) (*crf.Model, error) {
	tool, err := detectTool(path)
	if err != nil {
		return nil, err
	}
	if tool == 0 {
		switch kind, _ := kindOf(path); kind {
		case semiKind:
			return nil, fmt.Errorf("%s: a model of segments, which is for tag, eval, inspect and train --model-type semi --init", path)
		case prunedKind:
			return nil, fmt.Errorf("%s: a model of pruned chains, whose weights are no pairs of attributes and labels alone: it is for tag, eval, inspect and train --model-type pruned --init", path)
		}
		return openOurs(path)
	}
	m, _, err := importModel(path)
	return m, err
}

// importModel makes a model of another tool's file, and says what was left behind.
func importModel(path string) (*crf.Model, []string, error) {
	data, err := readModelFile(path)
	if err != nil {
		return nil, nil, err
	}
	p, notes, err := interop.Import(data)
	if err == nil {
		var m *crf.Model
		if m, err = crf.New(p); err == nil {
			return m, notes, nil
		}
	}
	return nil, nil, fmt.Errorf("%s: %w", path, err)
}

// detectTool tells whose a model file is.
func detectTool(path string) (interop.Tool, error) {
	head, err := modelHead(path)
	if err != nil {
		return 0, err
	}
	return interop.Detect(head), nil
}

// modelHead returns the first bytes of a model file, by which it is told from others; nothing of one that cannot be
// looked at twice.
func modelHead(path string) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !regular(f) {
		return nil, nil
	}
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return head[:n], nil
}

func readModelFile(path string) ([]byte, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	if _, err = io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// isStream tells whether the tool itself is asked for.
func (m *openedModel) isStream(o *tagFlags) bool {
	return m.only || m.stream != nil && m.tool == o.tool
}

// checkStream finds flags that the tool has nothing for.
func (m *openedModel) checkStream(o *tagFlags) error {
	own := *o
	for name, tool := range tools {
		if tool == m.tool {
			own.outputFormat = name
		}
	}
	switch {
	case m.only && o.tool != 0 && o.tool != m.tool:
		return wrongUsage("--output-format %s: a model without patterns has only the output of wapiti", o.outputFormat)
	case o.format != "auto" && o.format != "conll":
		return wrongUsage("--format %s: with the output of its own tool, a model reads files as that does", o.format)
	case o.form != "" || o.label != "" && (o.label != "-1" || m.tool != interop.Wapiti):
		return wrongUsage("--form, --label: with the output of its own tool, a model finds columns as that does")
	case o.fixed && m.tool != interop.Wapiti:
		return wrongUsage("--fixed: crf_test keeps no labels; leave out --output-format")
	}
	return own.checkPrinter()
}

// tagStream labels files as the tool of the model does.
func (a *app) tagStream(ctx context.Context, m *openedModel, o *tagFlags, files []string, w io.Writer) error {
	if err := m.checkStream(o); err != nil {
		return err
	}
	for _, name := range files {
		src, err := a.source(ctx, name)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(w, blockSize)
		to := io.Writer(out)
		if src.live {
			to = w
		}
		err = m.stream(to, src, src.name, o)
		src.close()
		if err = errors.Join(out.Flush(), err); err != nil {
			return err
		}
	}
	return nil
}

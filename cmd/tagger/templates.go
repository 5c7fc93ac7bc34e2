package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/structured"
)

// loadTemplates reads the value of --features: a preset, a file, or auto, which gives nil.
func loadTemplates(value string) (*features.Templates, error) {
	if value == "auto" {
		return nil, nil
	}
	t, err := features.Preset(value)
	if !errors.Is(err, features.ErrUnknownPreset) {
		return t, err
	}
	f, err := openFile(value)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("--features %s: no such file, and the presets are %s", value, strings.Join(features.PresetNames(), ", "))
		}
		return nil, err
	}
	defer f.Close()
	return features.Parse(f, value, features.DialectAuto)
}

// autoPreset names the templates for the labels that were seen.
func autoPreset(p *picked) string {
	if p.scheme == structured.Plain {
		return "pos"
	}
	phrases := 0
	for typ := range p.types {
		if slices.Contains(phraseTypes, typ) {
			phrases++
		}
	}
	if phrases > 0 && 2*phrases >= len(p.types) {
		return "chunk"
	}
	return "ner"
}

// phraseTypes are the chunks of CoNLL-2000 and of other languages' kin of them.
var phraseTypes = []string{
	"ADJP", "ADVP", "AP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "QP", "SBAR", "UCP", "VP",
	"NC", "PC", "VC",
}

// bind makes the templates (nil: the preset of the labels) an input of the model, and says which they are.
func bind(t *features.Templates, lexicons []lexicon.Lexicon, p *picked, in *input) (crf.Input, string, error) {
	if p.format == corpus.CRFsuite {
		if len(lexicons) > 0 {
			return crf.Input{}, "", wrongUsage("--%s: for columns: %s brings its attributes along", strings.Join(lexiconNames, ", --"), in.name)
		}
		if t != nil {
			return crf.Input{}, "", wrongUsage("--features is for columns: %s brings its attributes along", in.name)
		}
		return crf.Input{}, "", nil
	}
	if t == nil {
		var err error
		if t, err = features.Preset(autoPreset(p)); err != nil {
			return crf.Input{}, "", err
		}
	}
	names := map[string]int{}
	for c, name := range in.layout.Names {
		names[name] = c
	}
	names["form"] = p.form
	if p.pos >= 0 {
		names["pos"] = p.pos
	}
	t, err := withLexicons(t, lexicons)
	if err != nil {
		return crf.Input{}, "", err
	}
	model := crf.Input{Templates: t, Columns: p.columns, Names: names, Lexicons: lexicons}
	program, err := model.Program()
	if err != nil {
		return crf.Input{}, "", err
	}
	if slices.Contains(program.Columns(), p.label) {
		return crf.Input{}, "", fmt.Errorf("%s: its templates read column %d (counted from 0), which holds the labels", t.Name(), p.label)
	}
	name := filepath.Base(t.Name())
	if name != t.Name() { // where the file lies is nobody's business who gets the model
		if t, err = features.Parse(strings.NewReader(t.Source()), name, t.Dialect()); err != nil {
			return crf.Input{}, "", err
		}
	}
	model.Templates = t
	return model, name, nil
}

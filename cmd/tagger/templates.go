package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
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

// auto composes the templates for what was picked: the preset of the task, and lines for further columns.
func auto(p *picked) (*features.Templates, error) {
	preset := p.task().preset
	source, err := features.PresetSource(preset)
	if err != nil {
		return nil, err
	}
	if len(p.further) == 0 {
		return features.Preset(preset)
	}
	var b strings.Builder
	b.WriteString(source)
	name := "preset " + preset + " and column"
	for k, c := range p.further {
		if k > 0 {
			name += ","
		}
		name += fmt.Sprintf(" %d", c.column+1)
		fmt.Fprintf(&b, "\n# Column %d of the file.\n", c.column+1)
		for _, t := range []int{-1, 0, 1} {
			fmt.Fprintf(&b, "u:c%d.%d=%%x[%d,%d]\n", c.column, t, t, c.column)
		}
		if c.pairs {
			for _, t := range []int{-1, 0} {
				fmt.Fprintf(&b, "u:c%d.%d.%d=%%x[%d,%d]/%%x[%d,%d]\n", c.column, t, t+1, t, c.column, t+1, c.column)
			}
		}
	}
	return features.Parse(strings.NewReader(b.String()), name, features.DialectTrellis)
}

// choice tells what auto made of p, and how to ask for it by name.
func (p *picked) choice(t *features.Templates) string {
	task := p.task()
	if len(p.further) == 0 {
		return fmt.Sprintf("features auto: %s, for %s; --features %s names it", t.Name(), task.what, task.preset)
	}
	return fmt.Sprintf("features auto: %s, for %s; tagger features --show FILE writes them down, --features %s leaves the columns out",
		t.Name(), task.what, task.preset)
}

// pickTemplates returns t, or else the templates for what was picked; nil for ready-made attributes.
func (p *picked) pickTemplates(t *features.Templates, lexicons []lexicon.Lexicon, in *input) (*features.Templates, error) {
	if p.format == corpus.CRFsuite {
		if len(lexicons) > 0 {
			return nil, wrongUsage("--%s: for columns: %s brings its attributes along", strings.Join(lexiconNames, ", --"), in.name)
		}
		if t != nil {
			return nil, wrongUsage("--features is for columns: %s brings its attributes along", in.name)
		}
		return nil, nil
	}
	if t == nil {
		var err error
		if t, err = auto(p); err != nil {
			return nil, err
		}
		p.chosen = p.choice(t)
	}
	p.names = map[string]int{}
	for c, name := range in.layout.Names {
		p.names[name] = c
	}
	p.names["form"] = p.form
	if p.pos >= 0 {
		p.names["pos"] = p.pos
	}
	return t, nil
}

// bind makes the templates an input of the model, and says which they are.
func (p *picked) bind(t *features.Templates, lexicons []lexicon.Lexicon) (model.Input, string, error) {
	if t == nil {
		return model.Input{}, "", nil
	}
	t, err := withLexicons(t, lexicons)
	if err != nil {
		return model.Input{}, "", err
	}
	in := model.Input{Templates: t, Columns: p.columns, Names: p.names, Lexicons: lexicons}
	program, err := in.Program()
	if err != nil {
		return model.Input{}, "", err
	}
	if slices.Contains(program.Columns(), p.label) {
		return model.Input{}, "", fmt.Errorf("%s: its templates read column %d (counted from 0), which holds the labels", t.Name(), p.label)
	}
	name := filepath.Base(t.Name())
	if name != t.Name() { // where the file lies is nobody's business who gets the model
		if t, err = features.Parse(strings.NewReader(t.Source()), name, t.Dialect()); err != nil {
			return model.Input{}, "", err
		}
	}
	in.Templates = t
	return in, name, nil
}

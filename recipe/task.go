package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Task is the purpose of labels, as far as the labels show it.
type Task struct {
	Preset string // of templates
	What   string // in words
}

var (
	tagging    = Task{"pos", "single labels"}
	morphology = Task{"morph", "labels of many features"}
	chunking   = Task{"chunk", "spans of phrases"}
	naming     = Task{"ner", "spans of names"}
)

// manyLabels is more labels than part-of-speech tagsets show in the first sentences of a file.
// Morphological labels reach this number.
const manyLabels = 80

// Task returns the purpose of the labels in the sample.
func (p *Profile) Task() Task {
	if p.Scheme == structured.Plain {
		spelt := 0
		for label := range p.Labels {
			if strings.Contains(label, "=") {
				spelt++
			}
		}
		if len(p.Labels) > manyLabels || 2*spelt > len(p.Labels) {
			return morphology
		}
		return tagging
	}
	phrases := 0
	for typ := range p.Types {
		if slices.Contains(phraseTypes, typ) {
			phrases++
		}
	}
	if phrases > 0 && 2*phrases >= len(p.Types) {
		return chunking
	}
	return naming
}

// phraseTypes lists the chunk types of CoNLL-2000 and of other languages.
var phraseTypes = []string{
	"ADJP", "ADVP", "AP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "QP", "SBAR", "UCP", "VP",
	"NC", "PC", "VC",
}

// PickScheme returns the label scheme to train in, or "" for the scheme of the file. Chunks cover
// the text, so marking their ends helps, also on development data (docs/explanation/features.md).
// Names gain nothing from it there.
func (c *Config) PickScheme(p *Profile) string {
	own := c.Kind() == model.Chain && c.Init == "" && c.supervision() == annotation.Full.String()
	if own && p.Task() == chunking && p.Format != corpus.CRFsuite && (p.Scheme == structured.BIO || p.Scheme == structured.IOB1) {
		return structured.BIOES.String()
	}
	return ""
}

// templates returns the preset of the task, with additional lines for further columns.
func (p *Profile) templates() (*features.Templates, error) {
	preset := p.Task().Preset
	if len(p.further) == 0 {
		return features.Preset(preset)
	}
	source, err := features.PresetSource(preset)
	if err != nil {
		return nil, err
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

// Describe describes the templates that were picked for the profile.
func (p *Profile) Describe(t *features.Templates) string {
	return fmt.Sprintf("features auto: %s, for %s", t.Name(), p.Task().What)
}

package model

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/structured"
)

// Metadata is what a model file says about the model beyond its weights. The zero value is that of a model
// that reads words as they are and writes the labels that it has inside.
type Metadata struct {
	Files     Files      // what it was trained on
	Normalize NormalForm // in which it reads fields
	// Output is the scheme in which the model writes labels, if that is another than Inside, in which it was trained.
	// Plain stands for both where it writes the labels that it has inside.
	Output, Inside structured.Scheme
	Tool           string            // which trained it, if that was another program
	Config         string            // the completed configuration of its training, as TOML; "" if there was none
	Notes          map[string]string // facts about its training, by name
}

// Files describes the files that a model was trained on.
type Files struct {
	Format  corpus.Format // FormatAuto: not known
	Columns int           // 0: not known
	Label   string        // the column of the labels, as corpus.Layout.Column reads it
	Form    string        // the column of the words, "" if nobody named it
}

// The keys under which model files store the typed fields. Those of notes have a prefix.
const (
	keyFormat    = "format"
	keyColumns   = "columns"
	keyLabel     = "label"
	keyForm      = "form"
	keyNormalize = "normalize"
	keyOutput    = "output-scheme"
	keyInside    = "scheme"
	keyTool      = "tool"
	keyConfig    = "config"
	prefixNote   = "note."
)

// Map returns the metadata as model files store them.
func (m Metadata) Map() map[string]string {
	stored := make(map[string]string)
	put := func(key, value string) {
		if value != "" {
			stored[key] = value
		}
	}
	if m.Files.Format != corpus.FormatAuto {
		put(keyFormat, m.Files.Format.String())
	}
	if m.Files.Columns > 0 {
		put(keyColumns, strconv.Itoa(m.Files.Columns))
	}
	put(keyLabel, m.Files.Label)
	put(keyForm, m.Files.Form)
	put(keyNormalize, string(m.Normalize))
	if m.Output != structured.Plain {
		put(keyOutput, m.Output.String())
		put(keyInside, m.Inside.String())
	}
	put(keyTool, m.Tool)
	put(keyConfig, m.Config)
	for name, value := range m.Notes {
		stored[prefixNote+name] = value
	}
	return stored
}

// ParseMetadata reads what [Metadata.Map] returned. What it cannot be is an error that wraps ErrModel.
func ParseMetadata(stored map[string]string) (Metadata, error) {
	m := Metadata{
		Files:     Files{Label: stored[keyLabel], Form: stored[keyForm]},
		Normalize: NormalForm(stored[keyNormalize]), Tool: stored[keyTool], Config: stored[keyConfig],
	}
	var err error
	if name, ok := stored[keyFormat]; ok {
		if m.Files.Format, err = corpus.ParseFormat(name); err != nil {
			return m, fmt.Errorf("%w: %w", ErrModel, err)
		}
	}
	if text, ok := stored[keyColumns]; ok {
		if m.Files.Columns, err = strconv.Atoi(text); err != nil || m.Files.Columns < 1 {
			return m, fmt.Errorf("%w: %q columns", ErrModel, text)
		}
	}
	if name, ok := stored[keyOutput]; ok {
		if m.Output, err = structured.ParseScheme(name); err == nil {
			m.Inside, err = structured.ParseScheme(stored[keyInside])
		}
		if err != nil {
			return m, fmt.Errorf("%w: %w", ErrModel, err)
		}
	}
	if err := m.Normalize.Check(); err != nil {
		return m, fmt.Errorf("%w: %w", ErrModel, err)
	}
	for key, value := range stored {
		if len(key) > len(prefixNote) && key[:len(prefixNote)] == prefixNote {
			if m.Notes == nil {
				m.Notes = make(map[string]string)
			}
			m.Notes[key[len(prefixNote):]] = value
		}
	}
	return m, nil
}

// Facts returns all that the metadata says, by name: the files, the settings of the configuration, and the notes.
func (m Metadata) Facts() map[string]string {
	facts := make(map[string]string)
	for line := range strings.Lines(m.Config) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " = "); ok {
			if text, err := strconv.Unquote(value); err == nil {
				value = text
			} else if v, err := strconv.ParseFloat(value, 64); err == nil {
				value = strconv.FormatFloat(v, 'g', -1, 64)
			}
			facts[name] = value
		}
	}
	maps.Copy(facts, m.Notes)
	m.Config, m.Notes = "", nil
	maps.Copy(facts, m.Map())
	return facts
}

// Clone returns a copy that shares nothing with m.
func (m Metadata) Clone() Metadata {
	m.Notes = maps.Clone(m.Notes)
	return m
}

package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text"
)

// Metadata describes a model beyond its weights. The zero value means that the model does not
// normalise words and writes its labels as they are inside.
type Metadata struct {
	Files     Files      // training files
	Normalize NormalForm // applied to all fields
	Tokenizer string     // name of the tokenizer for plain text: Learned, or a name for text.New; "" means none
	Segmenter []byte     // file of the learned tokenizer, for segment.Load; nil for other tokenizers
	// Document is what starts a document for a model that reads documents: MarkedDocuments,
	// FileDocuments, or a new value in a column, as for corpus.Layout.Value. It is "" for other
	// models.
	Document string
	// Output is the scheme of the training files and of the output; Inside is the scheme inside the
	// model. Both are Plain if the two are the same.
	Output, Inside structured.Scheme
	// Spelling is how the training files and the output write span labels. Labels inside the model
	// have the usual spelling.
	Spelling annotation.Spelling
	Tool     string            // the tool that trained the model; "" means trellis
	Config   string            // completed training configuration in TOML; may be ""
	Notes    map[string]string // facts about the training, by name
	// Calibration corrects the scores. Set it before the first use of the model.
	Calibration Calibration
}

// Learned is the name of learned tokenizers. A model stores such a tokenizer as a whole.
const Learned = "learned"

// Values of Metadata.Document.
const (
	MarkedDocuments = input.ByMark // a line -DOCSTART-, a comment # newdoc, or a file
	FileDocuments   = input.ByFile // a file
)

// Files describes the training files of a model.
type Files struct {
	Format  corpus.Format // FormatAuto means unknown
	Columns int           // 0 means unknown
	Label   string        // label column, as for corpus.Layout.Column
	Form    string        // word column; "" if the user did not name one
}

// Keys of the typed fields in model files. The keys of notes have a prefix.
const (
	keyFormat    = "format"
	keyColumns   = "columns"
	keyLabel     = "label"
	keyForm      = "form"
	keyNormalize = "normalize"
	keyTokenizer = "tokenizer"
	keySegmenter = "tokenizer-file"
	keyDocument  = "document"
	keyOutput    = "output-scheme"
	keyInside    = "scheme"
	keySpelling  = "spelling"
	keyTool      = "tool"
	keyConfig    = "config"
	prefixNote   = "note."

	keyTemperature  = "temperature"
	prefixBias      = "bias."
	prefixThreshold = "threshold."
)

// Map returns the metadata in the form of model files.
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
	put(keyTokenizer, m.Tokenizer)
	put(keySegmenter, string(m.Segmenter))
	put(keyDocument, m.Document)
	if m.Output != structured.Plain {
		put(keyOutput, m.Output.String())
		put(keyInside, m.Inside.String())
	}
	if m.Spelling != (annotation.Spelling{}) {
		put(keySpelling, m.Spelling.String())
	}
	put(keyTool, m.Tool)
	put(keyConfig, m.Config)
	m.Calibration.put(stored)
	for name, value := range m.Notes {
		stored[prefixNote+name] = value
	}
	return stored
}

// ParseMetadata is the inverse of [Metadata.Map]. Invalid values are an error that wraps ErrModel.
func ParseMetadata(stored map[string]string) (Metadata, error) {
	m := Metadata{
		Files:     Files{Label: stored[keyLabel], Form: stored[keyForm]},
		Normalize: NormalForm(stored[keyNormalize]), Tokenizer: stored[keyTokenizer], Document: stored[keyDocument], Tool: stored[keyTool], Config: stored[keyConfig],
	}
	var err error
	if name, ok := stored[keyFormat]; ok {
		if m.Files.Format, err = corpus.ParseFormat(name); err != nil {
			return m, fmt.Errorf("%w: %w", ErrModel, err)
		}
	}
	if number, ok := stored[keyColumns]; ok {
		if m.Files.Columns, err = strconv.Atoi(number); err != nil || m.Files.Columns < 1 {
			return m, fmt.Errorf("%w: %q columns", ErrModel, number)
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
	if name, ok := stored[keySpelling]; ok {
		if m.Spelling, err = annotation.ParseSpelling(name); err != nil {
			return m, fmt.Errorf("%w: %w", ErrModel, err)
		}
	}
	if err := m.Normalize.Check(); err != nil {
		return m, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if file := stored[keySegmenter]; file != "" {
		m.Segmenter = []byte(file)
	}
	if err := m.checkTokenizer(); err != nil {
		return m, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if m.Calibration, err = parseCalibration(stored); err != nil {
		return m, err
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

// checkTokenizer checks the name of the tokenizer, and that exactly the learned one has a file.
func (m *Metadata) checkTokenizer() error {
	switch {
	case m.Tokenizer == Learned && m.Segmenter == nil:
		return errors.New("the learned tokenizer is missing")
	case m.Tokenizer != Learned && m.Segmenter != nil:
		return fmt.Errorf("a learned tokenizer, but the tokenizer is %q", m.Tokenizer)
	case m.Tokenizer == Learned || m.Tokenizer == "":
		return nil
	}
	_, err := text.New(m.Tokenizer)
	return err
}

// Facts returns all metadata by name: the files, the settings of the configuration, and the notes.
// It leaves out the file of a learned tokenizer.
func (m Metadata) Facts() map[string]string {
	facts := make(map[string]string)
	for line := range strings.Lines(m.Config) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " = "); ok {
			if unquoted, err := strconv.Unquote(value); err == nil {
				value = unquoted
			} else if v, err := strconv.ParseFloat(value, 64); err == nil {
				value = strconv.FormatFloat(v, 'g', -1, 64)
			}
			facts[name] = value
		}
	}
	maps.Copy(facts, m.Notes)
	m.Config, m.Notes, m.Segmenter = "", nil, nil
	maps.Copy(facts, m.Map())
	return facts
}

// Clone returns a deep copy.
func (m Metadata) Clone() Metadata {
	m.Notes, m.Segmenter, m.Calibration = maps.Clone(m.Notes), slices.Clone(m.Segmenter), m.Calibration.Clone()
	return m
}

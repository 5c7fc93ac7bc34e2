package standoff

import (
	"fmt"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/enum"
)

// A Format is how a tool writes documents with spans.
type Format int

const (
	// FormatAuto stands for the format that the first document shows.
	FormatAuto Format = iota
	// Doccano has JSON objects with "text" and triples [start, end, label] under "label".
	Doccano
	// DoccanoEntities has JSON objects with "text" and objects under "entities".
	DoccanoEntities
	// SpaCy has pairs of a text and an object with triples under "entities".
	SpaCy
	// SpaCyDoc has JSON objects with "text" and objects under "ents".
	SpaCyDoc
	// HuggingFace has JSON objects with "tokens" and "ner_tags".
	HuggingFace
	// LabelStudio has an array of tasks with "data" and "annotations".
	LabelStudio
	// Brat has pairs of files, a text and its annotations.
	Brat
	// XML has the spans of a document as elements inside its text.
	XML
)

var formatNames = enum.Names[Format]{FormatAuto: "auto", Doccano: "doccano", DoccanoEntities: "doccano-entities", SpaCy: "spacy",
	SpaCyDoc: "spacy-doc", HuggingFace: "huggingface", LabelStudio: "label-studio", Brat: "brat", XML: "xml"}

// String returns the name that ParseFormat reads.
func (f Format) String() string { return formatNames.String(f) }

// ParseFormat reads the name of a format, in any case.
func ParseFormat(name string) (Format, error) { return formatNames.Parse("annotation format", name) }

// MarshalText returns the name of the format.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText sets f to the format that ParseFormat reads.
func (f *Format) UnmarshalText(name []byte) (err error) {
	*f, err = ParseFormat(string(name))
	return err
}

// Unit returns what offsets count in the files of a format.
//
//   - doccano counts UTF-16 code units: its page runs in a browser and stores offsets of JavaScript
//     strings (https://github.com/doccano/doccano/issues/2290). A project with the setting "Count
//     grapheme clusters as one character" counts Graphemes: pass Options.Unit. Many scripts write
//     runes. Without Options.Unit the reader takes runes for a list of spans that else cut a word,
//     if none does in runes. It counts such lists, see [Reader].
//   - spaCy counts runes: offsets index Python strings (https://spacy.io/api/doc#to_json).
//   - Label Studio counts runes since October 2021, and UTF-16 code units before
//     (https://github.com/HumanSignal/label-studio/pull/1559). Exports quote the text of spans, so
//     that the reader can choose for each document.
//   - brat counts runes: "character offsets" of its Python server
//     (https://brat.nlplab.org/standoff.html).
//   - Hugging Face files and XML have no offsets.
func (f Format) Unit() Unit {
	switch f {
	case Doccano, DoccanoEntities:
		return UTF16
	}
	return Runes
}

// Options say how documents are read and written. The zero value suits all formats.
type Options struct {
	Format Format // NewReader detects it, NewWriter requires it
	Unit   Unit   // of the offsets, if the file does not count in the unit of its format

	// TextKey is the key of the text: for LabelStudio in "data", where the default is "text" or the
	// only key with a string.
	TextKey string
	// TagsKey is the key of the labels in HuggingFace. The default is "ner_tags", or "tags" if a
	// file has no "ner_tags".
	TagsKey string
	// Labels are the labels of the spans that a reader keeps, nil for all. In XML, all other
	// elements inside documents are plain text.
	Labels []string
	// LabelNames are the labels that numbers in HuggingFace stand for, from 0. A writer with
	// LabelNames writes numbers, else strings. [LabelNames] returns the usual order.
	LabelNames []string
	// Spelling is how HuggingFace files write labels, if not as B-PER.
	Spelling annotation.Spelling

	// Predictions makes a LabelStudio reader take the first prediction of a task without
	// annotations. It makes a writer write spans as predictions, for annotators to correct.
	Predictions bool
	// FromName and ToName are the names of the controls "Labels" and "Text" in the labelling
	// configuration of LabelStudio. They default to "label" and "text".
	FromName, ToName string

	// Element is the element of a document in XML, at any depth. Without it, each child of the root
	// is a document. The root is one document if it has text of its own, or children without
	// children. A writer takes "document".
	Element string

	// Aligner finds tokens where a HuggingFace writer gets a document without any.
	Aligner Aligner
}

func (o *Options) unit() Unit {
	if o.Unit != UnitAuto {
		return o.Unit
	}
	return o.Format.Unit()
}

// A Reader reads documents, one at a time.
type Reader interface {
	// Read reads the next document into the memory of d. It returns io.EOF at the end of the input.
	Read(d *Document) error
	// Format returns the format of the input.
	Format() Format
	// Lost counts what the documents read so far had and a Document has no place for, and what was
	// read in an unusual way.
	Lost() Counts
}

// A Writer writes documents, one at a time.
type Writer interface {
	// Write writes a document.
	Write(d *Document) error
	// Close writes what ends the output. It does not close the [io.Writer].
	Close() error
}

// NewReader returns a reader of documents in JSON or XML. It detects the format if options name
// none. Name stands for the input in errors. Use [NewBratReader] for brat.
func NewReader(r io.Reader, name string, o Options) (Reader, error) {
	if o.Format == FormatAuto {
		o.Format, r = Detect(r)
	}
	switch o.Format {
	case FormatAuto:
		return nil, fmt.Errorf("%s: no annotation format is recognised: expected XML, or JSON of doccano, spaCy, Hugging Face or Label Studio", name)
	case Brat:
		return nil, fmt.Errorf("%s: brat has two files for each document: read the folder", name)
	case XML:
		return keeping(newXMLReader(r, name, o), o.Labels), nil
	}
	return keeping(&jsonReader{values: newValues(r, name), o: o, lost: make(Counts)}, o.Labels), nil
}

// keeping returns a reader that keeps only spans with some labels, or r for nil.
func keeping(r Reader, labels []string) Reader {
	if labels == nil {
		return r
	}
	return keeper{r, labels}
}

type keeper struct {
	Reader
	labels []string
}

// Read implements [Reader].
func (k keeper) Read(d *Document) error {
	err := k.Reader.Read(d)
	d.Spans = slices.DeleteFunc(d.Spans, func(s Span) bool { return !slices.Contains(k.labels, s.Label) })
	return err
}

// NewWriter returns a writer of documents in JSON or XML. Use [NewBratWriter] for brat.
func NewWriter(w io.Writer, o Options) (Writer, error) {
	switch o.Format {
	case Doccano, DoccanoEntities, SpaCy, SpaCyDoc, HuggingFace, LabelStudio:
		return &jsonWriter{output: output{w: w}, o: o}, nil
	case XML:
		return newXMLWriter(w, o), nil
	case Brat:
		return nil, fmt.Errorf("brat has two files for each document: write a folder")
	}
	return nil, fmt.Errorf("cannot write the annotation format %s: expected doccano, doccano-entities, spacy, spacy-doc, huggingface, label-studio or xml", o.Format)
}

package learning

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Data describes the training sentences: their columns, the templates that read them, and the
// labels of their words.
type Data struct {
	Config  recipe.Config // as given, not completed
	Profile *recipe.Profile
	Name    string // of the templates; "" for ready-made attributes

	templates  *features.Templates // nil for ready-made attributes
	lexicons   []lexicon.Lexicon   // from files, or from the model to start from
	input      model.Input
	firstModel model.Labeller // of a model that reads documents, once it is trained
	recode     *recoder       // nil if the scheme stays the same
	seen       *seenLabels
	tokens     *segmentation
	split      bool               // the files are documents, which a tokenizer splits
	spell      annotation.Speller // reads the labels of the files
	reading    annotation.Supervision
	bounds     input.Boundaries // of documents, if the configuration reads any
	start      model.Labeller   // to start from; may be nil
	startItems bool             // start reads ready-made attributes

	inputs   *input.Spool
	counting bool              // this pass counts seen labels; the next one warns about the files
	first    []*input.Sentence // sentences already read from the first input
	opened   *input.Input      // the first input
	file     string            // name of the input that each reads

	known []annotation.Choice // scratch memory
}

// Open reads the first sentences of a source and finds their columns, templates and label scheme.
// If pickScheme is set, it may pick a better scheme for training than the file has. Close the
// result after use.
func Open(ctx context.Context, source corpus.Source, c recipe.Config, start model.Labeller, pickScheme bool) (*Data, error) {
	format, documents, err := c.Formats()
	if err != nil {
		return nil, err
	}
	d := &Data{Config: c, start: start, inputs: &input.Spool{Source: source, Options: input.Options{Format: format, Documents: documents, Labelled: true}}}
	if d.inputs.Len() == 0 {
		return nil, fmt.Errorf("%w: no files or sentences to train on", model.ErrInput)
	}
	if d.reading, err = annotation.ParseSupervision(cmp.Or(c.Supervision, annotation.Full.String())); err != nil {
		return nil, err
	}
	if d.tokens, err = newSegmentation(c.Tokenizer); err != nil {
		return nil, err
	}
	d.inputs.Documents.Aligner.Tokenizer = d.tokens.named
	if err := d.readResources(ctx); err != nil {
		return nil, err
	}
	if d.opened, err = d.inputs.Open(ctx, 0); err != nil {
		return nil, err
	}
	if err := d.look(pickScheme); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Data) Close() {
	if d.opened != nil {
		d.opened.Close()
	}
}

// readResources loads the templates and word resources of the configuration.
func (d *Data) readResources(ctx context.Context) error {
	var err error
	if d.templates, err = LoadTemplates(d.Config.Features); err != nil {
		return err
	}
	if d.lexicons, err = readLexicons(ctx, &d.Config, d.inputs.Source.Stdin, d.tokens.named); err != nil || d.start == nil {
		return err
	}
	in, meta := d.start.Input(), d.start.Metadata()
	d.startItems = in.Templates == nil
	if d.templates == nil && in.Templates != nil {
		d.templates = in.Templates
		d.lexicons = join(d.lexicons, in.Lexicons)
	}
	if d.Config.Scheme == "" && meta.Output != 0 {
		d.Config.Scheme = meta.Inside.String()
	}
	if d.Config.Normalize == model.AsIs {
		d.Config.Normalize = meta.Normalize
	}
	return nil
}

// look reads a sample of the first input.
func (d *Data) look(pickScheme bool) error {
	in := d.opened
	var err error
	if d.first, err = in.Sample(recipe.SampleSize); err != nil {
		return err
	}
	d.split = in.Documents() != standoff.FormatAuto && in.Documents() != standoff.HuggingFace
	sample := recipe.Sample{Format: in.Format, Layout: in.Layout}
	for _, s := range d.first {
		if in.HasItems() {
			sample.Labels = append(sample.Labels, s.Items.Labels)
		} else {
			sample.Rows = append(sample.Rows, &s.Rows)
		}
	}
	if d.Profile, err = d.Config.Look(sample); err != nil {
		if _, refused := errors.AsType[*model.OptionError](err); refused {
			return err
		}
		return in.AtStart(err)
	}
	if err := d.tokens.check(in.Format, in.Name); err != nil {
		return err
	}
	if d.Config.ReadsDocuments() {
		if err := d.findDocuments(); err != nil {
			return err
		}
	}
	d.Config.Say(d.Profile.String())
	if text := d.Profile.Layers(); text != "" {
		d.Config.Caution(in.Name + ": " + text)
	}
	d.spell.Spelling = d.Profile.Spelling
	if d.spell.Spelling != (annotation.Spelling{}) {
		d.Config.Say(fmt.Sprintf("labels are written as %s; tagging writes them in the same way", d.spell.Spelling))
	}
	scheme := d.Config.Scheme
	if scheme == "" && pickScheme {
		scheme = d.Config.PickScheme(d.Profile)
	}
	if d.recode, err = newRecoder(scheme, d.Profile, d.reading); err != nil {
		return err
	}
	if err := d.pickTemplates(); err != nil {
		return err
	}
	if d.Config.ModelType != model.SemiMarkov {
		d.seen = d.expectSeen()
	}
	return nil
}

// pickTemplates picks templates if the configuration names none.
func (d *Data) pickTemplates() error {
	if d.start != nil && d.startItems != d.opened.HasItems() {
		return fmt.Errorf("%s: either the model or the training data has ready-made attributes, and the other has columns", d.Config.Init)
	}
	if d.opened.HasItems() {
		c := &d.Config
		for _, option := range []string{"clusters", "text", "gazetteer", "vectors", "features", "without", "shrink", "tokenizer", "document"} {
			if c.IsSet(option) && !(option == "features" && c.Features == "auto") && !(option == "tokenizer" && c.Tokenizer == recipe.AutoTokenizer) {
				return model.Refuse(option, "{%s} needs columns, but %s is an attribute file", option, d.opened.Name)
			}
		}
		d.templates = nil
		return nil
	}
	if d.templates != nil {
		return nil
	}
	var err error
	if d.templates, err = d.Config.Templates(d.Profile); err != nil {
		return err
	}
	d.Config.Say(d.Profile.Describe(d.templates))
	return nil
}

// LoadTemplates loads a preset or a template file. It returns nil for auto.
func LoadTemplates(value string) (*features.Templates, error) {
	if value == "" || value == "auto" {
		return nil, nil
	}
	t, err := features.Preset(value)
	if !errors.Is(err, features.ErrUnknownPreset) {
		return t, err
	}
	f, err := input.OpenFile(value)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("features %s: no such file, and the presets are %s", value, strings.Join(features.PresetNames(), ", "))
		}
		return nil, err
	}
	defer f.Close()
	return features.Parse(f, value, features.DialectAuto)
}

// Settle binds the templates to the columns, including those of word resources and seen labels.
func (d *Data) Settle() error {
	d.input, d.Name = model.Input{}, ""
	if d.templates == nil {
		return nil
	}
	lexicons := d.lexicons
	if d.seen != nil {
		classes, err := d.seen.counts.Classes(seenName)
		if err != nil {
			return err
		}
		lexicons = append(slices.Clone(lexicons), classes)
	}
	t, err := withLexicons(d.templates, lexicons)
	if err != nil {
		return err
	}
	without := d.leftOut(t)
	if t, err = t.Without(without...); err != nil {
		return err
	}
	d.Name = filepath.Base(t.Name())
	if len(without) > 0 {
		d.Name += " without " + strings.Join(without, ", ")
	}
	if d.Name != t.Name() { // users of the model do not need the directory
		if t, err = features.Parse(strings.NewReader(t.Source()), d.Name, t.Dialect()); err != nil {
			return err
		}
	}
	d.input = model.Input{Templates: t, Columns: d.Profile.Columns, Names: d.Profile.Names, Lexicons: lexicons, First: d.firstModel}
	program, err := d.input.Program()
	if err != nil {
		return err
	}
	if slices.Contains(program.Columns(), d.Profile.Label) {
		return fmt.Errorf("%s: the templates read column %d, which holds the labels (%%x[0,%d]: templates count from 0)", t.Name(), d.Profile.Label+1, d.Profile.Label)
	}
	return nil
}

// leftOut returns the names of templates that the configuration leaves out. A string that is not a
// name in t is a list of names.
func (d *Data) leftOut(t *features.Templates) []string {
	var names []string
	for _, text := range d.Config.Without {
		if t.Groups().Index(text) >= 0 {
			names = append(names, text)
		} else {
			names = append(names, strings.Split(text, ",")...)
		}
	}
	return names
}

// Input returns the input of the model. Call Settle first.
func (d *Data) Input() model.Input { return d.input }

// Templates returns the templates without the lines for word resources, or nil for ready-made
// attributes.
func (d *Data) Templates() *features.Templates { return d.templates }

// metadata returns what the model stores about its files and labels.
func (d *Data) metadata() model.Metadata {
	m := model.Metadata{Files: model.Files{Format: d.Profile.Format}, Normalize: d.Config.Normalize, Tokenizer: d.tokens.name, Segmenter: d.tokens.file}
	if d.templates != nil {
		m.Files.Columns, m.Files.Label, m.Files.Form = d.Profile.Columns, d.Profile.Spec, d.Config.Form
	}
	if d.Config.ReadsDocuments() {
		m.Document = d.Config.Document
	}
	m.Spelling = d.Profile.Spelling
	if r := d.recode; r != nil && r.From != r.To {
		m.Output, m.Inside = r.From, r.To
	}
	return m
}

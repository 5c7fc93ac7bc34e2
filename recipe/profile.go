package recipe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// SampleSize is the number of sentences to pass to [Config.Look].
const SampleSize = 1000

// A Profile describes the first sentences of the training data: their columns and the purpose of
// their labels.
type Profile struct {
	Format  corpus.Format
	Columns int
	Tabs    bool
	Label   int    // column from 0; -1 for ready-made attributes
	Key     string // of the labels in MISC; "" means the whole column
	Form    int    // word column, likewise
	POS     int    // part-of-speech column, -1 if there is none
	Spec    string // name of the label column, or its number from 1 if columns have no names

	Names  map[string]int    // columns by name, for templates
	Scheme structured.Scheme // of the labels
	// Spelling is how the files write span labels. Types and Labels have the usual spelling.
	Spelling annotation.Spelling
	Types    map[string]bool // span types
	Labels   map[string]bool
	// Outside is the share of the training tokens that have the label O. It is set after reading
	// all training data.
	Outside float64
	Tokens  int // in the training data, set likewise
	// Rare is the share of the training tokens whose word occurs only once, set likewise. It is the
	// leave-one-out rate of unknown words.
	Rare float64

	further []further // columns to read besides word and part of speech
	unread  []int     // columns of spans between word and label
	layers  []int     // further columns of spans with the types of the label column
}

// A further column lies between the word and the label and may help to predict the label.
type further struct {
	column int
	pairs  bool // few values, so pairs of adjacent values recur
}

// A Sample holds the first sentences of an input.
type Sample struct {
	Format corpus.Format
	Layout corpus.Layout
	Rows   []*corpus.Sentence // in formats with columns
	Labels [][]string         // of attribute files
}

// Look finds the columns of a sample that the configuration leaves unset. It returns an error for
// columns that do not exist or would have two roles.
func (c *Config) Look(s Sample) (*Profile, error) {
	p := &Profile{Format: s.Format, POS: -1, Label: -1, Form: -1, Names: map[string]int{}, Types: make(map[string]bool), Labels: make(map[string]bool)}
	reading, err := annotation.ParseSupervision(c.supervision())
	if err != nil {
		return nil, err
	}
	list := s.Labels
	if s.Format != corpus.CRFsuite {
		if err := p.findColumns(c, s); err != nil {
			return nil, err
		}
		list = nil
		for _, row := range s.Rows {
			list = append(list, p.Place().Read(nil, row))
		}
	} else if c.Label+c.Form+c.POS != "" {
		return nil, model.Refuse("label", "{label}, {form} and {pos} name columns, but this is an attribute file, where labels come first")
	}
	found := make(map[string]bool)
	var detector annotation.SpellingDetector
	for _, labels := range list {
		if reading != annotation.Full {
			labels = certain(labels, reading)
		}
		detector.Add(labels)
		for _, l := range labels {
			found[l] = true
		}
	}
	p.Scheme, p.Spelling = detector.Result()
	for l := range found {
		l = p.Spelling.Read(l)
		p.Labels[l] = true
		if _, typ := structured.SplitLabel(l); typ != "" {
			p.Types[typ] = true
		}
	}
	return p, nil
}

// certain returns the unambiguous labels. It skips unreadable ones, which are an error in training.
func certain(fields []string, reading annotation.Supervision) []string {
	var labels []string
	for _, field := range fields {
		if c, err := reading.Choice(field); err == nil && c.Certain() {
			labels = append(labels, c.Labels[0])
		}
	}
	return labels
}

func (p *Profile) findColumns(c *Config, s Sample) error {
	p.Columns, p.Tabs = s.Layout.Columns, s.Layout.Tabs
	var err error
	if p.Form, err = s.Layout.Form(c.Form); err != nil {
		return fmt.Errorf("form column: %w", err)
	}
	place, err := s.Layout.Label(c.Label)
	if err != nil {
		return fmt.Errorf("label column: %w", err)
	}
	p.Label, p.Key = place.Column, place.Key
	if c.Label == "" && p.Columns == 1 {
		return errors.New("there is only one column, so there are no labels")
	}
	columns := look(s.Rows, p.Columns)
	if c.Label == "" && s.Format == corpus.CoNLL {
		p.Label = labelColumn(columns, p.Form, s.Layout.Numbered)
		p.Label, p.layers = outerLayer(columns, p.Form, p.Label)
	}
	if p.Label == p.Form {
		return fmt.Errorf("column %d would be both the word and the label", p.Form+1)
	}
	p.Spec = strconv.Itoa(p.Label + 1)
	if s.Layout.Names != nil {
		p.Spec = s.Layout.Names[p.Label]
	}
	if p.Key != "" {
		p.Spec = place.String()
	}
	switch {
	case c.POS == "none":
	case c.POS != "":
		if p.POS, err = s.Layout.Column(c.POS); err != nil {
			return fmt.Errorf("pos column: %w", err)
		}
		if p.POS == p.Label {
			return fmt.Errorf("column %d would be both the part of speech and the label", p.Label+1)
		}
	case s.Format == corpus.CoNLL:
		p.POS = posColumn(columns, p.Form, p.Label)
	}
	if s.Format == corpus.CoNLL && c.POS != "none" {
		p.findFurther(columns)
	}
	for k, name := range s.Layout.Names {
		p.Names[name] = k
	}
	p.Names["form"] = p.Form
	if p.POS >= 0 {
		p.Names["pos"] = p.POS
	}
	return nil
}

// SpansIn returns the last column whose labels encode spans, or -1.
func SpansIn(rows []*corpus.Sentence, columns int) int {
	list := look(rows, columns)
	for c := len(list) - 1; c >= 0; c-- {
		if list[c].spans.Scheme() != structured.Plain {
			return c
		}
	}
	return -1
}

// A column describes the values in a column of a sample.
type column struct {
	values  map[string]struct{}
	numbers bool // all values are numbers
	varies  bool // differs between tokens of a sentence
	spans   spanDetector
}

// A spanDetector detects labels that encode spans, in any spelling.
type spanDetector struct{ annotation.SpellingDetector }

// Scheme returns the scheme, or [structured.Plain] if the labels encode no spans.
func (d *spanDetector) Scheme() structured.Scheme {
	scheme, _ := d.Result()
	return scheme
}

func look(rows []*corpus.Sentence, columns int) []column {
	list := make([]column, columns)
	for c := range list {
		x := &list[c]
		x.values, x.numbers = make(map[string]struct{}), true
		var fields []string
		for _, s := range rows {
			fields = s.Column(fields, c)
			x.spans.Add(fields)
			for _, v := range fields {
				x.values[v] = struct{}{}
				x.varies = x.varies || v != fields[0]
			}
		}
		for v := range x.values {
			_, err := strconv.ParseFloat(v, 64)
			x.numbers = x.numbers && err == nil
		}
	}
	return list
}

// labelColumn returns the last column, if its values differ. Otherwise it returns the last column
// that encodes spans, or the last one whose values differ.
func labelColumn(columns []column, form int, numbered bool) int {
	last := len(columns) - 1
	if len(columns[last].values) > 1 && last != form {
		return last
	}
	first := 0
	if numbered {
		first = 1
	}
	for c := last; c >= first; c-- {
		if c != form && columns[c].spans.Scheme() != structured.Plain {
			return c
		}
	}
	for c := last; c >= first; c-- {
		if c != form && len(columns[c].values) > 1 {
			return c
		}
	}
	return last
}

// fewValues is the maximum size of a part-of-speech tagset.
const fewValues = 100

// posColumn returns the first column between word and label that has few different values, which
// are not numbers and do not encode spans. It returns -1 if there is none.
func posColumn(columns []column, form, label int) int {
	for c := form + 1; c < label; c++ {
		x := &columns[c]
		if n := len(x.values); n > 1 && n <= fewValues && !x.numbers && x.spans.Scheme() == structured.Plain {
			return c
		}
	}
	return -1
}

// outerLayer returns the first column whose spans have types of the spans in column label, and the
// columns from there to label. Files with nested spans have a column for each layer, the outermost
// first. Columns of spans of other types, such as phrases before names, are no layers.
func outerLayer(columns []column, form, label int) (first int, layers []int) {
	types := columns[label].types()
	first = label
	for c := label - 1; c > form && len(types) > 0; c-- {
		shared := columns[c].types()
		maps.DeleteFunc(shared, func(typ string, _ bool) bool { return !types[typ] })
		if len(shared) > 0 {
			first, layers = c, append(layers, first)
		}
	}
	slices.Reverse(layers)
	return first, layers
}

// types returns the types of the spans in a column, or none if it does not encode spans.
func (x *column) types() map[string]bool {
	types := make(map[string]bool)
	scheme, spelling := x.spans.Result()
	if scheme == structured.Plain {
		return types
	}
	for v := range x.values {
		if _, typ := structured.SplitLabel(spelling.Read(v)); typ != "" {
			types[typ] = true
		}
	}
	return types
}

// findFurther finds the other columns between word and label that vary within sentences and are not
// numbers, such as lemmas or other tags. Columns after the label are not input. Columns of spans
// are not input either: they are labels, too, which a text to tag does not have.
func (p *Profile) findFurther(columns []column) {
	for c := p.Form + 1; c < p.Label; c++ {
		x := &columns[c]
		switch {
		case c == p.POS || !x.varies || x.numbers:
		case x.spans.Scheme() != structured.Plain:
			p.unread = append(p.unread, c)
		default:
			p.further = append(p.further, further{column: c, pairs: len(x.values) <= fewValues})
		}
	}
}

// Layers returns a warning if the label column was picked among layers of spans, or "".
func (p *Profile) Layers() string {
	if len(p.layers) == 0 {
		return ""
	}
	return fmt.Sprintf("column %d holds the labels, the outermost layer of spans; ignored: spans of the same types in column %s; name another layer with the option label", p.Label+1, columnNumbers(p.layers))
}

// columnNumbers lists columns, counted from 1.
func columnNumbers(columns []int) string {
	var list []string
	for _, c := range columns {
		list = append(list, strconv.Itoa(c+1))
	}
	return strings.Join(list, ", ")
}

// Fits returns an error if an input has another format or other columns than the profile.
func (p *Profile) Fits(format corpus.Format, layout corpus.Layout) error {
	if format != p.Format {
		return fmt.Errorf("format %s, expected %s as in the first training file", format, p.Format)
	}
	if format != corpus.CRFsuite && layout.Columns != p.Columns {
		return fmt.Errorf("%w as in the first training file", corpus.ColumnsError{Found: layout.Columns, Expected: p.Columns})
	}
	return nil
}

// Place returns the place of the labels.
func (p *Profile) Place() corpus.Value { return corpus.Value{Column: p.Label, Key: p.Key} }

// String describes the columns.
func (p *Profile) String() string {
	if p.Format == corpus.CRFsuite {
		return "format crfsuite: a label, then attributes"
	}
	separator := "blanks"
	if p.Tabs {
		separator = "tabs"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "format %s: %d columns between %s; word in column %d, label in ", p.Format, p.Columns, separator, p.Form+1)
	if p.Key == "" {
		b.WriteString("column ")
	}
	b.WriteString(p.Place().String())
	if p.POS >= 0 {
		fmt.Fprintf(&b, ", part of speech in column %d", p.POS+1)
	}
	if len(p.unread) > 0 {
		fmt.Fprintf(&b, "; not read: spans in column %s", columnNumbers(p.unread))
	}
	return b.String()
}

package recipe

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// SampleSize is how many sentences [Look] wants to see.
const SampleSize = 1000

// A Profile is what the first sentences of the training data show: their columns, and what the labels are for.
type Profile struct {
	Format  corpus.Format
	Columns int
	Tabs    bool
	Label   int    // column of the labels, from 0; -1 for ready-made attributes
	Form    int    // column of the words, likewise
	POS     int    // column of parts of speech, -1 if there is none
	Spec    string // the label column by name, or by number from 1 where columns have no names

	Names  map[string]int    // of the columns, for templates
	Scheme structured.Scheme // in which the labels spell spans
	Types  map[string]bool   // of these spans
	Labels map[string]bool
	// Outside reports whether a token of the training data has the label O. It is known when all of them are read.
	Outside bool

	further []further // columns to read beside word and part of speech
}

// A further column lies between the word and the label, and may say something about the label.
type further struct {
	column int
	pairs  bool // it has few values, so that the same pairs of them recur
}

// A Sample is the first sentences of an input.
type Sample struct {
	Format corpus.Format
	Layout corpus.Layout
	Rows   []*corpus.Sentence // of columns
	Labels [][]string         // of ready-made attributes
}

// Look finds the columns of a sample, as far as the configuration leaves them open. Columns that do not exist, and
// columns that would be two things at once, are an error.
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
			list = append(list, row.Column(nil, p.Label))
		}
	} else if c.Label+c.Form+c.POS != "" {
		return nil, model.Refuse("label", "{label}, {form} and {pos} are for columns: this input holds attributes, its labels come first")
	}
	var detector annotation.SchemeDetector
	for _, labels := range list {
		if reading != annotation.Full {
			labels = certain(labels, reading)
		}
		detector.Add(labels)
		for _, l := range labels {
			p.Labels[l] = true
			if _, typ := structured.SplitLabel(l); typ != "" {
				p.Types[typ] = true
			}
		}
	}
	p.Scheme = detector.Scheme()
	return p, nil
}

// certain leaves out the labels that are open. Those that cannot be read are an error when they are trained on.
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
	if p.Label, err = s.Layout.Label(c.Label); err != nil {
		return fmt.Errorf("label column: %w", err)
	}
	if c.Label == "" && p.Columns == 1 {
		return errors.New("only one column, so there is no label")
	}
	columns := look(s.Rows, p.Columns)
	if c.Label == "" && s.Format == corpus.CoNLL {
		p.Label = labelColumn(columns, p.Form, s.Layout.Numbered)
	}
	if p.Label == p.Form {
		return fmt.Errorf("column %d would be both the word and the label", p.Form+1)
	}
	p.Spec = strconv.Itoa(p.Label + 1)
	if s.Layout.Names != nil {
		p.Spec = s.Layout.Names[p.Label]
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
		p.further = p.furtherColumns(columns)
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

// SpansIn returns the last column of a sample that spells spans, -1 if there is none.
func SpansIn(rows []*corpus.Sentence, columns int) int {
	list := look(rows, columns)
	for c := len(list) - 1; c >= 0; c-- {
		if list[c].spans.Scheme() != structured.Plain {
			return c
		}
	}
	return -1
}

// A column is what a column of a sample looks like.
type column struct {
	values  map[string]struct{}
	numbers bool // all values are numbers
	varies  bool // within a sentence
	spans   annotation.SchemeDetector
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

// labelColumn is the last column, unless that says the same of every token: then the last column that spells spans, or
// else the last that varies.
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

// fewValues are at most as many as a tagset of parts of speech has.
const fewValues = 100

// posColumn is the first column between word and label that has few different values that are neither numbers nor
// spell spans. It returns -1 if there is none.
func posColumn(columns []column, form, label int) int {
	for c := form + 1; c < label; c++ {
		x := &columns[c]
		if n := len(x.values); n > 1 && n <= fewValues && !x.numbers && x.spans.Scheme() == structured.Plain {
			return c
		}
	}
	return -1
}

// furtherColumns are the other columns between word and label that vary from token to token and are not numbers:
// lemmas, other parts of speech, spans. Columns behind the label are no input.
func (p *Profile) furtherColumns(columns []column) []further {
	var list []further
	for c := p.Form + 1; c < p.Label; c++ {
		if x := &columns[c]; c != p.POS && x.varies && !x.numbers {
			list = append(list, further{column: c, pairs: len(x.values) <= fewValues})
		}
	}
	return list
}

// Fits reports an input whose format or columns are not those of the profile.
func (p *Profile) Fits(format corpus.Format, layout corpus.Layout) error {
	if format != p.Format {
		return fmt.Errorf("format %s, expected %s as in the first training file", format, p.Format)
	}
	if format != corpus.CRFsuite && layout.Columns != p.Columns {
		return fmt.Errorf("%w as in the first training file", corpus.ColumnsError{Found: layout.Columns, Expected: p.Columns})
	}
	return nil
}

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
	fmt.Fprintf(&b, "format %s: %d columns between %s; word in column %d, label in column %d", p.Format, p.Columns, separator, p.Form+1, p.Label+1)
	if p.POS >= 0 {
		fmt.Fprintf(&b, ", part of speech in column %d", p.POS+1)
	}
	return b.String()
}

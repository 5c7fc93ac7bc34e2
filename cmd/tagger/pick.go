package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// sampleSize is how many sentences are looked at to pick columns and templates.
const sampleSize = 1000

// columnFlags are what the user says about the columns; "" means pick.
type columnFlags struct {
	label, form, pos string
	reading          annotation.Supervision // of the labels
}

// picked is what was made out of the first training file.
type picked struct {
	format  corpus.Format
	columns int
	tabs    bool
	label   int
	form    int
	pos     int // -1 if there is none

	labelSpec string // the label column by name, or by number where columns have none

	scheme structured.Scheme
	types  map[string]bool // of spans
	labels map[string]bool

	names   map[string]int // of the columns, for templates
	further []further      // columns to read beside word and part of speech
	chosen  string         // which templates, and why; "" if the user did
}

// further is a column between the word and the label whose fields may tell something.
type further struct {
	column int
	pairs  bool // it has few values, so that pairs of them come again
}

// readSample reads the first sentences of in.
func readSample(in *input) ([]*sentence, error) {
	var list []*sentence
	for len(list) < sampleSize {
		s := new(sentence)
		if err := in.next(s); errors.Is(err, io.EOF) {
			in.rest = s
			break
		} else if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// pick finds the columns of in, of which list is the first sentences.
func pick(in *input, list []*sentence, o columnFlags) (*picked, error) {
	p := &picked{format: in.format, pos: -1, label: -1, form: -1, types: make(map[string]bool), labels: make(map[string]bool)}
	if in.items == nil {
		if err := p.pickColumns(in, list, o); err != nil {
			return nil, err
		}
	} else if o.label+o.form+o.pos != "" {
		return nil, wrongUsage("--label, --form and --pos are for columns: %s holds attributes, its labels come first", in.name)
	}
	var detector annotation.SchemeDetector
	var labels []string
	for _, s := range list {
		labels = in.labels(labels, s, p.label)
		if o.reading != annotation.Full {
			labels = onlyCertain(labels, o.reading)
		}
		detector.Add(labels)
		for _, l := range labels {
			p.labels[l] = true
			if _, typ := structured.SplitLabel(l); typ != "" {
				p.types[typ] = true
			}
		}
	}
	p.scheme = detector.Scheme()
	return p, nil
}

// onlyCertain leaves out the labels that are open. What is wrong with one is told when it is trained on.
func onlyCertain(fields []string, supervision annotation.Supervision) []string {
	var labels []string
	for _, field := range fields {
		if c, err := supervision.Choice(field); err == nil && c.Certain() {
			labels = append(labels, c.Labels[0])
		}
	}
	return labels
}

func (p *picked) pickColumns(in *input, list []*sentence, o columnFlags) error {
	p.columns, p.tabs = in.layout.Columns, in.layout.Tabs
	var err error
	if p.form, err = in.layout.Form(o.form); err != nil {
		return in.atStart(fmt.Errorf("form column: %w", err))
	}
	if p.label, err = in.layout.Label(o.label); err != nil {
		return in.atStart(fmt.Errorf("label column: %w", err))
	}
	if o.label == "" && p.columns == 1 {
		return in.atStart(errors.New("only one column, so there is no label"))
	}
	profiles := profile(list, p.columns)
	if o.label == "" && in.format == corpus.CoNLL {
		p.label = labelColumn(profiles, p.form, in.layout.Numbered)
	}
	if p.label == p.form {
		return in.atStart(fmt.Errorf("column %d would be both the word and the label", p.form+1))
	}
	p.labelSpec = strconv.Itoa(p.label + 1)
	if in.layout.Names != nil {
		p.labelSpec = in.layout.Names[p.label]
	}
	switch {
	case o.pos == "none":
	case o.pos != "":
		if p.pos, err = in.layout.Column(o.pos); err != nil {
			return in.atStart(fmt.Errorf("pos column: %w", err))
		}
		if p.pos == p.label {
			return in.atStart(fmt.Errorf("column %d would be both the part of speech and the label", p.label+1))
		}
	case in.format == corpus.CoNLL:
		p.pos = posColumn(profiles, p.form, p.label)
	}
	if in.format == corpus.CoNLL && o.pos != "none" {
		p.further = p.furtherColumns(profiles)
	}
	return nil
}

// A columnProfile is what a column looks like.
type columnProfile struct {
	values  map[string]struct{}
	numbers bool // all values are numbers
	varies  bool // within a sentence
	spans   annotation.SchemeDetector
}

func profile(list []*sentence, columns int) []columnProfile {
	profiles := make([]columnProfile, columns)
	for c := range profiles {
		p := &profiles[c]
		p.values, p.numbers = make(map[string]struct{}), true
		var column []string
		for _, s := range list {
			column = s.rows.Column(column, c)
			p.spans.Add(column)
			for _, v := range column {
				p.values[v] = struct{}{}
				p.varies = p.varies || v != column[0]
			}
		}
		for v := range p.values {
			_, err := strconv.ParseFloat(v, 64)
			p.numbers = p.numbers && err == nil
		}
	}
	return profiles
}

// labelColumn is the last column, unless that says the same of every token: then the last column that
// spells spans, or else the last that varies.
func labelColumn(profiles []columnProfile, form int, numbered bool) int {
	last := len(profiles) - 1
	if len(profiles[last].values) > 1 && last != form {
		return last
	}
	first := 0
	if numbered {
		first = 1
	}
	for c := last; c >= first; c-- {
		if c != form && profiles[c].spans.Scheme() != structured.Plain {
			return c
		}
	}
	for c := last; c >= first; c-- {
		if c != form && len(profiles[c].values) > 1 {
			return c
		}
	}
	return last
}

// posColumn is the first column between word and label that has few different values, at most a hundred,
// that are neither numbers nor spell spans. -1 if there is none.
func posColumn(profiles []columnProfile, form, label int) int {
	for c := form + 1; c < label; c++ {
		p := &profiles[c]
		n := len(p.values)
		if n > 1 && n <= fewValues && !p.numbers && p.spans.Scheme() == structured.Plain {
			return c
		}
	}
	return -1
}

// fewValues are at most so many as a tagset of parts of speech has.
const fewValues = 100

// furtherColumns are the other columns between word and label that vary from token to token and are not numbers: lemmas,
// other parts of speech, spans, what users have made for CRF++. What stands behind the label is no input.
func (p *picked) furtherColumns(profiles []columnProfile) []further {
	var list []further
	for c := p.form + 1; c < p.label; c++ {
		if x := &profiles[c]; c != p.pos && x.varies && !x.numbers {
			list = append(list, further{column: c, pairs: len(x.values) <= fewValues})
		}
	}
	return list
}

// check reports an input whose columns are not those that were picked.
func (p *picked) check(in *input) error {
	if in.format != p.format {
		return in.atStart(fmt.Errorf("format %s, expected %s as in the first training file", in.format, p.format))
	}
	if in.items == nil && in.layout.Columns != p.columns {
		return in.atStart(fmt.Errorf("%w as in the first training file", corpus.ColumnsError{Found: in.layout.Columns, Expected: p.columns}))
	}
	return nil
}

// String tells the user.
func (p *picked) String() string {
	if p.format == corpus.CRFsuite {
		return "format crfsuite: a label, then attributes"
	}
	separator := "blanks"
	if p.tabs {
		separator = "tabs"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "format %s: %d columns between %s; word in column %d, label in column %d",
		p.format, p.columns, separator, p.form+1, p.label+1)
	if p.pos >= 0 {
		fmt.Fprintf(&b, ", part of speech in column %d", p.pos+1)
	}
	return b.String()
}

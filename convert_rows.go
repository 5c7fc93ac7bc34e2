package trellis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// A renderer writes sentences with other columns than the input has. Its lines end in LF.
type renderer struct {
	c         *conversion
	to        corpus.Format
	values    []corpus.Value // sources of the columns of CoNLL, or of the fields of CoNLL-U
	fields    []corpus.Value // targets in CoNLL-U: one of its ten columns, or a key in MISC
	separator byte

	columns [][]string
	buf     []byte
	last    lineSort // last line of the output
}

type lineSort uint8

const (
	blankSort lineSort = iota // also at the start
	tokenSort
	otherSort
)

var conlluColumns = []string{"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"}

// renderer returns nil if the columns stay as they are.
func (c *conversion) renderer(list []*input.Sentence) (*renderer, error) {
	in := c.in
	r := &renderer{c: c, to: c.to, separator: '\t'}
	if r.to == corpus.FormatAuto {
		r.to = in.Format
	}
	if c.render != nil {
		r.last = c.render.last
	}
	if c.o.Separator == "space" || c.o.Separator == "" && !in.Layout.Tabs {
		r.separator = ' '
	}
	if r.to == corpus.CoNLLU {
		r.separator = '\t'
		if in.Format == corpus.CoNLLU {
			if len(c.o.Columns) > 0 || c.o.Separator == "space" {
				return nil, model.Refuse("to", "%s: the columns of CoNLL-U are fixed; use {to} conll to write others", in.Name)
			}
			return nil, nil
		}
		return r, r.chooseFields(list)
	}
	if in.Format == r.to && len(c.o.Columns) == 0 && c.o.Separator == "" {
		return nil, nil
	}
	columns := c.o.Columns
	if len(columns) == 0 && in.Format == corpus.CoNLLU {
		columns = []string{"form", "upos"}
		if !slices.Contains(in.Layout.Names, "upos") { // CoNLL-U Plus
			columns = slices.DeleteFunc(slices.Clone(in.Layout.Names), func(name string) bool { return name == "id" || name == "misc" })
		}
	}
	for _, spec := range columns {
		v, err := c.value(spec)
		if err != nil {
			return nil, err
		}
		r.values = append(r.values, v)
	}
	if len(columns) == 0 {
		for k := range in.Layout.Columns {
			r.values = append(r.values, corpus.Value{Column: k})
		}
	}
	return r, nil
}

// chooseFields parses NAME=COLUMN. By default it picks the word and the label, as UPOS, or as
// misc.NE if the labels encode spans. The layers of documents become misc.NE, misc.NE2 and so on.
func (r *renderer) chooseFields(list []*input.Sentence) error {
	c := r.c
	columns := c.o.Columns
	switch {
	case len(columns) > 0:
	case c.in.Documents() != standoff.FormatAuto:
		columns = []string{"form=1", corpus.SpanValue + "=2"}
		for k := 2; k < c.in.Layout.Columns; k++ {
			columns = append(columns, fmt.Sprintf("%s%d=%d", corpus.SpanValue, k, k+1))
		}
	default:
		p, err := new(recipe.Config).Look(recipe.Sample{Format: c.in.Format, Layout: c.in.Layout, Rows: rowsOf(list)})
		if err != nil {
			return c.in.AtStart(err)
		}
		label, pos := strconv.Itoa(p.Label+1), strconv.Itoa(p.POS+1)
		columns = []string{"form=" + strconv.Itoa(p.Form+1)}
		switch {
		case p.Scheme == structured.Plain:
			columns = append(columns, "upos="+label)
		case p.POS >= 0:
			columns = append(columns, "upos="+pos, corpus.SpanValue+"="+label)
		default:
			columns = append(columns, corpus.SpanValue+"="+label)
		}
	}
	for _, spec := range columns {
		name, from, ok := strings.Cut(spec, "=")
		if !ok {
			return model.Refuse("columns", "{columns} %s: want NAME=COLUMN for CoNLL-U, such as form=1 or misc.NE=3", spec)
		}
		v, err := c.value(from)
		if err != nil {
			return err
		}
		f := corpus.Value{}
		column, key, noted := strings.Cut(name, ".")
		if f.Column = slices.Index(conlluColumns, strings.ToLower(column)); f.Column < 1 || noted && (key == "" || strings.ToLower(column) != "misc") || strings.ContainsAny(key, "|= ") {
			return model.Refuse("columns", "{columns} %s: want a column of CoNLL-U other than ID, or misc.KEY", spec)
		}
		f.Key = key
		if slices.ContainsFunc(r.fields, func(o corpus.Value) bool {
			return o.Column == f.Column && (o.Key == "" || f.Key == "" || o.Key == f.Key)
		}) {
			return model.Refuse("columns", "{columns}: %s occurs twice", name)
		}
		r.fields, r.values = append(r.fields, f), append(r.values, v)
	}
	return nil
}

// write writes s, or the lines after the last sentence.
func (r *renderer) write(s *input.Sentence) error {
	r.columns = slices.Grow(r.columns, len(r.values))[:len(r.values)]
	for k, v := range r.values {
		if r.c.o.Scheme != "" && v == r.c.label {
			r.columns[k] = append(r.columns[k][:0], r.c.new...)
		} else {
			r.columns[k] = v.Read(r.columns[k], &s.Rows)
		}
	}
	r.buf = r.buf[:0]
	if r.last != blankSort && s.Rows.Len() > 0 {
		r.blank() // the previous file did not end in a blank line
	}
	if r.to == corpus.CoNLLU {
		r.comments(s)
	}
	for t, line := range s.Rows.Lines() {
		switch {
		case t >= 0:
			if err := r.token(s, t); err != nil {
				return r.c.in.At(s, t, err)
			}
			r.last = tokenSort
		case strings.TrimLeft(line, " \t") == "":
			if r.to == corpus.CoNLL || r.last == tokenSort {
				r.blank()
			}
		default:
			r.other(line)
		}
	}
	if r.to == corpus.CoNLLU && r.last == tokenSort {
		r.blank()
	}
	_, err := r.c.w.Write(r.buf)
	return err
}

// comments writes ID and text of a sentence of a document.
func (r *renderer) comments(s *input.Sentence) {
	if id := s.ID(); id != "" {
		r.other("# sent_id = " + strings.Join(strings.Fields(id), " "))
	}
	if text, ok := s.Text(); ok {
		r.other("# text = " + text)
	}
}

func (r *renderer) blank() {
	r.buf = append(r.buf, '\n')
	r.last = blankSort
}

// other writes a line that is not a token, if the format can hold it.
func (r *renderer) other(line string) {
	document := strings.HasPrefix(line, "-DOCSTART-")
	comment := strings.HasPrefix(line, "#")
	from := r.c.in.Format
	switch {
	case !document && !comment:
		r.c.dropped++
		return
	case document && r.to == corpus.CoNLLU:
		line = "# newdoc"
	case document || from == corpus.CoNLLU && isNewDocument(line):
		line = r.document()
		if from == corpus.CoNLLU {
			line += "\n"
		}
	case from == corpus.CoNLLU:
		return
	case r.to == corpus.CoNLL && r.fieldsOf(line) == len(r.values):
		line += string(r.separator) + "#" // otherwise the line would be read as a token
	}
	r.buf = append(append(r.buf, line...), '\n')
	r.last = otherSort
}

func isNewDocument(comment string) bool {
	rest, ok := strings.CutPrefix(comment, "# newdoc")
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '=')
}

// document returns the line that starts a document, with as many columns as the rows.
func (r *renderer) document() string {
	fields := []string{"-DOCSTART-"}
	for range len(r.values) - 2 {
		fields = append(fields, "-X-")
	}
	if len(r.values) > 1 {
		fields = append(fields, "O")
	}
	return strings.Join(fields, string(r.separator))
}

func (r *renderer) fieldsOf(line string) int {
	if r.separator == '\t' {
		return 1 + strings.Count(line, "\t")
	}
	return len(strings.Fields(line))
}

func (r *renderer) token(s *input.Sentence, t int) error {
	if r.to == corpus.CoNLLU {
		return r.conlluToken(s, t)
	}
	for k := range r.values {
		text := r.columns[k][t]
		if r.separator == ' ' && (text == "" || strings.ContainsAny(text, " \t")) {
			return fmt.Errorf("field %q is empty or contains a space; separate the columns by tabs", text)
		}
		if k > 0 {
			r.buf = append(r.buf, r.separator)
		}
		r.buf = append(r.buf, text...)
	}
	r.buf = append(r.buf, '\n')
	return nil
}

func (r *renderer) conlluToken(s *input.Sentence, t int) error {
	r.buf = strconv.AppendInt(r.buf, int64(t+1), 10)
	for place := 1; place < len(conlluColumns); place++ {
		r.buf = append(r.buf, '\t')
		start := len(r.buf)
		for k, f := range r.fields {
			text := r.columns[k][t]
			switch {
			case f.Column != place:
			case f.Key == "":
				r.buf = append(r.buf, text...)
			case strings.Contains(text, "|"):
				return fmt.Errorf("%q contains a bar, which MISC cannot hold", text)
			case text != "O":
				r.note(start, f.Key, text)
			}
		}
		if place == len(conlluColumns)-1 && s.Joined(t) {
			r.note(start, "SpaceAfter", "No")
		}
		if len(r.buf) == start {
			r.buf = append(r.buf, '_')
		}
	}
	r.buf = append(r.buf, '\n')
	return nil
}

// note appends an entry to MISC, which starts at a place.
func (r *renderer) note(start int, key, value string) {
	if len(r.buf) > start {
		r.buf = append(r.buf, '|')
	}
	r.buf = append(append(append(r.buf, key...), '='), value...)
}

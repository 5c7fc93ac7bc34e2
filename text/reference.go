package text

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// ReadReference reads the segmentation of a CoNLL-U file. Text comes from the forms: a space
// follows each token but those with SpaceAfter=No in MISC, and an empty line stands before each
// comment "# newpar" or "# newdoc". Column holds the labels of the words, from 0, or is -1. Name is
// that of the file, for errors. CoNLL-U Plus may lack the columns ID and MISC.
func ReadReference(r io.Reader, name string, column int) (*Reference, error) {
	ref := new(Reference)
	rows := corpus.NewReader(r, name, corpus.Options{Format: corpus.CoNLLU})
	var columns segmentColumns
	var s corpus.Sentence
	for {
		if err := rows.Read(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if len(ref.Tokens) == 0 {
			var err error
			if columns, err = findSegmentColumns(rows); err != nil {
				return nil, err
			}
		}
		if err := ref.add(&s, columns, column); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	ref.join()
	return ref, nil
}

// Join makes one reference of several. Each of them starts a paragraph.
func Join(refs []*Reference) *Reference {
	all := new(Reference)
	texts := make([]string, len(refs))
	for k, r := range refs {
		texts[k] = r.Text
		all.Tokens = append(all.Tokens, r.Tokens...)
	}
	all.Text = strings.Join(texts, "\n\n")
	return all
}

// segmentColumns are the columns of CoNLL-U that hold the segmentation. ID and MISC are -1 if the
// file has none.
type segmentColumns struct{ id, form, misc int }

func findSegmentColumns(rows *corpus.Reader) (c segmentColumns, err error) {
	layout, err := rows.Layout()
	if err != nil {
		return c, err
	}
	c.id, c.misc = slices.Index(layout.Names, "id"), slices.Index(layout.Names, "misc")
	c.form, err = layout.Form("")
	return c, err
}

func (r *Reference) add(s *corpus.Sentence, columns segmentColumns, column int) error {
	paragraph := len(r.Tokens) == 0
	until := -1 // the last word of the multiword token that is open
	first := true
	for line, t := range lines(s) {
		switch {
		case t < 0 && strings.HasPrefix(line, "#"):
			paragraph = paragraph || startsParagraph(line)
		case t < 0:
			fields := strings.Split(line, "\t")
			if columns.id < 0 || len(fields) <= max(columns.id, columns.form, columns.misc) {
				continue
			}
			from, to, ok := strings.Cut(fields[columns.id], "-")
			if !ok {
				continue // an empty node
			}
			begin, err := strconv.Atoi(from)
			end, err2 := strconv.Atoi(to)
			if err != nil || err2 != nil || end < begin {
				return fmt.Errorf("multiword token %q: want a range such as 3-4", fields[columns.id])
			}
			misc := ""
			if columns.misc >= 0 {
				misc = fields[columns.misc]
			}
			r.token(fields[columns.form], misc, &first, &paragraph)
			last := &r.Tokens[len(r.Tokens)-1]
			last.Words = nil
			until = end
		default:
			id, misc, err := 0, "", error(nil)
			if columns.id >= 0 {
				if id, err = strconv.Atoi(s.Field(t, columns.id)); err != nil {
					return err
				}
			}
			if columns.misc >= 0 {
				misc = s.Field(t, columns.misc)
			}
			if id > until {
				r.token(s.Field(t, columns.form), misc, &first, &paragraph)
				last := &r.Tokens[len(r.Tokens)-1]
				last.Words = nil
			}
			last := &r.Tokens[len(r.Tokens)-1]
			last.Words = append(last.Words, s.Field(t, columns.form))
			if column >= 0 {
				last.Labels = append(last.Labels, s.Field(t, column))
			}
		}
	}
	return nil
}

func lines(s *corpus.Sentence) func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		for t, line := range s.Lines() {
			if line != "" && !yield(line, t) {
				return
			}
		}
	}
}

func startsParagraph(comment string) bool {
	name := strings.Fields(strings.TrimPrefix(comment, "#"))
	return len(name) > 0 && (name[0] == "newpar" || name[0] == "newdoc")
}

func (r *Reference) token(form, misc string, first, paragraph *bool) {
	r.Tokens = append(r.Tokens, ReferenceToken{Form: form, First: *first, Para: *paragraph, Spaced: spaceAfter(misc)})
	*first, *paragraph = false, false
}

// join makes the text.
func (r *Reference) join() {
	var b strings.Builder
	for k, t := range r.Tokens {
		if t.Para && k > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(t.Form)
		if t.Spaced {
			b.WriteByte(' ')
		}
	}
	r.Text = b.String()
}

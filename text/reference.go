package text

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// ReadReference reads the segmentation of a CoNLL-U file. Text comes from the forms: a space
// follows each token but those with SpaceAfter=No in MISC, and an empty line stands before each
// comment "# newpar" or "# newdoc". Column holds the labels of the words, from 0, or is -1. Name is
// that of the file, for errors.
func ReadReference(r io.Reader, name string, column int) (*Reference, error) {
	ref := new(Reference)
	rows := corpus.NewReader(r, name, corpus.Options{Format: corpus.CoNLLU})
	var s corpus.Sentence
	for {
		if err := rows.Read(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if err := ref.add(&s, column); err != nil {
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

// The columns of CoNLL-U that segmentation needs.
const (
	idColumn   = 0
	formColumn = 1
	miscColumn = 9
)

func (r *Reference) add(s *corpus.Sentence, column int) error {
	paragraph := len(r.Tokens) == 0
	until := -1 // the last word of the multiword token that is open
	first := true
	for line, t := range lines(s) {
		switch {
		case t < 0 && strings.HasPrefix(line, "#"):
			paragraph = paragraph || startsParagraph(line)
		case t < 0:
			fields := strings.Split(line, "\t")
			from, to, ok := strings.Cut(fields[idColumn], "-")
			if !ok || len(fields) <= miscColumn {
				continue // an empty node
			}
			begin, err := strconv.Atoi(from)
			end, err2 := strconv.Atoi(to)
			if err != nil || err2 != nil || end < begin {
				return fmt.Errorf("multiword token %q: want a range such as 3-4", fields[idColumn])
			}
			r.token(fields[formColumn], fields[miscColumn], &first, &paragraph)
			last := &r.Tokens[len(r.Tokens)-1]
			last.Words = nil
			until = end
		default:
			id, err := strconv.Atoi(s.Field(t, idColumn))
			if err != nil {
				return err
			}
			if id > until {
				r.token(s.Field(t, formColumn), s.Field(t, miscColumn), &first, &paragraph)
				last := &r.Tokens[len(r.Tokens)-1]
				last.Words = nil
			}
			last := &r.Tokens[len(r.Tokens)-1]
			last.Words = append(last.Words, s.Field(t, formColumn))
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

package trellis

import (
	"strings"
	"unicode"

	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// warnAll passes texts to warn, which may be nil.
func warnAll(warn func(string), lists ...[]string) {
	for _, list := range lists {
		for _, text := range list {
			if warn != nil {
				warn(text)
			}
		}
	}
}

// knownWords returns a function that reports whether a word occurs in the training data, or nil if
// the model does not store the words.
func knownWords(m model.Labeller) func(word string) bool {
	words, ok := m.(knower)
	if !ok || m.Input().Templates == nil || m.Metadata().Tool != "" {
		return nil
	}
	form := m.Metadata().Normalize
	return func(word string) bool { return words.Knows(form.Of(word)) }
}

// A knower reports whether a model knows a word, or an attribute if it reads ready-made attributes.
type knower interface{ Knows(field string) bool }

// A lookup counts the words or attributes of sentences that a model knows.
type lookup struct {
	m     model.Labeller
	items knower       // nil if the model has no such method
	run   func() error // of count, which allocates nothing so

	f    *fit
	seen *input.Counts
	s    *input.Sentence
}

func newLookup(m model.Labeller) *lookup {
	u := &lookup{m: m}
	u.items, _ = m.(knower)
	u.run = u.count
	return u
}

// add adds the counts of s to seen, if s is at the start of its file.
func (u *lookup) add(f *fit, seen *input.Counts, s *input.Sentence) error {
	switch {
	case f.ready && (u.items == nil || s.Items.Line(0) > input.CheckWords):
		return nil
	case !f.ready && (f.knows == nil || s.Rows.Line(0) > input.CheckWords):
		return nil
	}
	u.f, u.seen, u.s = f, seen, s
	return model.Guard(u.m, u.run)
}

// count leaves out punctuation and numbers, because columns of other things have them, too.
func (u *lookup) count() error {
	u.seen.Looked += u.s.Items.Len()
	for _, item := range u.s.Items.Attributes {
		for _, a := range item {
			u.seen.Items.Note(a.Name, u.items.Knows(a.Name))
		}
	}
	for t := range u.s.Rows.Len() {
		if word := u.s.Rows.Field(t, u.f.form); strings.ContainsFunc(word, unicode.IsLetter) {
			u.seen.Word(word, u.f.knows)
		}
	}
	return nil
}

package standoff

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text"
)

// LabelNames returns the labels of types of spans in the order that Hugging Face data sets use: O,
// then B- and I- of each type, types sorted. Numbers in "ner_tags" count in this order from 0.
func LabelNames(types []string) []string {
	types = slices.Compact(slices.Sorted(slices.Values(types)))
	names := []string{"O"}
	for _, typ := range types {
		names = append(names, "B-"+typ, "I-"+typ)
	}
	return names
}

// row reads a document of tokens and labels.
func (r *jsonReader) row(d *Document) error {
	fields, err := r.split(r.raw)
	if err != nil {
		return err
	}
	tagsKey := r.o.TagsKey
	if tagsKey == "" {
		tagsKey = "ner_tags"
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Key == tagsKey }) {
			tagsKey = "tags"
		}
	}
	var words []string
	var tags [][]byte
	hasTokens, hasTags := false, false
	for _, f := range fields {
		switch f.Key {
		case "tokens":
			if words, hasTokens = wordsOf(f.Value); !hasTokens {
				return fmt.Errorf("key %q: found %s, expected a list of strings", f.Key, describe(f.Value))
			}
		case tagsKey:
			if tags, hasTags = appendElements(r.items[:0], f.Value); !hasTags {
				return fmt.Errorf("key %q: found %s, expected a list of labels", f.Key, describe(f.Value))
			}
			r.items = tags
		case "id":
			d.ID = id(f.Value)
		default:
			d.keep(f)
		}
	}
	switch {
	case !hasTokens:
		return missing("tokens", fields)
	case hasTags && len(tags) != len(words):
		return fmt.Errorf("key %q: found %d labels, expected one for each of the %d tokens", tagsKey, len(tags), len(words))
	case !hasTags && r.o.TagsKey != "":
		return missing(tagsKey, fields)
	}
	labels := make([]string, len(tags))
	for k, tag := range tags {
		if labels[k], err = r.label(tag); err != nil {
			return fmt.Errorf("key %q, token %d: %w", tagsKey, k+1, err)
		}
	}
	d.SetTokens(words, labels)
	for k := range d.Spans {
		d.Spans[k].Line = r.first
	}
	return nil
}

// wordsOf returns the strings of a list. It is not ok for another value.
func wordsOf(raw []byte) (words []string, ok bool) {
	list, ok := appendElements(nil, raw)
	words = make([]string, len(list))
	for k := range list {
		if ok {
			words[k], ok = unquote(list[k])
		}
	}
	return words, ok
}

// label reads a label of a token: a string, or a number that stands for one.
func (r *jsonReader) label(raw []byte) (label string, err error) {
	label, isName := unquote(raw)
	number, isNumber := integer(raw)
	switch {
	case isName:
	case !isNumber:
		return "", fmt.Errorf("found %s, expected a label or its number", describe(raw))
	case r.o.LabelNames == nil:
		return "", fmt.Errorf("found the number %d; name the labels that numbers stand for with the option label-names", number)
	case number < 0 || number >= len(r.o.LabelNames):
		return "", fmt.Errorf("found the number %d, but the option label-names names only 0 to %d",
			number, len(r.o.LabelNames)-1)
	default:
		label = r.o.LabelNames[number]
	}
	label = r.o.Spelling.Read(label)
	if prefix, typ := structured.SplitLabel(label); label != "O" && (prefix == 'O' || typ == "") {
		return "", fmt.Errorf("found the label %q, expected O or a label of a span such as B-PER or I-PER", label)
	}
	return label, nil
}

// TokenSpans appends the spans that the labels of tokens spell, in any scheme that
// [annotation.AppendSpans] reads.
func TokenSpans(dst []Span, tokens []text.Token, labels []string) []Span {
	for _, s := range annotation.AppendSpans(nil, labels) {
		r := text.Cover(tokens, s.Start, s.End)
		dst = append(dst, Span{Start: r.Start.Byte, End: r.End.Byte, Label: s.Type})
	}
	return dst
}

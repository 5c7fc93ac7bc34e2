package standoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A jsonReader reads the documents of all JSON formats.
type jsonReader struct {
	values
	o       Options
	lost    Counts
	fields  []Field  // scratch memory
	items   [][]byte // likewise
	parts   [][]byte
	read    []Span // of a list, whose offsets are in units
	offsets Offsets
}

// Format implements [Reader].
func (r *jsonReader) Format() Format { return r.o.Format }

// Lost implements [Reader].
func (r *jsonReader) Lost() Counts { return r.lost }

// Read implements [Reader].
func (r *jsonReader) Read(d *Document) error {
	d.reset(r.name, 0)
	if err := r.next(); err != nil {
		return err
	}
	d.Line = r.first
	err := r.document(d)
	if err == nil {
		return nil
	}
	line := r.first
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		line += bytes.Count(r.raw[:min(int(e.Offset), len(r.raw))], []byte("\n"))
		err = fmt.Errorf("the JSON is not valid: %w", err)
	}
	if d.ID != "" {
		err = fmt.Errorf("document %s: %w", d.ID, err)
	}
	d.reset(r.name, 0)
	return r.at(line, err)
}

func (r *jsonReader) document(d *Document) error {
	if !json.Valid(r.raw) {
		return json.Unmarshal(r.raw, new(any))
	}
	switch r.o.Format {
	case SpaCy:
		return r.pair(d)
	case HuggingFace:
		return r.row(d)
	case LabelStudio:
		return r.task(d)
	}
	return r.object(d)
}

// object reads a document of doccano or spaCy: a text, and spans under one of several keys.
func (r *jsonReader) object(d *Document) error {
	fields, err := r.split(r.raw)
	if err != nil {
		return err
	}
	textKeys, spanKeys := []string{"text", "data"}, []string{"label", "labels", "entities"}
	if r.o.Format == SpaCyDoc {
		textKeys, spanKeys = textKeys[:1], []string{"ents"}
	}
	if r.o.TextKey != "" {
		textKeys = []string{r.o.TextKey}
	}
	hasText := false
	var lists []Field
	for _, f := range fields {
		switch {
		case slices.Contains(textKeys, f.Key) && !hasText:
			if d.Text, err = textOf(f); err != nil {
				return err
			}
			hasText = true
		case f.Key == "id":
			d.ID = id(f.Value)
		case slices.Contains(spanKeys, f.Key):
			lists = append(lists, f)
		default:
			d.keep(f)
		}
	}
	if !hasText {
		return missing(textKeys[0], fields)
	}
	for _, f := range lists {
		if err := r.spans(d, f); err != nil {
			return err
		}
	}
	return nil
}

// pair reads a document of spaCy 2: a text, and an object with "entities".
func (r *jsonReader) pair(d *Document) error {
	parts, ok := appendElements(nil, r.raw)
	if !ok || len(parts) != 2 {
		return fmt.Errorf("found %s, expected a pair [text, {\"entities\": [...]}]", describe(r.raw))
	}
	var err error
	if d.Text, err = textOf(Field{"[0]", parts[0]}); err != nil {
		return err
	}
	fields, err := r.split(parts[1])
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Key != "entities" {
			d.keep(f)
		} else if err := r.spans(d, f); err != nil {
			return err
		}
	}
	return nil
}

// split returns the keys and values of an object in their order, valid until the next call.
func (r *jsonReader) split(raw []byte) ([]Field, error) {
	var ok bool
	if r.fields, ok = appendFields(r.fields[:0], raw); !ok {
		return nil, fmt.Errorf("found %s, expected an object", describe(raw))
	}
	return r.fields, nil
}

// keep adds a field to those that the format does not define.
func (d *Document) keep(f Field) {
	f.Value = bytes.Clone(f.Value)
	d.Extra = append(d.Extra, f)
}

// spans reads a list of spans, triples or objects.
func (r *jsonReader) spans(d *Document, f Field) error {
	var ok bool
	if r.items, ok = appendElements(r.items[:0], f.Value); !ok {
		return fmt.Errorf("key %q: found %s, expected a list of spans", f.Key, describe(f.Value))
	}
	r.read = r.read[:0]
	for k, item := range r.items {
		s, err := r.span(item)
		if err != nil {
			return fmt.Errorf("key %q, span %d: %w", f.Key, k+1, err)
		}
		s.Line = r.first
		r.read = append(r.read, s)
	}
	placed, at, err := r.placeAll(d.Text)
	if err != nil {
		return fmt.Errorf("key %q, span %d: %w", f.Key, at+1, err)
	}
	d.Spans = append(d.Spans, placed...)
	return nil
}

const wantSpan = `expected [start, end, label] or an object with "start", "end" and "label"`

// span reads a span, whose offsets are in units.
func (r *jsonReader) span(raw []byte) (Span, error) {
	var s Span
	const hasStart, hasEnd, hasLabel = 1, 2, 4
	has := 0
	set := func(what int, value []byte) bool {
		ok := false
		switch what {
		case hasStart:
			s.Start, ok = integer(value)
		case hasEnd:
			s.End, ok = integer(value)
		case hasLabel:
			s.Label, ok = unquote(value)
		}
		has |= what
		return ok
	}
	if list, ok := appendElements(r.parts[:0], raw); ok && len(list) >= 3 {
		r.parts = list
		r.lose("further values of spans", len(list)-3)
		if set(hasStart, list[0]) && set(hasEnd, list[1]) && set(hasLabel, list[2]) {
			return s, nil
		}
	}
	keys, _ := appendFields(nil, raw)
	for _, f := range keys {
		ok := true
		switch f.Key {
		case "start", "start_offset":
			ok = set(hasStart, f.Value)
		case "end", "end_offset":
			ok = set(hasEnd, f.Value)
		case "label":
			ok = set(hasLabel, f.Value)
		case "id":
			s.ID = id(f.Value)
		default:
			r.lose("further keys of spans", 1)
		}
		if !ok {
			return s, fmt.Errorf("found %s under %q, %s", describe(f.Value), f.Key, wantSpan)
		}
	}
	if len(keys) == 0 || has != hasStart|hasEnd|hasLabel {
		return s, fmt.Errorf("found %s, %s", describe(raw), wantSpan)
	}
	return s, nil
}

// placeAll converts the offsets of the spans that were read to bytes. An error is that of span at.
// doccano counts UTF-16 code units, but many scripts write its format with runes. Where both differ
// it takes runes if some spans would cut a word, and in runes none does.
func (r *jsonReader) placeAll(text string) (placed []Span, at int, err error) {
	r.offsets.Reset(text, r.o.unit())
	placed, at, err = r.placeIn(nil)
	if r.o.Unit != UnitAuto || r.o.Format.Unit() != UTF16 || !strings.ContainsFunc(text, isPair) {
		return placed, at, err
	}
	r.offsets.Reset(text, Runes)
	other, _, err2 := r.placeIn(nil)
	if err2 != nil || cutsWords(text, other) || err == nil && !cutsWords(text, placed) {
		return placed, at, err
	}
	r.lose("lists of spans that count runes", 1)
	return other, 0, nil
}

func (r *jsonReader) placeIn(dst []Span) (placed []Span, at int, err error) {
	for k, s := range r.read {
		if s, err = r.place(s); err != nil {
			return nil, k, err
		}
		dst = append(dst, s)
	}
	return dst, 0, nil
}

// isPair reports whether UTF-16 has two code units for a rune.
func isPair(r rune) bool { return r > 0xFFFF }

// cutsWords reports whether a span starts or ends inside a word, or with white space.
func cutsWords(text string, spans []Span) bool {
	for _, s := range spans {
		before, first := around(text, s.Start)
		last, behind := around(text, s.End)
		if isWord(before) && isWord(first) || unicode.IsSpace(first) || isWord(last) && isWord(behind) || unicode.IsSpace(last) {
			return true
		}
	}
	return false
}

// around returns the runes before and behind a place, or spaces at the ends of the text.
func around(text string, at int) (before, behind rune) {
	before, behind = '\n', '\n'
	if at > 0 {
		before, _ = utf8.DecodeLastRuneInString(text[:at])
	}
	if at < len(text) {
		behind, _ = utf8.DecodeRuneInString(text[at:])
	}
	return before, behind
}

// isWord reports whether a rune is part of a word in a script that separates words by spaces.
func isWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.In(r, unspaced...)
}

var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan}

// place converts the offsets of a span to bytes.
func (r *jsonReader) place(s Span) (Span, error) {
	start, err := r.offsets.Byte(s.Start)
	if err != nil {
		return s, fmt.Errorf("start: %w", err)
	}
	end, err := r.offsets.Byte(s.End)
	if err != nil {
		return s, fmt.Errorf("end: %w", err)
	}
	if end < start {
		return s, fmt.Errorf("%w: end %d is before start %d", ErrOffset, s.End, s.Start)
	}
	s.Start, s.End = start, end
	return s, nil
}

func (r *jsonReader) lose(what string, n int) {
	if n > 0 {
		r.lost[what] += n
	}
}

// textOf returns the string under a key.
func textOf(f Field) (string, error) {
	s, ok := unquote(f.Value)
	if !ok {
		return "", fmt.Errorf("key %q: found %s, expected a text", f.Key, describe(f.Value))
	}
	return s, nil
}

// id returns a string as it is, nothing for null, and any other value as JSON.
func id(value []byte) string {
	if s, ok := unquote(value); ok {
		return s
	}
	if string(value) == "null" {
		return ""
	}
	return string(value)
}

// missing is the error of an object without a key.
func missing(key string, fields []Field) error {
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.Key)
	}
	if len(keys) == 0 {
		return fmt.Errorf("found an object without keys, expected the key %q", key)
	}
	return fmt.Errorf("found the keys %.200s, expected the key %q", strings.Join(keys, ", "), key)
}

// describe names a value for errors.
func describe(raw []byte) string {
	first, _ := opening(raw)
	short := string(raw)
	if len(short) > 60 {
		short = strings.ToValidUTF8(short[:60], "") + "..."
	}
	switch first {
	case '{':
		return "the object " + short
	case '[':
		return "the list " + short
	case '"':
		return "the string " + short
	case 'n':
		return "null"
	case 't', 'f':
		return short
	}
	return "the number " + short
}

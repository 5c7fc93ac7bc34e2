package standoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
)

// The first look at an input, and the farthest, in bytes.
const (
	firstLook = 4 << 10
	lastLook  = 1 << 20
)

// Detect finds the format of an input from its first document. It returns a reader that gives all
// of the input from the start. It reads 4 KiB, and up to 1 MiB if the first document is longer and
// its first keys do not decide. FormatAuto means that the input is in none of the formats.
func Detect(r io.Reader) (Format, io.Reader) {
	var head []byte
	var end error
	for size := firstLook; ; size *= 4 {
		from := len(head)
		head = append(head, make([]byte, size-from)...)
		n, err := io.ReadFull(r, head[from:])
		head = head[:from+n]
		if end = err; errors.Is(err, io.ErrUnexpectedEOF) {
			end = io.EOF
		}
		format, sure := sniff(head)
		if sure || end != nil || size >= lastLook {
			rest := r
			if end != nil {
				rest = ended{end}
			}
			return format, io.MultiReader(bytes.NewReader(head), rest)
		}
	}
}

// ended returns the error that ended the input.
type ended struct{ err error }

// Read implements [io.Reader].
func (e ended) Read([]byte) (int, error) { return 0, e.err }

var bratLine = regexp.MustCompile(`^T[0-9]+\t[^\s]+ [0-9]+ [0-9;\s]*[0-9]+\t`)

// sniff returns the format that the start of an input shows. It is not sure if more may show
// another.
func sniff(head []byte) (f Format, sure bool) {
	head = bytes.TrimPrefix(head, []byte(bom))
	if bratLine.Match(head) {
		return Brat, true
	}
	if trimmed := bytes.TrimLeft(head, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '<' {
		if _, inline, sure := xmlShape(head); inline {
			return XML, sure
		} else {
			return FormatAuto, sure
		}
	}
	dec := json.NewDecoder(bytes.NewReader(head))
	token, err := dec.Token()
	if err == nil && token == json.Delim('[') {
		token, err = dec.Token()
		if err == nil && token == json.Delim('[') { // an array of pairs
			token, err = dec.Token()
		}
		if _, ok := token.(string); ok && err == nil {
			token, err = dec.Token()
			if err != nil {
				return FormatAuto, !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF)
			}
			if token == json.Delim('{') {
				return SpaCy, true
			}
			return FormatAuto, true
		}
	}
	if err != nil {
		return FormatAuto, !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
	}
	if token != json.Delim('{') {
		return FormatAuto, true
	}
	return sniffObject(dec)
}

// sniffObject reads the keys of an object.
func sniffObject(dec *json.Decoder) (f Format, sure bool) {
	hasText := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return FormatAuto, false
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return FormatAuto, false
		}
		first, second := opening(value)
		switch key {
		case "text":
			hasText = hasText || first == '"'
		case "data":
			if first == '{' {
				return LabelStudio, true
			}
			hasText = hasText || first == '"'
		case "label", "labels":
			if first == '[' && (second == '[' || second == ']') {
				return Doccano, true
			}
		case "entities":
			switch {
			case first != '[':
			case second == '{' || second == ']':
				return DoccanoEntities, true
			case second == '[':
				return Doccano, true
			}
		case "ents":
			if first == '[' {
				return SpaCyDoc, true
			}
		case "tokens":
			if first == '[' && (second == '"' || second == ']') {
				return HuggingFace, true
			}
		case "annotations", "predictions", "completions":
			if first == '[' {
				return LabelStudio, true
			}
		}
	}
	if hasText {
		_, err := dec.Token()
		return Doccano, err == nil
	}
	return FormatAuto, true
}

// opening returns the first byte of a value and the first byte behind that.
func opening(value []byte) (first, second byte) {
	value = bytes.TrimLeft(value, " \t\r\n")
	if len(value) > 0 {
		first = value[0]
		if rest := bytes.TrimLeft(value[1:], " \t\r\n"); len(rest) > 0 {
			second = rest[0]
		}
	}
	return first, second
}

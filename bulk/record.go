package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A record is a line of JSON.
type record struct {
	id     json.RawMessage // or nil
	text   string
	tokens []string // instead of a text; nil for a text
}

// parseRecord reads a line of JSON. With an error, it returns the ID if it has found one.
func parseRecord(line []byte) (r record, err error) {
	if n := validPrefix(line); n < len(line) {
		return r, fmt.Errorf("byte %d is not UTF-8", n+1)
	}
	if line = bytes.TrimLeft(line, " \t"); line[0] != '{' {
		return r, fmt.Errorf("found %q, expected an object with text or tokens", firstRune(line))
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return r, fmt.Errorf("byte %d: %w", syntax.Offset, err)
		}
		return r, err
	}
	r.id = fields["id"]
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		switch key {
		case "id":
		case "text":
			if json.Unmarshal(fields[key], &r.text) != nil || fields[key][0] != '"' {
				return r, errors.New("text: expected a string")
			}
		case "tokens":
			if json.Unmarshal(fields[key], &r.tokens) != nil || r.tokens == nil {
				return r, errors.New("tokens: expected a list of strings")
			}
		default:
			return r, fmt.Errorf("unknown key %q, expected text or tokens, and id", key)
		}
	}
	_, hasText := fields["text"]
	switch _, hasTokens := fields["tokens"]; {
	case hasText && hasTokens:
		return r, errors.New("both text and tokens, expected one of them")
	case !hasText && !hasTokens:
		return r, errors.New("neither text nor tokens, expected one of them")
	}
	return r, nil
}

func firstRune(s []byte) rune { return bytes.Runes(s[:min(len(s), 4)])[0] }

package serve

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// value reads any value into the types of encoding/json.
func value(s *scanner) (any, error) {
	switch c := s.peek(); c {
	case '{':
		m := make(map[string]any)
		err := s.object(func(key string) error {
			v, err := value(s)
			m[key] = v
			return err
		})
		return m, err
	case '[':
		list := []any{}
		err := s.array(func() error {
			v, err := value(s)
			list = append(list, v)
			return err
		})
		return list, err
	case '"':
		return s.str()
	case 't', 'f':
		return s.boolean()
	}
	if s.null() {
		return nil, nil
	}
	from := s.at
	if err := s.skip(); err != nil {
		return nil, err
	}
	var f float64
	if json.Unmarshal(s.data[from:s.at], &f) != nil {
		return nil, nil // a number that is too large, which no request has
	}
	return f, nil
}

var scanned = []string{
	`{}`, `[]`, ` { "a" : [ 1 , -2.5e+3 , "x\n\u00e9\ud83d\ude00\ud83d\\\/" , true , false , null , { } ] } `, `""`, `"\ud800"`, `"\udc00\ud800x"`, `"\ud83dA"`,
	`{"a":1,}`, `{,}`, `[,]`, `[1,]`, `[1 2]`, `{"a" 1}`, `{a:1}`, `"`, `"\`, `"\u12`, `"\uXYZW"`, `nul`, `nulll`, `truefalse`, `01`, `1.`, `.1`, `-`, `+1`, `1e`, `--1`,
	"\"\x01\"", "\"\xff\"", `1 1`, ``, ` `, `{"a":{"b":{"c":[[[]]]}}}`, `{"a":1}}`, "\x00", "\"\x00\"", "\u00a0 1", `"\/"`, `"\a"`,
}

func TestScannerAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range scanned {
		compare(t, []byte(text))
	}
}

// compare compares the scanner with encoding/json.
func compare(t *testing.T, data []byte) {
	t.Helper()
	s := scanner{data: data}
	got, err := value(&s)
	if err == nil {
		err = s.end()
	}
	var want any
	require.Equal(t, json.Valid(data), err == nil, "%q: %v", data, err)
	skipping := scanner{data: data}
	skipped := skipping.skip()
	if skipped == nil {
		skipped = skipping.end()
	}
	require.Equal(t, err == nil, skipped == nil, "%q: %v", data, skipped)
	if err == nil && utf8.Valid(data) && json.Unmarshal(data, &want) == nil {
		require.Equal(t, want, got, "%q", data)
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range scanned {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Count(string(data), "[")+strings.Count(string(data), "{") <= maxDepth {
			compare(t, data)
		}
	})
}

func TestScannerLimitsDepth(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		s := scanner{data: []byte(strings.Repeat(open, 1_000_000))}
		assert.ErrorContains(t, s.skip(), fmt.Sprintf("more than %d nested values", maxDepth))
	}
	s := scanner{data: []byte(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth))}
	require.NoError(t, s.skip())
	assert.NoError(t, s.end())
}

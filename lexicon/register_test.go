package lexicon

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lengths is a resource of another package. Words up to a length are short.
type lengths struct {
	kind, name string
	limit      byte
	sections   []Section
}

func (l lengths) Name() string        { return l.name }
func (l lengths) Kind() string        { return l.kind }
func (l lengths) Len() int            { return 1 }
func (l lengths) Templates() string   { return "u:short=%x[0,short]\n" }
func (l lengths) Sections() []Section { return l.sections }

func (l lengths) Reader() func(dst, words []string) []string {
	return func(dst, words []string) []string {
		for _, w := range words {
			dst = append(dst, map[bool]string{true: "short"}[len(w) <= int(l.limit)])
		}
		return dst
	}
}

func init() {
	Register("lengths", func(sections map[string][]byte) (Lexicon, error) {
		data := sections["data"]
		if len(data) != 1 {
			return nil, errors.New("want one byte")
		}
		l := lengths{kind: "lengths", name: "short", limit: data[0], sections: []Section{{"data", data}}}
		if data[0] == 0 {
			l.name = "0"
		}
		return l, nil
	})
}

func TestRegister(t *testing.T) {
	l := lengths{kind: "lengths", name: "short", limit: 3, sections: []Section{{"data", []byte{3}}}}
	require.NoError(t, Check(l))
	got, err := Decode(sectionsOf(l))
	require.NoError(t, err)
	assert.Equal(t, l, got)

	for _, data := range [][]byte{nil, {1, 2}, {0}} {
		_, err := Decode(map[string][]byte{"kind": []byte("lengths"), "data": data})
		assert.ErrorIs(t, err, ErrDamaged, "%v", data)
	}
	_, err = Decode(map[string][]byte{"kind": []byte("widths")})
	assert.ErrorIs(t, err, ErrDamaged)
	assert.ErrorIs(t, err, ErrKind)

	assert.Panics(t, func() { Register("lengths", nil) })
	assert.Panics(t, func() { Register("classes", nil) })
	assert.Panics(t, func() { Register("", nil) })
}

func TestCheck(t *testing.T) {
	for _, l := range lexicons(t) {
		assert.NoError(t, Check(l))
	}
	assert.ErrorIs(t, Check(lengths{kind: "widths", name: "short"}), ErrKind)
	assert.ErrorIs(t, Check(lengths{kind: "lengths", name: "%"}), ErrName)
	for _, names := range [][]string{{""}, {"large"}, {"kind"}, {"a\x00"}, {"a", "b", "a"}} {
		l := lengths{kind: "lengths", name: "short"}
		for _, name := range names {
			l.sections = append(l.sections, Section{Name: name})
		}
		assert.ErrorContains(t, Check(l), "want distinct names", "%q", names)
	}
}

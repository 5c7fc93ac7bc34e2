package features

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// ends is a column of vectors: the first and last byte of a word. One-byte words have no vector.
type ends struct{ lengths }

var _ Vectors = ends{}

func (ends) VectorReader() func(word string) []float32 {
	return func(word string) []float32 {
		if len(word) < 2 {
			return nil
		}
		return []float32{float32(word[0]) - 96, float32(word[len(word)-1]) - 96}
	}
}

func valuesOf(e *Extractor, t int) string {
	var list []string
	for _, v := range e.Values(t) {
		list = append(list, fmt.Sprintf("%s %v", v.Name, v.Value))
	}
	return strings.Join(list, "|")
}

func TestValues(t *testing.T) {
	const source = "u:w=%x[0,form]\nu:p=%v[0,1].\nu:next=%v[1,1]\n?u:no=%v[0,none]\nu:v=%v[0,ends]\nu:last=%v[@-1,ends];\nu:n=%v[0,n]\n"
	p, err := parse(t, source, DialectAuto).Bind(2, map[string]int{"form": 0}, lengths{"n"}, ends{lengths{"ends"}})
	require.NoError(t, err)
	assert.True(t, p.HasValues())
	assert.Equal(t, []int{0, 1}, p.Columns())
	e, f := p.NewExtractor(), p.NewFingerprinter(0)
	rows := Rows{{"ab", "0.5"}, {"x", "_"}, {"abc", "-1e2"}}
	h := fingerprint.NewHasher(0)
	for range 2 {
		e.Reset(rows)
		f.Reset(rows)
		assert.Equal(t, "u:p=. 0.5|u:v=0 1|u:v=1 2|u:last=0; 1|u:last=1; 3", valuesOf(e, 0))
		assert.Equal(t, "u:next= -100|u:last=0; 1|u:last=1; 3", valuesOf(e, 1))
		assert.Equal(t, "u:p=. -100|u:v=0 1|u:v=1 3|u:last=0; 1|u:last=1; 3", valuesOf(e, 2))
		assert.Equal(t, "u:w=x", join(e.Unigrams(1)), "Unigrams has no attributes with values")
		for i := range rows {
			prints, values := f.Values(i)
			var want []uint64
			var numbers []float64
			for _, v := range e.Values(i) {
				want, numbers = append(want, h.Of(v.Name)), append(numbers, v.Value)
			}
			assert.Equal(t, want, prints)
			assert.Equal(t, numbers, values)
		}
	}
	e.Reset(Rows{})
	assert.Panics(t, func() { e.Values(0) })
	var seq Sequence = rows
	assert.LessOrEqual(t, testing.AllocsPerRun(50, func() {
		f.Reset(seq)
		for i := range rows {
			f.Values(i)
		}
	}), 2.0, "the vectors that this test makes")
	assert.False(t, bind(t, "u:%x[0,0]", DialectAuto).HasValues())
}

func TestParseNumber(t *testing.T) {
	for s, want := range map[string]float64{"1": 1, "-2.5": -2.5, "+.5": 0.5, ".5e1": 5, "1e-400": 0, "007": 7} {
		assert.Equal(t, want, parseNumber(s), s)
	}
	for _, s := range []string{"", "_", "-", ".", "+-1", "inf", "-inf", "NaN", "1e999", "1,5", "1x", "e5", "0x"} {
		assert.True(t, math.IsNaN(parseNumber(s)), s)
	}
}

func TestParseValueErrors(t *testing.T) {
	for source, says := range map[string]string{
		"u:%v[0,a]%x[0,0]": "t:1:17: %v must be the only macro in its line",
		"u:%v[0,0]%v[0,0]": "%v must be the only macro",
		"b:%v[0,a]":        "%v is allowed only in lines that start with u",
		"*:%v[0,a]":        "%v is allowed only in lines that start with u",
	} {
		_, err := Parse(strings.NewReader(source), "t", DialectTrellis)
		require.ErrorContains(t, err, says, source)
	}
	_, err := Parse(strings.NewReader("u:%v[0,0]"), "t", DialectWapiti)
	require.ErrorContains(t, err, "not a macro of the wapiti dialect")
	_, err = parse(t, "u:%v[0,2]", DialectAuto).Bind(2, nil)
	require.ErrorIs(t, err, ErrColumn)
}

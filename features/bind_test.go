package features

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBindColumns(t *testing.T) {
	for _, tt := range []struct {
		source  string
		columns int
		names   map[string]int
		want    []int
	}{
		{"u:%x[0,0]/%x[1,2]\nb:%x[0,2]", 3, nil, []int{0, 2}},
		{"u:%x[0,form]%x[0,0]", 2, map[string]int{"form": 1}, []int{0, 1}},
		{"u:%x[0,a.B-2_c]", 1, map[string]int{"a.B-2_c": 0}, []int{0}},
		{"u:%x[0,form]\n?u:%x[0,pos]", 2, map[string]int{"form": 1}, []int{1}},
		{"u:%x[0,form]\n?u:%x[0,pos]", 2, map[string]int{"form": 1, "pos": 0}, []int{0, 1}},
		{"u\nb", 0, nil, nil},
	} {
		program, err := parse(t, tt.source, DialectTrellis).Bind(tt.columns, tt.names)
		require.NoError(t, err, tt.source)
		assert.Equal(t, tt.want, program.Columns(), tt.source)
	}
}

func TestBindErrors(t *testing.T) {
	names := map[string]int{"form": 0, "far": 9, "label": -1}
	for _, tt := range []struct {
		dialect      Dialect
		source       string
		line, column int
		message      string
	}{
		{DialectCRFPP, "# c\nU1:%x[0,1]\nU2:%x[0,1]%x[0,2]", 3, 11, "no such column: 2 (the input has 2, counted from 0)"},
		{DialectWapiti, "u:%X[0,2]", 1, 3, "no such column: 2"},
		{DialectTrellis, "u:%x[0,fomr]", 1, 3, "no such column: fomr (no column of that name)"},
		{DialectTrellis, "\nu:%x[0,far]", 2, 3, "far = 9 (the input has 2"},
		{DialectTrellis, "?u:%x[0,far]", 1, 4, "far = 9"},
		{DialectTrellis, "u:%x[0,label]", 1, 3, "label = -1"},
		{DialectTrellis, "?u:%x[0,7]", 1, 4, "no such column: 7"},
	} {
		_, err := parse(t, tt.source, tt.dialect).Bind(2, names)
		require.ErrorIs(t, err, ErrColumn, tt.source)
		assert.ErrorContains(t, err, tt.message)
		var pe *ParseError
		require.ErrorAs(t, err, &pe)
		assert.Equal(t, [2]int{tt.line, tt.column}, [2]int{pe.Line, pe.Column}, tt.source)
		assert.Equal(t, "t", pe.File)
	}
}

func TestBindSharesViews(t *testing.T) {
	program, err := parse(t, `u:%x[0,0]/%x[-1,0]/%x[0,form]
u:%m[0,0,"^."]
u:%m[2,0,"^."]%m[0,0,".$"]
u:%s[0,0,2]%s[0,0,3]%s[1,0,2]
u:%k[0,0,caps]%k[1,0,digit]%k[0,0]
b:%t[0,0,"a"]%T[1,0,"a"]%t[0,1,"a"]`, DialectTrellis).Bind(2, map[string]int{"form": 0})
	require.NoError(t, err)
	assert.Len(t, program.views, 10)
	assert.True(t, program.HasBigrams())
}

func TestHasBigrams(t *testing.T) {
	for source, want := range map[string]bool{
		"u:%x[0,0]\nb": false, "*:bias": false, "*:%x[0,0]": true, "b:%x[0,0]": true, "?b:%x[0,pos]\nb": false,
	} {
		program, err := parse(t, source, DialectTrellis).Bind(1, nil)
		require.NoError(t, err)
		assert.Equal(t, want, program.HasBigrams(), source)
	}
}

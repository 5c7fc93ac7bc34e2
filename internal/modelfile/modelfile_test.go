package modelfile_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/modelfile"
)

var (
	format = container.Format{Magic: "EXAMPLE!", Version: 1}
	errBad = errors.New("no example")
)

type settings struct {
	Size int
	modelfile.Reading
}

func TestFileRoundTrip(t *testing.T) {
	templates, err := features.Parse(strings.NewReader("u:w=%x[0,form]\n# \xff\n"), "a name", features.DialectTrellis)
	require.NoError(t, err)
	meta := map[string]string{"a": "b", "bytes": "\xff"}
	var b bytes.Buffer
	require.NoError(t, modelfile.Write(&b, format, settings{7, modelfile.NewReading(templates, 3, map[string]int{"form": 1}, meta)},
		container.Section{Name: "more", Data: []byte("data")}))
	sections, err := modelfile.Read(&b, format, errBad)
	require.NoError(t, err)
	assert.Equal(t, "data", string(sections["more"]))
	var s settings
	require.NoError(t, modelfile.Settings(sections, &s))
	assert.Equal(t, 7, s.Size)
	assert.Equal(t, 3, s.Columns)
	assert.Equal(t, map[string]int{"form": 1}, s.Names)
	assert.Equal(t, meta, s.Notes())
	read, err := s.Templates()
	require.NoError(t, err)
	assert.Equal(t, templates.Source(), read.Source())
	assert.Equal(t, "a name", read.Name())
	assert.Equal(t, features.DialectTrellis, read.Dialect())
}

func TestReadTellsBadBytesFromABadReader(t *testing.T) {
	_, err := modelfile.Read(strings.NewReader("something else"), format, errBad)
	require.ErrorIs(t, err, errBad)
	broken := errors.New("broken")
	_, err = modelfile.Read(iotest.ErrReader(broken), format, errBad)
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, errBad)
	require.ErrorContains(t, modelfile.Settings(nil, new(settings)), "settings")
}

func TestReadingIsChecked(t *testing.T) {
	for says, r := range map[string]modelfile.Reading{
		"-1 columns": {Columns: -1, Dialect: "trellis"},
		"column -1":  {Names: map[string]int{"form": -1}, Dialect: "trellis"},
		"dialect":    {Dialect: "wapitti"},
		"templates":  {Dialect: "trellis", Template: []byte("%")},
	} {
		_, err := r.Templates()
		assert.ErrorContains(t, err, says)
	}
	assert.NotNil(t, new(modelfile.Reading).Notes())
}

func TestNames(t *testing.T) {
	var n modelfile.Names
	assert.Equal(t, int32(-1), n.Find([]byte("a")))
	for want, name := range []string{"a", "", "b"} {
		assert.Equal(t, int32(want), n.Add([]byte(name)))
		assert.Equal(t, int32(want), n.Add([]byte(name)))
		assert.Equal(t, int32(want), n.Find([]byte(name)))
	}
	assert.Equal(t, 3, n.Len())
	code := modelfile.AppendStrings(nil, n.List())
	list, err := modelfile.ReadStrings(code)
	require.NoError(t, err)
	assert.Equal(t, n.List(), list)
	for cut := range code {
		if list, err := modelfile.ReadStrings(code[:cut]); err == nil {
			assert.Less(t, len(list), 3, "a shorter list, cut between two")
		}
	}
	again, err := modelfile.NamesOf(list)
	require.NoError(t, err)
	assert.Equal(t, n, again)
	_, err = modelfile.NamesOf([]string{"a", "b", "a"})
	assert.ErrorContains(t, err, "3 names, but only 2 different ones")
}

func TestWeights(t *testing.T) {
	start, outcome, w := []int{0, 2, 2, 3}, []int32{0, 3, 1}, []float64{1, -2, 0.5}
	sections := map[string][]byte{
		"counts":   container.Bytes(modelfile.Counts[uint16](start)),
		"outcomes": container.Bytes(outcome),
		"weights":  container.Bytes(w),
	}
	gotStart, gotOutcome, err := modelfile.Outcomes[uint16](sections, 3, 4)
	require.NoError(t, err)
	assert.Equal(t, start, gotStart)
	assert.Equal(t, outcome, gotOutcome)
	gotW, err := modelfile.Weights(sections, 3)
	require.NoError(t, err)
	assert.Equal(t, w, gotW)

	_, _, err = modelfile.Outcomes[uint16](sections, 2, 4)
	assert.ErrorContains(t, err, "for 2 attributes")
	_, _, err = modelfile.Outcomes[uint16](sections, 3, 3)
	assert.ErrorContains(t, err, "outcome 3 of 3")
	_, _, err = modelfile.Outcomes[uint32](sections, 3, 4)
	assert.ErrorIs(t, err, container.ErrFormat)
	_, err = modelfile.Weights(sections, 4)
	assert.ErrorContains(t, err, "3 weights for 4 features")
	for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
		sections["weights"] = container.Bytes([]float64{0, bad})
		_, err = modelfile.Weights(sections, 2)
		assert.ErrorContains(t, err, "weight 1 is")
	}
	sections["weights"] = []byte{1}
	_, err = modelfile.Weights(sections, 0)
	assert.ErrorIs(t, err, container.ErrFormat)
	sections["outcomes"] = []byte{1}
	_, _, err = modelfile.Outcomes[uint16](sections, 3, 4)
	assert.ErrorIs(t, err, container.ErrFormat)
}

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
	"github.com/trellis-nlp/trellis/model"
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
	meta := model.Metadata{Tool: "\xff", Notes: map[string]string{"a": "b"}}
	in := model.Input{Templates: templates, Columns: 3, Names: map[string]int{"form": 1}}
	var b bytes.Buffer
	require.NoError(t, modelfile.Write(&b, format, settings{7, modelfile.NewReading(in, meta)},
		container.Section{Name: "more", Data: []byte("data")}))
	sections, err := modelfile.Read(&b, format, errBad)
	require.NoError(t, err)
	assert.Equal(t, "data", string(sections["more"]))
	var s settings
	require.NoError(t, modelfile.Settings(sections, &s))
	assert.Equal(t, 7, s.Size)
	gotMeta, err := s.Metadata()
	require.NoError(t, err)
	assert.Equal(t, meta, gotMeta)
	got, err := s.Input()
	require.NoError(t, err)
	assert.Equal(t, 3, got.Columns)
	assert.Equal(t, in.Names, got.Names)
	read := got.Templates
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
		_, err := r.Input()
		assert.ErrorContains(t, err, says)
	}
	_, err := (&modelfile.Reading{Meta: map[string][]byte{"columns": []byte("-1")}}).Metadata()
	assert.ErrorIs(t, err, model.ErrModel)
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
	again, err := modelfile.ReadNames(code)
	require.NoError(t, err)
	assert.Equal(t, n, again)
	other, err := modelfile.NamesOf([]string{"c", "b", "a"})
	require.NoError(t, err)
	assert.Equal(t, []int32{2, -1, 1}, n.In(&other))
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
	assert.ErrorContains(t, err, "want 2 counts")
	_, _, err = modelfile.Outcomes[uint16](sections, 3, 3)
	assert.ErrorContains(t, err, "outcome 3: want 0..2")
	_, _, err = modelfile.Outcomes[uint32](sections, 3, 4)
	assert.ErrorIs(t, err, container.ErrFormat)
	_, err = modelfile.Weights(sections, 4)
	assert.ErrorContains(t, err, "3 weights: want 4")
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

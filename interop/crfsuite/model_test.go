package crfsuite_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// dump returns the labels, attributes and features that CRFsuite's dump prints.
func dump(m *crfsuite.Model) string {
	var b strings.Builder
	b.WriteString("LABELS = {\n")
	for j, name := range m.Labels {
		fmt.Fprintf(&b, "  %5d: %s\n", j, name)
	}
	b.WriteString("}\n\nATTRIBUTES = {\n")
	for a, x := range m.Attributes {
		fmt.Fprintf(&b, "  %5d: %s\n", a, x.Name)
	}
	b.WriteString("}\n\nTRANSITIONS = {\n")
	for _, f := range m.Transitions {
		fmt.Fprintf(&b, "  (1) %s --> %s: %f\n", m.Labels[f.From], m.Labels[f.To], f.Weight)
	}
	b.WriteString("}\n\nSTATE_FEATURES = {\n")
	for _, x := range m.Attributes {
		for _, f := range x.Features {
			fmt.Fprintf(&b, "  (0) %s --> %s: %f\n", x.Name, m.Labels[f.Label], f.Weight)
		}
	}
	b.WriteString("}\n\n")
	return b.String()
}

func TestReadFindsWhatCRFsuiteDumps(t *testing.T) {
	m := read(t, tiny(t, "model"))
	_, want, ok := strings.Cut(string(tiny(t, "dump")), "}\n\n")
	require.True(t, ok)
	assert.Equal(t, want, dump(m))
	assert.Equal(t, 371, m.Features())
	assert.Zero(t, m.CarriageReturns())
	assert.NoError(t, m.Validate())
}

// Like CRFsuite, Write numbers features by attribute and label, followed by transitions.
func TestWriteGivesTheBytesThatWereRead(t *testing.T) {
	data := tiny(t, "model")
	assert.True(t, bytes.Equal(data, write(t, read(t, data))))
}

func TestWriteGivesTheBytesThatWereReadOfWNUT(t *testing.T) {
	data := wnut(t, "model.crfsuite")
	assert.True(t, bytes.Equal(data, write(t, read(t, data))))
}

func TestWriteAndReadKeepAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		m := random(rng, 6, 40)
		back := read(t, write(t, m))
		assert.Equal(t, m.Labels, back.Labels)
		require.Len(t, back.Attributes, len(m.Attributes))
		for a, x := range m.Attributes {
			assert.Equal(t, x.Name, back.Attributes[a].Name)
			assert.Equal(t, len(x.Features), len(back.Attributes[a].Features))
			for k, f := range x.Features {
				assert.Equal(t, f, back.Attributes[a].Features[k])
			}
		}
		assert.ElementsMatch(t, m.Transitions, back.Transitions)
		assert.Equal(t, write(t, back), write(t, read(t, write(t, back))))
	}
}

func TestWeightsKeepTheirBits(t *testing.T) {
	m := &crfsuite.Model{Labels: []string{"O"}}
	for k, w := range []float64{0, math.Copysign(0, -1), 5e-324, -math.MaxFloat64, 0.1, 1.0 / 3} {
		m.Attributes = append(m.Attributes, crfsuite.Attribute{Name: fmt.Sprint(k), Features: []crfsuite.Feature{{Label: 0, Weight: w}}})
	}
	for a, x := range read(t, write(t, m)).Attributes {
		assert.Equal(t, math.Float64bits(m.Attributes[a].Features[0].Weight), math.Float64bits(x.Features[0].Weight))
	}
}

func TestCarriageReturns(t *testing.T) {
	m := &crfsuite.Model{Labels: []string{"O", "\r"}, Attributes: []crfsuite.Attribute{{Name: "a\r"}, {Name: "a"}, {Name: "\ra"}}}
	assert.Equal(t, 2, read(t, write(t, m)).CarriageReturns())
}

func TestUnfitModels(t *testing.T) {
	attribute := func(name string, f ...crfsuite.Feature) crfsuite.Attribute {
		return crfsuite.Attribute{Name: name, Features: f}
	}
	two := []string{"O", "B"}
	for _, c := range []struct {
		want string
		m    crfsuite.Model
	}{
		{"no labels", crfsuite.Model{}},
		{`duplicate label "O"`, crfsuite.Model{Labels: []string{"O", "B", "O"}}},
		{`label "O\x00" contains a NUL byte`, crfsuite.Model{Labels: []string{"O\x00"}}},
		{`duplicate attribute ""`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{{}, {}}}},
		{`attribute "\x00" contains a NUL byte`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{attribute("\x00")}}},
		{`attribute "a" has a feature of label 2, but there are 2 labels`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{attribute("a", crfsuite.Feature{Label: 2})}}},
		{`attribute "a" has a feature of label -1, but there are 2 labels`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{attribute("a", crfsuite.Feature{Label: -1})}}},
		{`attribute "a" has two features of label "B"`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{attribute("a", crfsuite.Feature{Label: 1}, crfsuite.Feature{Label: 0}, crfsuite.Feature{Label: 1})}}},
		{`attribute "a" has weight NaN`, crfsuite.Model{Labels: two, Attributes: []crfsuite.Attribute{attribute("a", crfsuite.Feature{Weight: math.NaN()})}}},
		{`transition from label 0 to 2, but there are 2 labels`, crfsuite.Model{Labels: two, Transitions: []crfsuite.Transition{{From: 0, To: 2}}}},
		{`transition from label -1 to 0, but there are 2 labels`, crfsuite.Model{Labels: two, Transitions: []crfsuite.Transition{{From: -1}}}},
		{`transition has weight -Inf`, crfsuite.Model{Labels: two, Transitions: []crfsuite.Transition{{Weight: math.Inf(-1)}}}},
		{`two transitions from label "B" to "O"`, crfsuite.Model{Labels: two, Transitions: []crfsuite.Transition{{From: 1}, {}, {From: 1, Weight: 1}}}},
	} {
		want := "not a valid model (CRFsuite): " + c.want
		var out bytes.Buffer
		assert.EqualError(t, crfsuite.Write(&out, &c.m), want)
		assert.Zero(t, out.Len())
		_, err := crfsuite.NewLabeller(&c.m)
		assert.EqualError(t, err, want)
		assert.ErrorIs(t, c.m.Validate(), crfsuite.ErrModel)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

var errDisk = errors.New("the disk is full")

func TestWriteReportsErrors(t *testing.T) {
	assert.ErrorIs(t, crfsuite.Write(failing{}, &crfsuite.Model{Labels: []string{"O"}}), errDisk)

	// One name of 64 MiB, used many times, exceeds the format and is rejected before the file is
	// built.
	long := strings.Repeat("x", 64<<20)
	m := &crfsuite.Model{Labels: []string{"O"}}
	for k := range 64 {
		m.Attributes = append(m.Attributes, crfsuite.Attribute{Name: long[k:]})
	}
	assert.ErrorIs(t, crfsuite.Write(failing{}, m), crfsuite.ErrTooLarge)
}

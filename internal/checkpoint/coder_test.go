package checkpoint

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything is a state with values of all types.
type everything struct {
	n       int
	yes, no bool
	any     float64
	finite  float64
	many    []float64
	small   []float32
	bits    uint32
	text    []byte
	none    []byte
}

func (e *everything) state(c *Coder) {
	c.Same("the kind", "everything")
	c.Int(&e.n, -5, 5)
	c.Bool(&e.yes)
	c.Bool(&e.no)
	c.Number(&e.any)
	c.Float(&e.finite)
	c.Floats(e.many)
	c.Floats32(e.small)
	c.Uint32(&e.bits)
	c.Bytes(&e.text)
	c.Bytes(&e.none)
}

func example() *everything {
	e := &everything{n: -3, yes: true, any: math.Inf(-1), finite: 0.1, bits: 1 << 31, text: []byte("text")}
	for k := range 20_000 { // more than two frames
		e.many, e.small = append(e.many, math.Sin(float64(k))), append(e.small, float32(k))
	}
	return e
}

func write(t testing.TB, e *everything) []byte {
	var b bytes.Buffer
	c := NewWriter(&b)
	e.state(c)
	require.NoError(t, c.Close())
	return b.Bytes()
}

func TestReadsWhatWasWritten(t *testing.T) {
	want := example()
	stream := bytes.NewReader(append(write(t, want), "and what follows"...))
	got := &everything{no: true, many: make([]float64, len(want.many)), small: make([]float32, len(want.small)), none: []byte("old")}
	c := NewReader(stream)
	got.state(c)
	require.NoError(t, c.Close())
	assert.Equal(t, want, got)
	rest, err := io.ReadAll(stream)
	require.NoError(t, err)
	assert.Equal(t, "and what follows", string(rest))
}

func TestRefusesWhatDiffers(t *testing.T) {
	saved := write(t, example())
	for what, state := range map[string]func(c *Coder){
		"the kind is nothing, and was everything": func(c *Coder) { c.Same("the kind", "nothing") },
		"number -3 is outside 0 to 5":             func(c *Coder) { (&everything{}).upTo(c, 0) },
		"it holds more than the state":            func(c *Coder) { c.Same("the kind", "everything") },
		"number -Inf is not finite":               func(c *Coder) { (&everything{}).upTo(c, 1) },
	} {
		c := NewReader(bytes.NewReader(saved))
		state(c)
		err := c.Close()
		assert.ErrorIs(t, err, ErrUnfit, what)
		assert.ErrorContains(t, err, what)
	}
	for what, bytesOf := range map[string]string{
		"not a checkpoint, or a checkpoint of another version": "trellis checkpoint 2\n the rest",
		"damaged: frame of": magic + "000a0000",
		"cut short":         magic[:5],
	} {
		c := NewReader(bytes.NewReader([]byte(bytesOf)))
		assert.Error(t, c.Close())
		assert.ErrorContains(t, c.Err(), what)
		assert.ErrorIs(t, c.Err(), ErrUnfit)
	}
}

// upTo reads the first numbers with wrong limits.
func (e *everything) upTo(c *Coder, item int) {
	c.Same("the kind", "everything")
	if item == 0 {
		c.Int(&e.n, 0, 5)
		return
	}
	c.Int(&e.n, -5, 5)
	c.Bool(&e.yes)
	c.Bool(&e.no)
	c.Float(&e.finite)
}

func TestErrorsOfWritersStay(t *testing.T) {
	full := errors.New("full")
	c := NewWriter(failing{full})
	example().state(c)
	assert.Equal(t, full, c.Close())
	long := NewWriter(io.Discard)
	text := make([]byte, 300)
	long.Bytes(&text)
	assert.ErrorContains(t, long.Close(), "300 bytes")
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestSameFields(t *testing.T) {
	type inner struct{ X []int }
	type twin struct{ X []int }
	type Promoted struct{ Deep int }
	type outer struct {
		Promoted
		Pointer any
		hidden  int
		Free    float64
	}
	told := func(o outer) string {
		var b bytes.Buffer
		c := NewWriter(&b)
		c.SameFields("the kind", "outer ", o, "Free")
		require.NoError(t, c.Close())
		return b.String()
	}
	base := outer{Promoted{1}, &inner{make([]int, 100)}, 2, 3}
	same := outer{Promoted{1}, &inner{make([]int, 100)}, 4, 5}
	assert.Equal(t, told(base), told(same))
	long := make([]int, 100)
	long[99] = 1
	for _, other := range []outer{
		{Promoted{2}, base.Pointer, 2, 3},
		{Promoted{1}, &inner{long}, 2, 3},
		{Promoted{1}, &twin{make([]int, 100)}, 2, 3},
		{Promoted{1}, nil, 2, 3},
	} {
		assert.NotEqual(t, told(base), told(other))
	}
}

func TestCodingAllocatesNothing(t *testing.T) {
	e := example()
	c := NewWriter(io.Discard)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		c.Floats(e.many)
		c.Floats32(e.small)
	}))
}

func FuzzReader(f *testing.F) {
	small := &everything{text: []byte("text"), many: []float64{1}, small: []float32{2}}
	f.Add(write(f, small))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := &everything{many: make([]float64, 1), small: make([]float32, 1)}
		c := NewReader(bytes.NewReader(b))
		got.state(c)
		if c.Close() == nil {
			assert.LessOrEqual(t, len(write(t, got)), len(b))
		}
	})
}

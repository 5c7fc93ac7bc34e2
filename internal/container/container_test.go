package container_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/container"
)

var format = container.Format{Magic: "EXAMPLE!", Version: 3}

var sections = []container.Section{
	{Name: "one", Data: []byte("some text")}, {Name: "empty"}, {Name: "numbers8", Data: container.Bytes([]uint32{1, 2, 1 << 30})},
}

func written(t testing.TB, f container.Format, list []container.Section) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, list))
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for _, list := range [][]container.Section{nil, sections[:1], sections} {
		data := written(t, format, list)
		got, err := format.Parse(data)
		require.NoError(t, err)
		require.Len(t, got, len(list))
		for _, s := range list {
			assert.Equal(t, string(s.Data), string(got[s.Name]))
		}
	}
}

// Compare with the layout in the package comment.
func TestLayout(t *testing.T) {
	data := written(t, format, sections)
	assert.Equal(t, "EXAMPLE!", string(data[:8]))
	assert.Equal(t, uint32(3), binary.LittleEndian.Uint32(data[8:]))
	assert.Equal(t, uint32(3), binary.LittleEndian.Uint32(data[12:]))
	assert.Equal(t, uint64(len(data)), binary.LittleEndian.Uint64(data[16:]))
	assert.Equal(t, "one\x00\x00\x00\x00\x00", string(data[64:72]))
	assert.Equal(t, uint64(192), binary.LittleEndian.Uint64(data[72:]), "64 + 3 * 32 = 160, at the next multiple of 64")
	assert.Equal(t, uint64(9), binary.LittleEndian.Uint64(data[80:]))
	assert.Equal(t, "some text", string(data[192:201]))
	assert.Equal(t, []byte{1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 64}, data[256:])
}

func TestEveryChangeAndTruncationIsDetected(t *testing.T) {
	data := written(t, format, sections)
	for n := range data {
		_, err := format.Parse(data[:n])
		require.ErrorIs(t, err, container.ErrFormat, "cut to %d bytes", n)
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[n] ^= 1 << bit
			_, err := format.Parse(bad)
			require.ErrorIs(t, err, container.ErrFormat, "bit %d of byte %d", bit, n)
		}
	}
	_, err := format.Parse(append(bytes.Clone(data), 0))
	require.ErrorIs(t, err, container.ErrFormat, "something follows")
}

func TestForeignFilesAndOtherVersions(t *testing.T) {
	data := written(t, format, sections)
	_, err := container.Format{Magic: "EXAMPLE!", Version: 2}.Parse(data)
	require.ErrorContains(t, err, "newer version")
	_, err = container.Format{Magic: "EXAMPLE!", Version: 4}.Parse(data)
	require.ErrorContains(t, err, "older version")
	newer := container.Format{Magic: "EXAMPLE!", Version: 5, Oldest: 3}
	_, err = newer.Parse(data)
	require.NoError(t, err)
	_, err = newer.Parse(written(t, newer.At(2), sections))
	require.ErrorContains(t, err, "older version")
	_, err = format.Parse(written(t, newer, sections))
	require.ErrorContains(t, err, "newer version")
	_, err = container.Format{Magic: "ANOTHER!", Version: 3}.Parse(data)
	require.ErrorContains(t, err, `does not start with "ANOTHER!"`)
	twice := written(t, format, []container.Section{sections[0], sections[0]})
	_, err = format.Parse(twice)
	require.ErrorIs(t, err, container.ErrFormat)
}

func FuzzParse(f *testing.F) {
	f.Add(written(f, format, sections))
	f.Add([]byte(strings.Repeat("x", 70)))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := format.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, container.ErrFormat)
			return
		}
		for _, s := range got {
			require.LessOrEqual(t, len(s), len(data))
		}
	})
}

type pair struct {
	A uint64
	B uint32
	C float32
}

func TestViews(t *testing.T) {
	pairs := []pair{{1, 2, 3.5}, {1 << 63, 7, -1}}
	b := container.Bytes(pairs)
	assert.Equal(t, []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x60, 0x40}, b[:16])
	for shift := range 9 { // for any alignment
		moved := append(make([]byte, shift), b...)[shift:]
		got, err := container.View[pair](moved)
		require.NoError(t, err)
		assert.Equal(t, pairs, got)
	}
	none, err := container.View[uint16](nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.Empty(t, container.Bytes(none))
	_, err = container.View[uint16]([]byte{1, 2, 3})
	require.ErrorIs(t, err, container.ErrFormat)
}

var errFull = errors.New("no space left")

type full struct{ room int }

func (w *full) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrorsComeOut(t *testing.T) {
	for room := range len(written(t, format, sections)) {
		require.ErrorIs(t, format.Write(&full{room}, sections), errFull)
	}
}

func ExampleFormat() {
	f := container.Format{Magic: "EXAMPLE!", Version: 1}
	var file bytes.Buffer
	_ = f.Write(&file, []container.Section{{Name: "primes", Data: container.Bytes([]uint16{2, 3, 5, 7})}})
	sections, err := f.Parse(file.Bytes())
	primes, _ := container.View[uint16](sections["primes"])
	fmt.Println(file.Len(), primes, err)
	// Output: 136 [2 3 5 7] <nil>
}

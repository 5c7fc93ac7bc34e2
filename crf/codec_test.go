package crf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

// models are a small one of each kind.
func models(t testing.TB) map[string]*Model {
	ms := map[string]*Model{
		"plain":   train(t, small(t, plainTemplates, 12), Options{Penalty: l2, Threads: 1}),
		"bigrams": train(t, small(t, bigramTemplates, 12), Options{Penalty: l2, Threads: 1}),
		"single":  train(t, small(t, noTransitions, 3), Options{Penalty: l2, Threads: 1}),
		"items":   train(t, items(t, rand.New(rand.NewPCG(1, 1)), 20), Options{Penalty: l2, Threads: 1}),
	}
	for name, m := range ms {
		m.Meta["kind"] = name
	}
	return ms
}

func TestSaveAndLoad(t *testing.T) {
	for name, m := range models(t) {
		data := saved(t, m)
		got, err := Load(bytes.NewReader(data))
		require.NoError(t, err, name)
		assert.True(t, bytes.Equal(data, saved(t, got)), "%s: what is loaded is saved as the same bytes", name)
		assert.Equal(t, m.Meta, got.Meta)
		assert.Equal(t, m.Labels(), got.Labels())
		assert.Equal(t, m.Scheme(), got.Scheme())
		assert.Equal(t, m.Features(), got.Features())
		assert.Equal(t, m.Attributes(), got.Attributes())
		if m.program == nil {
			continue
		}
		for _, rows := range read(t, sample.Dev)[:20] {
			want, err := m.TagNBest(rows, 3)
			require.NoError(t, err)
			have, err := got.TagNBest(rows, 3)
			require.NoError(t, err)
			assert.Equal(t, want, have, "to the last bit")
		}
	}
}

// The format of version 1 stays readable: a stored model tags as it did when it was written.
func TestGoldenModel(t *testing.T) {
	path := filepath.Join("testdata", "v1.model")
	if *update {
		m := train(t, small(t, bigramTemplates, 12), Options{Penalty: l2, Threads: 1})
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, saved(t, m), 0o644))
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	m, err := Load(bytes.NewReader(data))
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:12] {
		got, err := m.Tag(rows)
		require.NoError(t, err)
		assert.Equal(t, column(rows, 2), got, "it knows its training data")
	}
}

// Each cut and each changed byte is noticed, and says why.
func TestDamagedModelsAreRefused(t *testing.T) {
	data := saved(t, models(t)["bigrams"])
	for n := range data {
		_, err := Load(bytes.NewReader(data[:n]))
		require.ErrorIs(t, err, ErrModel, "cut to %d bytes", n)
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		bad := bytes.Clone(data)
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		_, err := Load(bytes.NewReader(bad))
		require.ErrorIs(t, err, ErrModel)
	}
	_, err := Load(bytes.NewReader(append(bytes.Clone(data), 0)))
	assert.ErrorIs(t, err, ErrModel, "something follows")

	newer := bytes.Clone(data)
	newer[len(magic)] = 9
	_, err = Load(bytes.NewReader(newer))
	assert.ErrorContains(t, err, "newer version")
	_, err = Load(bytes.NewReader([]byte("lCRF and more that is another tool's model")))
	assert.ErrorContains(t, err, "does not start with")
}

// sealed gives damaged bytes a right checksum, so that the decoder behind it is what is tested.
func sealed(data []byte) []byte {
	if len(data) < headerSize {
		return data
	}
	s := bytes.Clone(data)
	copy(s, magic)
	binary.LittleEndian.PutUint32(s[len(magic):], version)
	binary.LittleEndian.PutUint32(s[len(magic)+4:], crc32.Checksum(s[headerSize:], castagnoli))
	return s
}

func TestDecoderIsTotal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	rows := read(t, sample.Dev)[0]
	rounds := 3000
	if testing.Short() {
		rounds = 200
	}
	for _, m := range models(t) {
		data := saved(t, m)
		for range rounds {
			bad := bytes.Clone(data)
			for range 1 + rng.IntN(3) {
				bad[headerSize+rng.IntN(len(bad)-headerSize)] = byte(rng.IntN(256))
			}
			if rng.IntN(4) == 0 {
				bad = bad[:headerSize+rng.IntN(len(bad)-headerSize)]
			}
			use(t, sealed(bad), rows)
		}
	}
}

// use loads a model and, if it is one, tags with it: either works or fails with an error.
func use(t testing.TB, data []byte, rows features.Rows) {
	m, err := Load(bytes.NewReader(data))
	if err != nil {
		require.ErrorIs(t, err, ErrModel)
		return
	}
	if m.program != nil && m.input.Columns <= 3 {
		if _, err := m.Tag(rows); err != nil {
			t.Logf("tagging: %v", err) // weights of 1e308 overflow; that is said, not hidden
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, m := range models(f) {
		f.Add(saved(f, m))
	}
	f.Add([]byte(magic))
	rows := read(f, sample.Dev)[0]
	f.Fuzz(func(t *testing.T, data []byte) {
		use(t, data, rows)
		use(t, sealed(data), rows)
	})
}

type full struct{ room int }

var errFull = errors.New("no space left")

func (w *full) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteErrorsComeOut(t *testing.T) {
	m := models(t)["plain"]
	for _, room := range []int{0, headerSize, 100} {
		assert.ErrorIs(t, m.Save(&full{room}), errFull)
	}
}

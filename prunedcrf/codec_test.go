package prunedcrf_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

func saved(t testing.TB) (*prunedcrf.Model, []byte) {
	in := input(t, "u:%x[0,form]\nu:%s[0,form,1]\n")
	in.Names = map[string]int{"form": 0}
	d, err := prunedcrf.NewDataset(in)
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"ab"}, {"b"}, {"c"}}, []string{"A|B", "B", "\xff|C"}, 1))
	m, _, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Separator: "|", Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 4}}})
	require.NoError(t, err)
	m.Meta.Notes = map[string]string{"note": "\xff"}
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return m, b.Bytes()
}

func TestSavedModelTagsAlike(t *testing.T) {
	m, data := saved(t)
	read, err := prunedcrf.Load(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, m.Labels(), read.Labels())
	require.Equal(t, m.Features(), read.Features())
	require.Equal(t, m.Input().Names, read.Input().Names)
	require.Equal(t, "\xff", read.Meta.Notes["note"])
	require.Equal(t, m.Separator(), read.Separator())
	require.Equal(t, m.Order(), read.Order())
	require.Equal(t, m.Thresholds(), read.Thresholds())
	sentence := features.Rows{{"ab"}, {"xb"}, {"c"}, {"ab"}}
	want, err := scores(m, sentence)
	require.NoError(t, err)
	got, err := scores(read, sentence)
	require.NoError(t, err)
	require.Equal(t, want.Kept(), got.Kept())
	require.Equal(t, want.Node, got.Node)
	require.Equal(t, want.Edge, got.Edge)
	require.Equal(t, want.Triple, got.Triple)
	var again bytes.Buffer
	require.NoError(t, read.Save(&again))
	require.Equal(t, data, again.Bytes())
}

var update = flag.Bool("update", false, "rewrite the golden file")

// The golden file is a model of version 2. As long as there is one version, saving it gives the
// same bytes.
func TestGoldenFile(t *testing.T) {
	path := filepath.Join("testdata", "v2.model")
	if *update {
		_, data := saved(t)
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	m, err := prunedcrf.Load(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, []string{"A|B", "B", "\xff|C"}, m.Labels())
	require.Equal(t, 2, m.Order())
	labels, err := m.Tag(features.Rows{{"ab"}, {"b"}, {"c"}})
	require.NoError(t, err)
	require.Equal(t, m.Labels(), labels)
	var again bytes.Buffer
	require.NoError(t, m.Save(&again))
	require.Equal(t, data, again.Bytes())
}

func TestDamagedFilesAreRefused(t *testing.T) {
	_, data := saved(t)
	require.True(t, prunedcrf.Detect(data))
	require.False(t, prunedcrf.Detect(data[1:]))
	for n := range data {
		_, err := prunedcrf.Load(bytes.NewReader(data[:n]))
		require.ErrorIs(t, err, model.ErrModel, "cut to %d bytes", n)
		bad := bytes.Clone(data)
		bad[n] ^= 1 << (n % 8)
		_, err = prunedcrf.Load(bytes.NewReader(bad))
		require.ErrorIs(t, err, model.ErrModel, "byte %d", n)
	}
	broken := errors.New("broken")
	_, err := prunedcrf.Load(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, model.ErrModel)
}

func FuzzLoad(f *testing.F) {
	_, data := saved(f)
	f.Add(data)
	f.Add(data[:len(data)-1])
	f.Add([]byte("TRELCRF2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := prunedcrf.Load(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, model.ErrModel)
			return
		}
		_, err = m.Tag(features.Rows{{"ab"}, {"x"}})
		require.NoError(t, err)
	})
}

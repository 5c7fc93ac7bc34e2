package attrfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

func FuzzAttributes(f *testing.F) {
	traps, err := os.ReadFile(filepath.Join("testdata", "traps.crfsuite"))
	require.NoError(f, err)
	f.Add(traps)
	for _, text := range []string{"O\ta:1:2\\:3\n", "@weight:2\nO\ta:0x1p-3\n\n", ":\t:\n", "O\ta\r\n", " \tb\n", " :\t "} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all := items(data)
		var out bytes.Buffer
		w := attrfile.NewWriter(&out)
		for _, it := range all {
			if err := w.Write(it); err != nil {
				// A CR within a name, an item that became blank because of a colon, or a second
				// BOM.
				require.ErrorIs(t, err, corpus.ErrUnwritable)
				require.True(t, bytes.ContainsAny(data, "\r \uFEFF"), "%q: %v", data, err)
				return
			}
		}
		again := items(out.Bytes())
		require.Len(t, again, len(all))
		for i, it := range all {
			require.Equal(t, it.Labels, again[i].Labels)
			require.Equal(t, it.Weight, again[i].Weight)
			for tok := range it.Len() {
				require.Len(t, again[i].Attributes[tok], len(it.Attributes[tok]))
				for k, a := range it.Attributes[tok] {
					require.Equal(t, a, again[i].Attributes[tok][k])
				}
			}
		}
	})
}

// items returns the sentences up to the first error.
func items(data []byte) (all []*attrfile.Items) {
	r := attrfile.NewReader(bytes.NewReader(data), "")
	for {
		var it attrfile.Items
		if r.Read(&it) != nil {
			return all
		}
		all = append(all, &it)
	}
}

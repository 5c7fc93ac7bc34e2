package crfsuite_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

func BenchmarkRead(b *testing.B) {
	data := wnut(b, "model.crfsuite")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		_, err := crfsuite.Read(data)
		require.NoError(b, err)
	}
}

func BenchmarkNewLabeller(b *testing.B) {
	m := read(b, wnut(b, "model.crfsuite"))
	for b.Loop() {
		newLabeller(b, m)
	}
}

// BenchmarkTag reads an attribute file and writes labels.
func BenchmarkTag(b *testing.B) {
	items := wnut(b, "dev.crfsuite")
	labeller := newLabeller(b, read(b, wnut(b, "model.crfsuite")))
	tagger := labeller.NewDecoder()
	printer := crfsuite.NewPrinter(labeller.Labels(), crfsuite.Output{})
	var out []byte
	var it attrfile.Items
	b.SetBytes(int64(len(items)))
	for b.Loop() {
		r := attrfile.NewReader(bytes.NewReader(items), "")
		for {
			err := r.Read(&it)
			if err == io.EOF {
				break
			}
			require.NoError(b, err)
			require.NoError(b, tagger.ReadItems(it.Attributes))
			out, err = printer.Append(out[:0], tagger.Scores(), nil)
			require.NoError(b, err)
		}
	}
}

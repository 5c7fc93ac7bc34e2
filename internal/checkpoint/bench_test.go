package checkpoint

import (
	"bytes"
	"io"
	"testing"
)

func BenchmarkCoder(b *testing.B) {
	v := make([]float64, 450_000)
	w := make([]float32, 450_000)
	var saved bytes.Buffer
	c := NewWriter(&saved)
	c.Floats(v)
	c.Floats32(w)
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(saved.Len()))
		for b.Loop() {
			c := NewWriter(io.Discard)
			c.Floats(v)
			c.Floats32(w)
			if err := c.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(saved.Len()))
		for b.Loop() {
			c := NewReader(bytes.NewReader(saved.Bytes()))
			c.Floats(v)
			c.Floats32(w)
			if err := c.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

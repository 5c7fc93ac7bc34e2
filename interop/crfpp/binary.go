package crfpp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// checkVersion rejects the versions that crf_test 0.5x rejects.
func checkVersion(version uint32) error {
	if version/100 != 1 {
		return fmt.Errorf("version %d, expected 100", version)
	}
	return nil
}

// cursor reads values from the front of a file. It keeps the first error.
type cursor struct {
	data []byte
	at   int
	err  error
}

func (c *cursor) bytes(n int64) []byte {
	if c.err == nil && n > int64(len(c.data)-c.at) {
		c.err = fmt.Errorf("byte %d: %d bytes expected, but only %d remain", c.at, n, len(c.data)-c.at)
	}
	if c.err != nil {
		return nil
	}
	c.at += int(n)
	return c.data[c.at-int(n) : c.at]
}

func (c *cursor) uint32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) uint64() uint64 {
	if b := c.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// strings reads a byte count and that many bytes of NUL-terminated strings.
func (c *cursor) strings() []string {
	b := c.bytes(int64(c.uint32()))
	if len(b) == 0 {
		return nil
	}
	if b[len(b)-1] != 0 && c.err == nil {
		c.err = fmt.Errorf("byte %d: unterminated string", c.at)
		return nil
	}
	s := make([]string, 0, bytes.Count(b, []byte{0}))
	for one := range bytes.SplitSeq(b[:len(b)-1], []byte{0}) {
		s = append(s, string(one))
	}
	return s
}

// parseBinary reads a binary model: header, labels, templates, double array of attributes, weights.
func parseBinary(data []byte) (content, error) {
	c := cursor{data: data}
	if version := c.uint32(); c.err == nil {
		c.err = checkVersion(version)
	}
	if kind := c.uint32(); kind != 0 && c.err == nil {
		c.err = fmt.Errorf("type %d, expected 0", kind)
	}
	m := content{costFactor: math.Float64frombits(c.uint64())}
	count, columns, size := c.uint32(), c.uint32(), c.uint32()
	if count > math.MaxInt32 || columns > math.MaxInt32 || size%unitSize != 0 {
		return m, fmt.Errorf("invalid header: %d weights, %d columns, double array of %d bytes", count, columns, size)
	}
	m.columns = int(columns)
	m.labels = c.strings()
	m.templates = c.strings()
	for len(m.templates) > 0 && m.templates[len(m.templates)-1] == "" {
		m.templates = m.templates[:len(m.templates)-1] // padding to a multiple of 4
	}
	names := doubleArray(c.bytes(int64(size)))
	weights := c.bytes(4 * int64(count))
	if c.err != nil {
		return m, c.err
	}
	if c.at < len(data) {
		return m, fmt.Errorf("%d bytes after the last weight", len(data)-c.at)
	}
	m.names = slices.Clone(names)
	m.weights = make([]float64, count)
	for k := range m.weights {
		m.weights[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(weights[4*k:])))
	}
	return m, nil
}

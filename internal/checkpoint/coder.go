package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// ErrUnfit means that a checkpoint is damaged or belongs to another run.
var ErrUnfit = errors.New("unfit checkpoint")

const (
	magic    = "trellis checkpoint 1\n"
	maxFrame = 1 << 16
	header   = 8 // length and checksum
)

var table = crc32.MakeTable(crc32.Castagnoli)

// A Coder writes or reads a state.
type Coder struct {
	w   io.Writer // nil in a reader
	r   io.Reader
	buf []byte // current frame: the part to write with room for its header, or the part still to read
	mem []byte // memory of frames read
	// begun means that the magic number has been written or read.
	begun bool
	err   error
}

// NewWriter returns a coder that writes to w. Close it.
func NewWriter(w io.Writer) *Coder {
	return &Coder{w: w, buf: make([]byte, header, maxFrame+header)}
}

// NewReader returns a coder that reads from r, starting with the first value.
func NewReader(r io.Reader) *Coder { return &Coder{r: r} }

// Reading reports whether the coder reads.
func (c *Coder) Reading() bool { return c.w == nil }

// Err returns the first error.
func (c *Coder) Err() error { return c.err }

// Fail sets the error, which wraps [ErrUnfit], unless there is one already.
func (c *Coder) Fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %w", ErrUnfit, fmt.Errorf(format, args...))
	}
}

// Close writes the remaining data, or checks that there is none to read. It returns the first
// error.
func (c *Coder) Close() error {
	switch {
	case c.err != nil:
	case !c.Reading():
		if len(c.buf) > header {
			c.flush()
		}
		c.flush() // the last frame
	case len(c.buf) > 0 || c.fill():
		c.Fail("it holds more than the state")
	}
	return c.err
}

// flush writes the frame in buf.
func (c *Coder) flush() {
	if !c.begun && c.err == nil {
		_, c.err = io.WriteString(c.w, magic)
		c.begun = true
	}
	if c.err == nil {
		binary.LittleEndian.PutUint32(c.buf, uint32(len(c.buf)-header))
		binary.LittleEndian.PutUint32(c.buf[4:], checksum(c.buf))
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:header]
}

// checksum returns the checksum of the length and content of a frame.
func checksum(frame []byte) uint32 {
	return crc32.Update(crc32.Checksum(frame[:4], table), table, frame[header:])
}

// fill reads a frame and reports whether it has content.
func (c *Coder) fill() bool {
	if c.mem == nil {
		c.mem = make([]byte, header+maxFrame)
	}
	if !c.begun {
		c.begun = true
		if !c.read(c.mem[:len(magic)]) {
			return false
		}
		if string(c.mem[:len(magic)]) != magic {
			c.Fail("not a checkpoint, or a checkpoint of another version")
			return false
		}
	}
	if !c.read(c.mem[:header]) {
		return false
	}
	n := binary.LittleEndian.Uint32(c.mem)
	if n > maxFrame {
		c.Fail("damaged: frame of %d bytes", n)
		return false
	}
	if !c.read(c.mem[header : header+n]) {
		return false
	}
	if binary.LittleEndian.Uint32(c.mem[4:]) != checksum(c.mem[:header+n]) {
		c.Fail("damaged: wrong checksum")
		return false
	}
	c.buf = c.mem[header : header+n]
	return n > 0
}

func (c *Coder) read(p []byte) bool {
	_, err := io.ReadFull(c.r, p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		c.Fail("cut short: %w", io.ErrUnexpectedEOF)
	case c.err == nil:
		c.err = err
	}
	return c.err == nil
}

// next returns the memory of the next n bytes, to read or to write, or nil after an error. n is
// small: items do not span frames.
func (c *Coder) next(n int) []byte {
	if c.err != nil {
		return nil
	}
	if !c.Reading() {
		if len(c.buf)+n > cap(c.buf) {
			c.flush()
		}
		c.buf = c.buf[:len(c.buf)+n]
		return c.buf[len(c.buf)-n:]
	}
	if len(c.buf) == 0 {
		c.fill()
	}
	if c.err == nil && len(c.buf) < n {
		c.Fail("it ends before the state does")
	}
	if c.err != nil {
		return nil
	}
	p := c.buf[:n]
	c.buf = c.buf[n:]
	return p
}

// word codes 64 bits.
func (c *Coder) word(x *uint64) bool {
	p := c.next(8)
	switch {
	case p == nil:
		return false
	case c.Reading():
		*x = binary.LittleEndian.Uint64(p)
	default:
		binary.LittleEndian.PutUint64(p, *x)
	}
	return true
}

// Int codes an integer between lo and hi.
func (c *Coder) Int(x *int, lo, hi int) {
	bits := uint64(*x)
	if !c.word(&bits) {
		return
	}
	v := int64(bits)
	if v < int64(lo) || v > int64(hi) {
		c.Fail("number %d is outside %d to %d", v, lo, hi)
		return
	}
	*x = int(v)
}

// Bool codes a boolean.
func (c *Coder) Bool(x *bool) {
	n := 0
	if *x {
		n = 1
	}
	if c.Int(&n, 0, 1); c.err == nil {
		*x = n == 1
	}
}

// Number codes a float64, including infinities and NaN.
func (c *Coder) Number(x *float64) {
	v := math.Float64bits(*x)
	if c.word(&v) {
		*x = math.Float64frombits(v)
	}
}

// Float codes a finite float64.
func (c *Coder) Float(x *float64) {
	v := *x
	if c.Number(&v); c.err != nil {
		return
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.Fail("number %g is not finite", v)
		return
	}
	*x = v
}

// Floats codes len(v) finite numbers.
func (c *Coder) Floats(v []float64) {
	for k := range v {
		c.Float(&v[k])
	}
}

// Floats32 is Floats for float32.
func (c *Coder) Floats32(v []float32) {
	for k := range v {
		x := math.Float32bits(v[k])
		if !c.Uint32(&x) {
			return
		}
		f := math.Float32frombits(x)
		if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
			c.Fail("number %g is not finite", f)
			return
		}
		v[k] = f
	}
}

// Uint32 codes 32 bits and reports whether it succeeded.
func (c *Coder) Uint32(x *uint32) bool {
	p := c.next(4)
	switch {
	case p == nil:
		return false
	case c.Reading():
		*x = binary.LittleEndian.Uint32(p)
	default:
		binary.LittleEndian.PutUint32(p, *x)
	}
	return true
}

// Bytes codes up to 255 bytes. A reader sets p to its own memory.
func (c *Coder) Bytes(p *[]byte) {
	if !c.Reading() && len(*p) > math.MaxUint8 {
		c.err = fmt.Errorf("checkpoint: %d bytes", len(*p))
		return
	}
	n := c.next(1)
	if n == nil {
		return
	}
	if !c.Reading() {
		n[0] = byte(len(*p))
		copy(c.next(len(*p)), *p)
		return
	}
	length := int(n[0])
	if length == 0 {
		*p = nil
		return
	}
	if q := c.next(length); q != nil {
		*p = append([]byte(nil), q...)
	}
}

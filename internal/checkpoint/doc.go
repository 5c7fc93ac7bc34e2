// Package checkpoint writes the state of a training run to a stream and reads it back. One function
// describes the state for both directions:
//
//	func (r *run) state(c *checkpoint.Coder) {
//		c.Same("dimension", len(r.w)) // must not have changed
//		c.Int(&r.steps, 0, math.MaxInt)
//		c.Floats(r.w)
//	}
//
// A [Coder] of [NewWriter] writes the values, and one of [NewReader] sets them. After the first
// error it does nothing; [Coder.Close] returns the error.
//
// The stream consists of a magic number and frames of at most 64 KiB. A frame has its length in 4
// bytes, the CRC-32C of length and content in 4 bytes, and the content. An empty frame is the last
// one. All numbers are little-endian. A reader verifies the checksum before it uses a frame, and
// reads no byte after the last frame. Its allocations do not depend on the stream.
package checkpoint

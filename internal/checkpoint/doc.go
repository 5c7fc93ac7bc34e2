// Package checkpoint writes the state of a run to a stream and reads it back, by one description of the state
// for both directions:
//
//	func (r *run) state(c *checkpoint.Coder) {
//		c.Same("dimension", len(r.w)) // must be then what it was
//		c.Int(&r.steps, 0, math.MaxInt)
//		c.Floats(r.w)
//	}
//
// A [Coder] of [NewWriter] writes what it is shown, one of [NewReader] sets it. The first error ends all work,
// and [Coder.Close] returns it.
//
// The stream is the magic number, then frames of at most 64 KiB: the length in 4 bytes, the CRC-32C of length
// and content in 4, the content; a frame without content is the last. All numbers are little-endian. No byte of a
// frame is looked at before its checksum agrees; a reader reads no byte beyond the last frame, and allocates
// nothing by what the stream says.
package checkpoint

// Package compress reads gzip and Zstandard streams, which it recognises by their first bytes. It
// compresses files whose names end in .gz or .zst.
package compress

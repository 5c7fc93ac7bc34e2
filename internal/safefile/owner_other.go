//go:build !unix

package safefile

import (
	"io/fs"
	"os"
)

// own gives f the mode that info describes.
func own(f *os.File, info fs.FileInfo) error { return f.Chmod(info.Mode().Perm()) }

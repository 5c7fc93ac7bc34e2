//go:build !unix

package safefile

import (
	"io/fs"
	"os"
)

// own sets the mode of f from info.
func own(f *os.File, info fs.FileInfo) error { return f.Chmod(info.Mode().Perm()) }

//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"syscall"
)

// own sets owner and group of f from info, as far as permitted. It sets the mode last,
// because chown may clear mode bits.
func own(f *os.File, info fs.FileInfo) error {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if f.Chown(int(s.Uid), int(s.Gid)) != nil {
			_ = f.Chown(-1, int(s.Gid)) // a process that may not set the owner may still set the group
		}
	}
	return f.Chmod(info.Mode().Perm())
}

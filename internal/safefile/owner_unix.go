//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"syscall"
)

// own gives f the owner and the group that info describes, as far as the process may. Its mode comes last, because a
// change of the owner may take bits from it.
func own(f *os.File, info fs.FileInfo) error {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if f.Chown(int(s.Uid), int(s.Gid)) != nil {
			_ = f.Chown(-1, int(s.Gid)) // whoever may not give files away may keep their group
		}
	}
	return f.Chmod(info.Mode().Perm())
}

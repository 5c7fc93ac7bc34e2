// Package safefile writes files all or nothing. A path holds either its old content or all of the
// new content, never a part. [Write] writes to a temporary file in the same directory, syncs it,
// and renames it. If the process is killed, the temporary file remains; a later write of the same
// path removes it after one day.
//
// The new file has the mode of the old one, and its owner and group if the process may set them.
// Symbolic links are followed, even to files that do not exist yet, and remain in place. A path
// that is not a regular file (a terminal, a pipe, /dev/null) is written directly.
package safefile

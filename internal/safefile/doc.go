// Package safefile writes a file so that its place holds either what was there before or the whole of
// what is new, never a part: bytes go into a file beside the place, which is synced and renamed in the
// end. A process that is killed leaves that file; one that nobody has written to for a day is removed when the
// place is written next.
//
// The new file has the mode of the old one, and its owner and group as far as the process may give them. A symbolic
// link is followed, also to a file that does not exist yet, and keeps pointing at the new file. Where the place is not
// a regular file (a terminal, a pipe, /dev/null), there is nothing to protect, and bytes go straight into it.
package safefile

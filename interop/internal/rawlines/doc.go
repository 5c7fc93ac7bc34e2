// Package rawlines reads text as the C tools do: a line ends at LF and nowhere else, and a CR is a character like
// any other.
//
// In flows text; out come its lines, and errors that say in which line of which file.
package rawlines

// Package rawlines reads text files as the C tools do: a line ends only at LF, and CR is an
// ordinary character.
//
// A [Reader] returns lines, and errors with file name and line number. [Sentences] reads sentences
// of one token per line.
package rawlines

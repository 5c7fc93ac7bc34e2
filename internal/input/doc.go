// Package input reads sentences from files, standard input and memory, once or twice, in any
// format.
//
// An [Input] reads the sentences of one file. A [Spool] opens the inputs of a source, and buffers
// pipes and standard input for a second pass. [Each] is the shortcut for one pass. Reads end when
// their context ends, even while they wait for a terminal.
package input

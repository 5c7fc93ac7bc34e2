// Package attrfile reads and writes the attribute files of CRFsuite, which contain attributes of
// tokens instead of columns.
//
// A [Reader] reads sentences into [Items], one at a time and in constant memory. A line is an item:
// the label, then tab-separated attributes of the form name or name:value. An empty line ends a
// sentence. \: and \\ stand for : and \. There are no comments. [Reader] documents how odd values
// are read, and [Warnings] counts them.
//
// Limits and errors are those of package corpus.
package attrfile

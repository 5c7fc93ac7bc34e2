// Package attrfile reads and writes the attribute files of CRFsuite, which hold attributes of tokens instead of
// columns.
//
// A [Reader] yields sentences as [Items], one at a time, in constant memory. A line is an item: the label, then
// attributes, name or name:value, separated by tabs. A line of no characters ends a sentence; \: and \\ stand for : and
// \. There are no comments. See [Reader] for how odd values are read.
//
// Limits and errors are those of package corpus.
package attrfile

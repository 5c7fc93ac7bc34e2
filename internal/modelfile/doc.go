// Package modelfile is what the files of semicrf and prunedcrf have in common: a container whose first section,
// settings, is JSON, lists of names, and weights that stand attribute by attribute. Those of crf have the sections of
// lexicons in common with them. In flow the parts of a model,
// out come sections, and the same the other way. Nothing that a file contains panics or asks for memory out of
// proportion to the file; errors say what is wrong and leave it to the caller to say with what.
package modelfile

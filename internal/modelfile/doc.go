// Package modelfile is what the files of semicrf and prunedcrf have in common: a container whose first section,
// settings, is JSON, lists of names, and weights that stand attribute by attribute. Those of crf have the sections of
// lexicons in common with them. The package turns the parts of a model into sections and back. No content of a file
// makes it panic or ask for memory out of proportion to the file. Errors say what is wrong; the caller adds with what.
package modelfile

// Tagger-beam labels many files in a pipeline of Apache Beam, with the results of tagger tag.
//
//	tagger-beam --model ner.model --format text --out labelled 'texts/*.txt'
//
// It runs on this machine by default. The flags of the Beam SDK select another runner, as
// docs/how-to/beam.md shows. Exit status 1 means that a file could not be labelled, or that the
// pipeline failed. Run the command again with --resume for the rest.
package main

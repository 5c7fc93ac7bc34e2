// Package trellis labels the tokens of sentences: parts of speech, chunks, names. It does what the command tagger does,
// with the same results: [Train] trains a model on labelled sentences, [Open] opens one, or one of CRFsuite, CRF++ or
// Wapiti, and a [Model] tags, scores, describes and converts.
//
// Data are files or sentences in memory (a [Source]), and a [Config] holds the settings of training. What a [Model]
// returns is what the command writes, for every kind of model: fields are read in the normal form of the model, and
// labels come in the scheme of the files that it was trained on.
//
// Programs that bring scores of their own start at the packages losses, layer and decode/viterbi instead; those with
// data sets, losses or optimizers of their own at crf.
package trellis

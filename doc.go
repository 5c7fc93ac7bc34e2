// Package trellis trains and runs sequence labellers: part-of-speech taggers, chunkers,
// named-entity recognisers. It does what the tagger command does, with the same results.
//
//   - [Train] trains a model on labelled sentences. A [Config] holds the settings of training.
//   - [Open] opens a model file of trellis, CRFsuite, CRF++ or Wapiti. [Ready] opens a built-in
//     model.
//   - A [Model] tags sentences, files and plain text, evaluates itself, describes itself, and
//     converts to other tools.
//   - [Convert], [Split], [Compare] and [WriteAttributes] process labelled files.
//   - [Check] examines labelled files before training. [Model.Select] chooses sentences to label.
//
// A [Source] names the data: files, or sentences in memory.
//
//	model, _, err := trellis.Train(ctx, trellis.Files("train.conll"), trellis.Config{})
//	...
//	labels, err := model.Tag([]string{"Maria", "moved", "to", "Lisbon"})
//
// Every kind of model normalises its input as in training. Every kind of model returns labels in
// the scheme of its training files.
//
// [Model.TagText] splits plain text into sentences and words with the tokenizer that the model
// stores. The [Document] that it returns has the positions of tokens and entities.
//
// To train on your own scores, such as the outputs of a neural network, start at package layer,
// losses or decode/viterbi. To use your own data sets, losses or optimizers, start at package crf.
package trellis

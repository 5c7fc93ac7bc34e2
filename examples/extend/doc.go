// Package extend shows how to add to trellis from another module: an optimizer of each sort, a loss and a word
// resource. All of them work with crf.Train and with development data.
//
//   - [Momentum] is an optimize.StochasticMethod.
//   - [GradientDescent] is an optimize.BatchMethod.
//   - [Hinge] is a losses.Loss with the traits that the averaged perceptron, passive-aggressive and AROW need.
//   - [Frequency] is a lexicon.Lexicon, which models store.
package extend

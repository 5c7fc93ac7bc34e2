// Package extend shows how another module can extend trellis. It adds a stochastic and a batch
// optimizer, a loss and a word resource. All of them work with crf.Train and with development data.
//
//   - [Momentum] is an optimize.StochasticMethod.
//   - [GradientDescent] is an optimize.BatchMethod.
//   - [Hinge] is a losses.Loss with the traits that averaged perceptron, passive-aggressive and AROW require.
//   - [Frequency] is a lexicon.Lexicon that is stored in the model.
package extend

// Command speed compares the speed and memory of tagger with those of CRFsuite, Wapiti and CRF++,
// as whole processes. It builds tagger, trains all models that it needs, runs all programs in turn,
// and prints tables in Markdown. It reads the public data sets in ../shared/data, which are not
// part of this repository. Run it in the top folder of the repository:
//
//	go run ./internal/speed -crfsuite crfsuite -wapiti wapiti -crfpp-learn crf_learn -crfpp-test crf_test
//
// A peer without a flag is left out. The flag -tables chooses tables:
//
//   - tagging: label text with the default models, and with the features of the peers
//   - training: L-BFGS on CoNLL-2000, from zero and to within 0.01% of the optimum
//   - labels: L-BFGS with 230 labels (EWT FEATS)
//   - growth: 2 and 20 million tokens; needs 7 GB of memory and some minutes
//
// Seconds are medians over the rounds. A ratio is the median of the ratios of the rounds, because
// the speed of a shared machine varies.
package main

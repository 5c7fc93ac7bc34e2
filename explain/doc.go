// Package explain says why a model labels a sentence as it does.
//
// The score of a labelling is a sum of terms: weights of attributes, of transitions between labels,
// and, in semi-Markov models, of whole segments. An [Explainer] compares two labellings term by
// term. For each token it takes the best labelling of the sentence and the best labelling that has
// another label at this token, the runner-up. The [Contrast] of the two lists the differences of
// their terms, the greatest first. The differences sum to the difference of the scores. So they say
// which evidence decides for the chosen label, and how much of it must go for the runner-up to win.
//
// An [Explanation] also has the probability of each label, the active attributes of each token with
// their weights, and the n best labellings. It is a plain struct that encoding/json writes:
// docs/reference/json.md describes the fields. Package report writes it as text, JSON or HTML.
//
// All kinds of model implement [Model]. The usual way to an explanation is Explain of
// trellis.Model.
//
// # Labels
//
// Some models use other labels inside than in files. A model trained on BIO labels may use BIOES
// inside, so that B-PER stands for B-PER and S-PER. The labels of tokens are those of files, and
// the runner-up differs in them. Weights belong to the labels inside. In the schemes iob1 and ioe1,
// the label of a token depends on its neighbours. For models that write these, all labels of an
// explanation are those inside, and Explanation.Scheme says so.
//
// # Numbers
//
// Scores are sums in float64 of the weights that tagging uses. Some taggers sum in float32, because
// that is faster or because the tool of the model does so. Then a score differs from that of the
// tagger in the seventh digit. The chosen labelling is always that of the tagger, so Difference may
// be negative by as much.
package explain

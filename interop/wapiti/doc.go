// Package wapiti reads models of Wapiti 1.x and labels sentences as wapiti label does.
//
// [Read] reads a model file, full or compact. A [Model] lists its labels, patterns and weights. A
// [Decoder] finds labels, n-best lists, scores and posteriors for sentences with columns.
// [Model.Label] and [Printer] write the output of wapiti label. The patterns of the model expand to
// the attributes ("observations") u(t) of a token and b(t) of a pair of adjacent tokens. The
// numbers of the lattice are
//
//	psi_t(i,j) = sum_{a in u(t)} w[a,j] + sum_{b in b(t), t>0} w[b,i,j]
//
// A CRF has the score s(y) = sum_t psi_t(y_{t-1},y_t) and p(y) = exp(s(y)) / Z; so has a
// maximum-entropy model. A MEMM is normalised per label: p(y) is the product of
// exp(psi_t(y_{t-1},y_t)) / sum_j exp(psi_t(y_{t-1},j)).
//
// A model without patterns is raw: the columns of a token are its attributes. They start with u, b
// or *, unless the model adds the u ([Model.AutoUnigram]). In a model that adds the u, every line
// is a sentence.
//
// # Equal to wapiti label
//
// Labels, scores and posteriors equal those of the tool, with these differences:
//
//   - Equal scores: the best path is the same (the lowest label, compared from the last token). In
//     n-best lists, equal paths have the order of package viterbi; in Wapiti their order depends on
//     its scratch memory. If there are fewer than n paths, the list is shorter. Wapiti pads it with
//     paths of scores near -1.8e308.
//   - Posteriors are multiplied as logarithms, so a sentence of thousands of tokens does not
//     underflow to 0. In Wapiti it does, and all tokens get label 0.
//   - A row that lacks a column is an error at every token, not only at tokens where a pattern
//     reads it.
//   - %m is the matched text; package features describes a bug of Wapiti.
//
// # Untrusted files
//
// The format has no checksum. [Read] checks every count and index before it uses it. The result is
// either an error that wraps [ErrModel] or a model that is safe to use. Memory is bounded by a
// small multiple of the file size. A lattice with edges has L*L numbers for L labels, whatever the
// file contains.
package wapiti

// Package wapiti reads the models of Wapiti 1.x and labels sentences as wapiti label does.
//
// In flows a model file, whole or compact, and sentences with columns; out come the numbers of the model in
// neutral form, or labels, lists of the n best, scores, posteriors and the text that wapiti label prints.
// The patterns inside the model yield the attributes ("observations") of a token, u(t), and of a pair
// of adjacent tokens, b(t), and
//
//	psi_t(i,j) = sum_{a in u(t)} w[a,j] + sum_{b in b(t), t>0} w[b,i,j]
//
// are the numbers of the lattice. A CRF, and a maximum-entropy model too, has the score s(y) = sum_t
// psi_t(y_{t-1},y_t) and p(y) = exp(s(y)) / Z. A MEMM is normalised label by label: p(y) is the product of
// exp(psi_t(y_{t-1},y_t)) / sum_j exp(psi_t(y_{t-1},j)). A model without patterns is raw: the columns of a
// token are its attributes, which start with u, b or * themselves unless the model adds the u
// ([Model.AutoUnigram]); then every line is a sentence.
//
// # Equal to wapiti label
//
// Labels, scores and posteriors are those of the tool, with these differences:
//
//   - Equal scores: the best path is the same (the lowest label from the back); equal paths of an n-best
//     list come in the order of package viterbi, where Wapiti's depends on its scratch memory. Where there
//     are fewer than n paths, the list ends; Wapiti fills it up with paths of scores near -1.8e308.
//   - Posteriors are multiplied as logarithms: a sentence of thousands of tokens does not underflow to 0,
//     where Wapiti takes label 0 for all tokens.
//   - A row that lacks a column is an error at every token, not only at those that a pattern reads.
//   - %m is what was matched: see package features for a slip of Wapiti's.
//
// # Untrusted files
//
// The format has no checksum. [Read] checks every count and index before it is used: bytes are either an
// error that wraps [ErrModel] or a model that is safe to use, and memory is bounded by a small multiple
// of the file. A lattice with edges has L*L numbers for L labels, whatever the file holds.
package wapiti

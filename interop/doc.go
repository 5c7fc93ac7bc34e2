// Package interop turns models of CRFsuite, CRF++ and Wapiti into models of package crf, and back where the
// other tool's format allows it.
//
// In flow the bytes of a model file, or a model that one of the packages below this one has read; out come the
// the [crf.Content] that [crf.New] makes a model of, with every weight as it was:
//
//	CRFsuite   w[a, j], w[i, j]                attributes that come ready-made
//	CRF++      w[a, j], w[b, i, j], w[i, j]    templates and columns
//	Wapiti     the same                        patterns and columns
//
// where i, j are labels, a attributes of a token and b attributes of a pair of tokens. So the score of every
// labelling is the same sum of the same numbers. It is added up in another order, and for CRF++ in 64 bits instead
// of 32: where that matters, in printed digits and ties, the packages crfsuite, crfpp and wapiti label with the
// model as it is.
//
// The models have plain labels: they are not kept to the grammar of a scheme, as none of the tools does that. Set
// crf.Content.Scheme for it.
package interop

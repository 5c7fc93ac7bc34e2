// Package interop converts models of CRFsuite, CRF++ and Wapiti to models of package crf, and back
// to CRFsuite.
//
// [Import] takes the bytes of a model file of any of the tools. [FromCRFsuite], [FromCRFPP] and
// [FromWapiti] take models that packages crfsuite, crfpp and wapiti have read. All return a
// [crf.Content], from which [crf.New] makes a model. Every weight is preserved:
//
//	CRFsuite   w[a, j], w[i, j]                attributes that come ready-made
//	CRF++      w[a, j], w[b, i, j], w[i, j]    templates and columns
//	Wapiti     the same                        patterns and columns
//
// Here i and j are labels, a attributes of a token, and b attributes of a pair of tokens. So the
// score of every labelling is the same sum of the same numbers. The order of addition differs, and
// for CRF++ the sums use 64 bits instead of 32. If printed digits and ties must match, label with
// the original model: packages crfsuite, crfpp and wapiti do that.
//
// [ToCRFsuite] exports a model without attributes of label pairs. MEMMs and raw models of Wapiti
// cannot be imported.
//
// Imported models have plain labels, without the constraints of a label scheme, because none of the
// tools has constraints. To add constraints, set crf.Content.Scheme.
package interop

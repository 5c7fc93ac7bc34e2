// Package spans turns the spans that token labels spell into segmentations for package semimarkov, and
// segmentations back into labels.
//
// [annotation.AppendSpans] reads the spans of a sentence from labels in any scheme. A [Codec] makes a
// segmentation of them: each span is a segment, each token outside of spans a segment of its own. The label 0 is
// Outside, and each type of span has one label after it, in the order given; so nothing is said twice, as B-
// and I- do. Back, a [Codec] spells the segments in the scheme asked for.
package spans

// Package spans converts the spans encoded by token labels into segmentations for package
// semimarkov, and segmentations back into labels.
//
// [annotation.AppendSpans] reads the spans of a sentence from labels in any scheme. A [Codec]
// converts them to a segmentation: each span is a segment, and each token outside spans is a
// segment of its own. Segment label 0 is Outside, and each span type has one label after it, in the
// given order. Segments need no B- and I- variants. In the other direction, a [Codec] encodes
// segments as labels in its scheme.
package spans

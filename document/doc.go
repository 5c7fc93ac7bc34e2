// Package document computes columns of a sentence from the other sentences of its document.
//
// A name that is hard to recognise in one sentence is often clear in another sentence of the same
// document. So two models label a document (Krishnan & Manning 2006). The first model labels each
// sentence alone. The second model reads these labels as columns:
//
//   - doclabel is the label that the same word mostly has at the other tokens of the document. Words
//     that start with the same capital and four letters count as the same, because the endings of
//     names change with their case. For spans it is their most frequent type, even if most tokens are
//     outside of spans, or O if all of them are. A digit follows: 5 if at least 90% of the other
//     tokens have the label, 4 if at least 75% have it, then 3 (50%), 2 (25%), 1 (10%) and 0. The
//     field of a word without another token is empty.
//   - docphrase is the type of the longer spans elsewhere in the document that contain the word, and
//     the place of the word in them: B is the first word, E the last, and I any other. If there are
//     several, it is the most frequent one. A sign follows: = (at least 90%), + (60%) or ~. Without
//     labels of spans the field is empty.
//
// A token never sees its own label, so the columns carry only what the document adds.
//
// [Columns] returns the columns for the input of a model. A [Reader] computes their fields. Long
// documents are read in parts of [Limit] sentences.
package document

// Package document computes columns of a sentence from the other sentences of its document.
//
// A name that is hard to recognise in one sentence is often clear in another sentence of the same
// document. So two models label a document (Krishnan & Manning 2006). The first model labels each
// sentence alone. The second model reads these labels as columns:
//
//   - doclabel is the label that the same word mostly has at the other tokens of the document. For
//     spans it is their type, or O. A sign follows: = if at least 90% of the other tokens have the
//     label, + if at least 60% have it, and ~ otherwise. The field of a word without another token
//     is empty.
//   - docphrase is the type of the longer spans elsewhere in the document that contain the word, and
//     the place of the word in them: B is the first word, E the last, and I any other. If there are
//     several, it is the most frequent one. Without labels of spans the field is empty.
//
// A token never sees its own label, so the columns carry only what the document adds.
//
// [Columns] returns the columns for the input of a model. A [Reader] computes their fields. Long
// documents are read in parts of [Limit] sentences.
package document

// Package report writes labelled text for people and for other programs.
//
// A Writer writes one [model.Document] after another:
//
//   - NewHTML writes one page with coloured entities. The page needs no other file and no script.
//   - NewText writes text with marks, as in [Anna Keller PER] lives in [Oslo LOC], or with the
//     colours of a terminal.
//   - NewJSON writes one JSON object a line, with the positions of tokens and entities.
//   - NewTokens writes sentences and tokens without labels.
//
// An [Analysis] is a page about the scores and errors of a model.
//
// Documents come from a model.TextTagger, or from any other program that fills them in. Labels that
// spell no spans, such as parts of speech, appear below or behind each word.
//
// An ExplanationWriter writes explanations of package explain: NewExplanationHTML, with the lattice
// of each sentence, NewExplanationText and NewExplanationJSON. Lattice draws only the lattice, for
// other pages.
//
// # Colours
//
// The colour of a label depends only on its name. So two pages, or a page and a terminal, show a
// label in the same colour. Frequent labels of public corpora have colours of their own. Other
// labels share twelve colours.
//
// # Hostile text
//
// No text or label can change the structure of an output. The page escapes them with html/template.
// On a terminal, control characters appear as \x1b. Invalid UTF-8 appears as U+FFFD in HTML and
// JSON, one for each byte, so that positions in runes and UTF-16 code units stay right.
package report

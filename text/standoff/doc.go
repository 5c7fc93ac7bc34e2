// Package standoff reads and writes plain text with labelled spans, in the formats of annotation
// tools, and turns spans into labels of tokens and back.
//
// Stand-off annotation is the term of the field for labels that point into a text by offsets and
// leave the text itself unchanged. Package text finds tokens, and package corpus reads files whose
// rows are tokens. This package connects the two.
//
// A [Reader] fills one [Document] after another, and a [Writer] writes them:
//
//	reader, err := standoff.NewReader(file, "train.jsonl", standoff.Options{})
//	var d standoff.Document
//	for reader.Read(&d) == nil {
//		sentences, err := aligner.Align(&d)
//		...
//	}
//
// # Formats
//
//   - [Doccano]: JSON Lines with {"text", "label": [[start, end, label], ...]}, also with the keys
//     "data" and "labels".
//   - [DoccanoEntities]: JSON Lines with {"text", "entities": [{"id", "label", "start_offset",
//     "end_offset"}], "relations"}.
//   - [SpaCy]: [text, {"entities": [[start, end, label], ...]}], one pair per line or one array.
//   - [SpaCyDoc]: {"text", "ents": [{"start", "end", "label"}]}, as Doc.to_json of spaCy 3 returns.
//   - [HuggingFace]: {"tokens": [...], "ner_tags": [...]}, tags as strings or numbers.
//   - [LabelStudio]: the JSON export, an array of tasks.
//   - [Brat]: pairs of a .txt and a .ann file, by [NewBratReader] and [NewBratWriter].
//   - [XML]: inline elements, such as <address><number>12</number> <street>Elm</street></address>.
//
// All JSON formats are read as JSON Lines and as one array, whatever the tool writes. [Detect]
// finds the format from the first document.
//
// # Offsets
//
// Spans of a Document count bytes. Files count other units, see [Unit]. A reader converts them and
// refuses offsets that are outside the text or inside a character. [Format.Unit] returns the unit
// of each format and names the source.
//
// # Alignment
//
// An [Aligner] turns spans into BIO labels of tokens. A [Policy] decides about spans that cut a
// token. Spans that overlap go to further layers, or are dropped. A [Report] counts and lists every
// span that was changed or dropped. [TokenSpans] is the way back.
//
// # Errors
//
// Errors of the input are [*corpus.ParseError] values with file and line. In a JSON file the line
// is the first line of the document. What a format has and a Document has not is counted, see
// [Reader].
package standoff

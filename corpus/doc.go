// Package corpus reads and writes labelled sentences in CoNLL columns and CoNLL-U. Package attrfile
// does the same for the attribute files of CRFsuite. Package annotation interprets labels as spans
// and partial labels.
//
// A [Reader] reads any [io.Reader], including a pipe, one sentence at a time and in constant
// memory. It fills a [Sentence], whose methods Len and Field are all that feature extraction needs.
// A [Writer] writes the sentence back byte for byte, with columns appended or with one column
// replaced. The [Layout] resolves the form and label columns. It is known after the first sentence
// and before the first [Reader.Read]. To parse an input on several goroutines, one goroutine cuts
// it into a sequence of [Block] values.
//
// # CoNLL columns
//
// A token is a line of fields. A sentence ends at a blank line. The details follow the files in
// use:
//
//   - Single tabs separate the fields if the first row contains a tab. Fields may then contain
//     spaces or be empty. Otherwise runs of spaces and tabs separate them. A no-break space is part
//     of a word. All rows have as many columns as the first.
//   - A line with only spaces and tabs is blank. A line whose first field is -DOCSTART- is not a
//     token and ends a sentence, but is kept.
//   - A line that is # or starts with # and a space or tab is a comment if it does not have the
//     number of columns of the file, or if it has an empty field. Otherwise it is a token, such as
//     "# # B-NP". A line such as #hashtag is always a token.
//   - The number of columns is that of the first line that cannot be a comment. If the first MiB
//     has no such line, its lines are comments.
//   - Lines end in LF or CR LF. The last line needs no end. A byte order mark may come first.
//
// # CoNLL-U
//
// Rows have 10 tab-separated columns, or the columns named in a first line "# global.columns = ID
// FORM ..." (CoNLL-U Plus). Lines that start with # are comments. Only rows with an integer ID are
// tokens. Multiword ranges (3-4) and empty nodes (8.1) are kept and written back.
//
// # Limits
//
// Bytes need not be UTF-8, but a NUL is an error ([ErrBinary]). A line of more than 16 MiB or a
// sentence of more than 256 MiB is an error, too ([ErrTooLong]). Input errors are [*ParseError]
// values with file and line.
package corpus

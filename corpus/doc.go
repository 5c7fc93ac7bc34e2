// Package corpus reads and writes labelled sentences: CoNLL columns and CoNLL-U. Package attrfile
// does the same for CRFsuite's attribute files, and package annotation reads what labels mean.
//
// In flow bytes of any [io.Reader], a pipe too; out come sentences, one at a time, in constant
// memory. A [Reader] fills a [Sentence], whose Len and Field are all that feature extraction
// needs, and a [Writer] puts it back: byte for byte, with columns appended, or with one column
// replaced. Its [Layout], known after the first sentence and before the first [Reader.Read],
// resolves the form and label columns. One goroutine cuts an input into a [Block] after another
// where several parse it.
//
// # CoNLL columns
//
// A token is a line of fields, a sentence ends at a blank line. What files out there need:
//
//   - Fields are separated by single tabs if the first row holds a tab (a field may then hold
//     spaces or be empty), else by runs of spaces and tabs. No other character separates, so a
//     no-break space is part of a word. All rows have as many columns as the first.
//   - A line of spaces and tabs only is blank. A line whose first field is -DOCSTART- is kept, is
//     no token, and ends a sentence.
//   - A line that is # or starts with # and a space or tab is a comment if it has not the
//     file's number of columns, or has an empty field; else it is a token (# # B-NP). A line
//     such as #hashtag is always a token.
//     The number of columns is that of the first line that cannot be a comment; where no such
//     line comes (within the first MiB), these lines are comments.
//   - Lines end in LF or CR LF, the last one may end without; a byte order mark may come first.
//
// # CoNLL-U
//
// Rows have 10 tab-separated columns, or those that a first line "# global.columns = ID FORM ..."
// names (CoNLL-U Plus). Lines that start with # are comments. Only rows with a whole number as ID
// are tokens: multiword ranges (3-4) and empty nodes (8.1) are kept and written back.
//
// # Limits
//
// Bytes need not be UTF-8, but a NUL is an error ([ErrBinary]); so is a line of more than 16 MiB or a
// sentence of more than 256 MiB ([ErrTooLong]). Errors of the input are [*ParseError] values with
// file and line.
package corpus

// Package features turns sentences into attributes with templates. A line of a template file
// describes one attribute, such as "the last three characters of the word" or "the previous word
// and this word". The package also reads the template files of CRF++ and the pattern files of
// Wapiti, unchanged.
//
// The input is a template file and sentences with columns ([Sequence]). The output is a list of
// attributes for every token. An attribute is a byte string that contains the text of the template
// ("u:s3=ing"). So two templates share an attribute only if their texts agree. The package does not
// define what attributes are used for. The usual linear model scores a label sequence y as
//
//	s(y) = sum_t   sum_{a in Unigrams(t)} w[a, y_t]
//	     + sum_t>0 sum_{a in Bigrams(t)}  w[a, y_{t-1}, y_t]  +  w[y_{t-1}, y_t]
//
// The last term exists if the file has a bare bigram template ([Templates.Transitions]).
//
// The main types and functions:
//
//   - [Parse] reads a template file into [Templates].
//   - [Preset] returns built-in templates for parts of speech, morphology, chunks and named
//     entities.
//   - [Templates.Bind] resolves the columns of the templates and returns a [Program].
//   - An [Extractor] returns the attributes of a sentence.
//   - A [Fingerprinter] returns 64-bit fingerprints of the same attributes, in the same order. It
//     is several times as fast, and fingerprints are enough to look attributes up.
//   - A [Column] is computed from the words of a sentence. Package lexicon has several.
//
// # Template files
//
// A line is a template. Its first character gives its type. Its text is copied, except that each
// macro is replaced by a value computed from the sentence around token t:
//
//	# the word, the suffix of the word before, both words
//	u:w=%x[0,0]
//	u:s3-1=%s[-1,0,3]
//	u:w-10=%x[-1,0]/%x[0,0]
//	# label transitions
//	b
//
// The attribute is the whole line, including the first character. Equal templates yield equal
// attributes, and both count. First characters:
//
//	u   unigram: weights for each label of token t, at all t
//	b   bigram: weights for each pair of labels of tokens t-1 and t, at t >= 1
//	*   both, with the same string
//	#   a comment
//
// Macros are %c[offset,column] or %c[offset,column,argument]. The offset is relative to t. Columns
// count from 0. A bigram template without macros is the plain label transition and yields no
// attribute. A unigram template without macros is a bias for each label.
//
// # Dialects
//
// [DialectCRFPP]:
//
//   - First characters are U and B, and the only macro is %x.
//   - Lines end in LF. Empty lines, lines that start with # and lines that contain only a CR are
//     skipped. All other lines are taken byte for byte, including trailing blanks, # and CR.
//   - Offsets are at most 8 tokens. Numbers are digits, with an optional minus sign for offsets.
//   - Tokens outside the sentence are _B-1 ... _B-8 and _B+1 ... _B+8, by distance.
//
// [DialectWapiti]:
//
//   - First characters are u, b and *. U and B become lower case.
//   - A # starts a comment anywhere in a line. Trailing blanks, including the CR of a CR LF, are
//     trimmed, and blank lines are skipped.
//   - [@n,column] counts from the first token for n >= 1 and from the last for n < 0, where -1 is
//     the last token. Numbers may have leading blanks and either sign.
//   - Tokens outside the sentence are _x-1 ... _x-4, then _x-#, and _x+1 ... _x+4, then _x+#.
//
// The macros of Wapiti also apply to the strings outside the sentence:
//
//	%x[o,c]        the field
//	%t[o,c,"re"]   true or false: whether the expression matches in the field
//	%m[o,c,"re"]   the match of the expression, empty if there is none
//	%X %T %M       the same with A-Z changed to a-z
//
// Expressions work on bytes:
//
//	.             any byte
//	\d \a \w      a digit, letter, letter or digit of ASCII
//	\l \u \p \s   a lower-case letter, upper-case letter, punctuation mark, blank of ASCII
//	\D \A ...     the complement
//	\x x          any other byte x
//	x*            any number of x, which is any of the above, as few as possible
//	x?            at most one x, preferably one
//	^ $           the ends of the field, at the start and at the end of the expression
//
// The leftmost match counts. Time is linear in the length of the field times the length of the
// expression.
//
// Wapiti 1.5.0 miscounts the length of a %m match after backtracking over an optional byte. Here %m
// is always the exact match.
//
// [DialectTrellis] has the rules of Wapiti, and in addition:
//
//   - A column may be a name, which [Templates.Bind] resolves, as in %x[0,form]. A name is a
//     letter, then letters, digits, dots, hyphens and underscores.
//   - A line that starts with ? is optional. The rest of the line is a template. Bind omits it if
//     it names a column that is not bound (?u:pos=%x[0,pos]).
//   - More macros, which work on Unicode characters.
//
// Characters of the word:
//
//	%p[o,c,n] %s[o,c,n]   its first, last n characters (1 <= n <= 255)
//	%P        %S          the same in lower case
//	%l[o,c]               in lower case
//	%d[o,c]               with every digit replaced by 0
//	%D[o,c]               in lower case with every digit replaced by 0
//
// Form of the word:
//
//	%h[o,c]        its shape: X upper case, x lower case, 0 numbers, c Han characters,
//	               h hiragana, k katakana, o other letters without case, other characters
//	               unchanged: Ab-12 becomes Xx-00
//	%H[o,c]        its shape with runs collapsed: Xx-0
//	%k[o,c]        the first that applies of: punct (no letter or number), number (no letter),
//	               caps (two letters or more, all upper case), capital (only the first letter),
//	               mixed (upper case elsewhere), lower, caseless
//	%k[o,c,flag]   the name of the flag if the word has it; flags are capital (first letter),
//	               caps, mixed (upper after lower case), digit, number, hyphen, period, punct
//
// The value of the attribute, which is 1 without %v:
//
//	%v[o,c]        the number in the field; in a column of vectors ([Vectors]) one attribute
//	               for each dimension, with its number in place of the macro
//
// %v is allowed only in unigram templates without another macro. [Extractor.Values] returns their
// attributes. %v does not apply to fields that are not numbers, to words without a vector, or
// outside the sentence.
//
// %p, %P, %s and %S do not apply to words with fewer than n characters. %k with a flag does not
// apply to words without the flag. None of the five applies outside the sentence. If a macro does
// not apply at a token, its template yields no attribute there. The other new macros yield _x-1 and
// so on outside the sentence.
//
// [DialectAuto] chooses the lowest dialect that supports all constructs of the file. Lines that
// start with # do not count. The rules are, in order:
//
//   - trellis if a line starts with ?, contains a new macro or names a column
//   - wapiti if a line starts with u, b or *, or contains a macro other than %x, or a macro with @,
//     a plus sign or blanks in it
//   - crf++ otherwise
//
// All dialects skip a byte order mark.
package features

// Package features turns sentences into attributes by templates: one line of text describes one
// attribute, such as "the last three characters of the word" or "the previous word and this
// one". CRF++'s template files and Wapiti's pattern files are read as they are.
//
// In flow a template file and sentences with columns ([Sequence]); out come, for every token,
// byte strings: attributes. An attribute names what was seen, template and all ("u:s3=ing"), so
// two templates never share one by accident. What is done with them stands above this package;
// the usual linear model of label sequences y is
//
//	s(y) = sum_t   sum_{a in Unigrams(t)} w[a, y_t]
//	     + sum_t>0 sum_{a in Bigrams(t)}  w[a, y_{t-1}, y_t]  +  w[y_{t-1}, y_t]
//
// where the last term is there if the file holds a bare bigram template
// ([Templates.Transitions]).
//
// [Parse] reads a file, [Templates.Bind] ties it to the columns of an input, and an [Extractor]
// expands it. A [Fingerprinter] yields 64-bit fingerprints of the same attributes, in the same
// order, several times as fast: enough to look them up. [Preset] gives built-in templates for
// parts of speech, morphology, chunks and names.
//
// # Template files
//
// A line is a template. Its first character says what it is for, its text is copied, and every
// macro in it is replaced by what it computes from the sentence around token t:
//
//	# the word, the suffix of the word before, both words
//	u:w=%x[0,0]
//	u:s3-1=%s[-1,0,3]
//	u:w-10=%x[-1,0]/%x[0,0]
//	# label transitions
//	b
//
// The whole line, first character included, is the attribute. Templates that are equal yield
// equal attributes, and both count. First characters:
//
//	u   unigram: weights for each label of token t, at all t
//	b   bigram: weights for each pair of labels of tokens t-1 and t, at t >= 1
//	*   both, with the same string
//	#   a comment
//
// Macros are %c[offset,column] or %c[offset,column,argument]; the offset is relative to t, the
// columns count from 0. A bigram template without macros is the plain label transition and
// yields no attribute; a unigram one is a bias of each label.
//
// # Dialects
//
// [DialectCRFPP]. First characters are U and B; only %x exists. Lines end in LF; empty lines and
// lines that start with # are skipped, all others are taken byte for byte (trailing blanks, #
// and a CR included; a line that holds only a CR is skipped). Offsets are at most 8 tokens,
// numbers are digits with a minus sign for offsets. Tokens outside the sentence are _B-1 ...
// _B-8 and _B+1 ... _B+8, by distance.
//
// [DialectWapiti]. First characters are u, b and * (U and B are lower-cased). A # starts a
// comment wherever it stands, blanks at the end are trimmed (the CR of a CR LF with them),
// blank lines skipped. [@n,column] counts from the first token for n >= 1 and from the last for
// n < 0 (-1 is the last). Numbers may have blanks before them and either sign. Tokens outside
// the sentence are _x-1 ... _x-4, then _x-#, and _x+1 ... _x+4, then _x+#. Macros:
//
//	%x[o,c]        the field
//	%t[o,c,"re"]   true or false: whether the expression matches in the field
//	%m[o,c,"re"]   what the expression matches, empty if nothing
//	%X %T %M       the same with A-Z made a-z
//
// They apply to the strings outside the sentence too. An expression is made of bytes: . is any;
// \d \a \w \l \u \p \s is a digit, letter, letter or digit, lower-case letter, upper-case
// letter, punctuation mark, blank of ASCII, and the capital the complement; \ before any other
// byte, and any other byte, is itself. After each of these, * repeats it any number of times,
// as few as possible, and ? at most once, rather once. ^ at the start and $ at the end tie the
// match to the ends of the field. The leftmost match counts; time is linear in the length of
// the field times that of the expression. (Wapiti 1.5.0 miscounts the length of a %m match
// after giving an optional byte back; here %m is always what was matched.)
//
// [DialectTrellis]. Wapiti's rules, and:
//
//   - a column may be a name, bound by [Templates.Bind]: a letter, then letters, digits, dots,
//     hyphens, underscores, as in %x[0,form];
//   - a line that starts with ? is optional: what follows the ? is a template, left out if it
//     names a column that is not bound (?u:pos=%x[0,pos]);
//   - more macros, in terms of Unicode characters:
//
// the characters of the word:
//
//	%p[o,c,n] %s[o,c,n]   its first, last n characters (1 <= n <= 255)
//	%P        %S          the same in lower case
//	%l[o,c]               in lower case
//	%d[o,c]               with every digit made 0
//	%D[o,c]               in lower case with every digit made 0
//
// the look of the word:
//
//	%h[o,c]        its shape: X upper case, x lower case, 0 numbers, c Han characters,
//	               h hiragana, k katakana, o other letters without case, other characters as
//	               they are: Ab-12 is Xx-00
//	%H[o,c]        its shape with runs made one: Xx-0
//	%k[o,c]        the first that fits of: punct (no letter or number), number (no letter),
//	               caps (two letters or more, all upper case), capital (only the first letter),
//	               mixed (upper case elsewhere), lower, caseless
//	%k[o,c,flag]   the flag's name if the word has it; flags are capital (first letter),
//	               caps, mixed (upper after lower case), digit, number, hyphen, period, punct
//
// the value of the attribute, else 1:
//
//	%v[o,c]        the number in the field; in a column of vectors ([Vectors]) an attribute for each
//	               dimension, whose number stands in place of the macro
//
// %v stands in unigram templates without another macro, and [Extractor.Values] yields their attributes. It does not
// apply to fields that are no number, to words without a vector, and outside the sentence.
//
// %p, %P, %s and %S do not apply to words of fewer than n characters, %k with a flag not to
// words without it, and all five not outside the sentence: a template with a macro that does
// not apply yields no attribute at that token. The other new macros give _x-1 and its kin
// outside the sentence.
//
// [DialectAuto] takes the lowest dialect of the three that has all the file's constructs: trellis
// if a line starts with ?, holds one of the new macros or names a column; else Wapiti if a line
// starts with u, b or *, or holds a macro other than %x, or one with @, a plus sign or blanks in
// it; else CRF++. Lines that start with # do not count. A byte order mark is skipped in all
// dialects.
package features

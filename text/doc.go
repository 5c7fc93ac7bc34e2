// Package text splits plain text into sentences and tokens, and says where each one stands.
//
// A Tokenizer finds tokens and sentences. Rules is one by rules, on top of the word boundaries of
// UAX #29 (https://unicode.org/reports/tr29/). It keeps URLs, e-mail addresses, hashtags, mentions,
// emoticons, numbers and abbreviations whole. It cuts off punctuation and units, and splits
// contractions. Space splits at white space only. New makes a tokenizer from its name, so that a
// model can store it.
//
// Split applies a tokenizer to a text. Each token and sentence has a Range of the text in bytes,
// runes and UTF-16 code units, so that text[start:end] is right in Go, in Python and in JavaScript:
//
//	tokenizer, err := text.New("rules:en")
//	document := text.Split(tokenizer, "Anna lives in Oslo. She doesn't ski.")
//
// # Surface tokens and words
//
// Taggers label words. A contraction such as "doesn't" is one surface token of two words, "does"
// and "n't". Both have ranges of the text, and Token.Inside is set on the second. Words that are no
// part of the text, such as the "le" in the French "du", are not made.
//
// # Scores
//
// ReadReference reads the segmentation of a CoNLL-U file. ReadSeparated reads words between
// separators. Reference.Score compares a tokenizer with a reference by the rules of the CoNLL 2018
// shared task. Best picks the tokenizer that agrees best with a reference.
//
// # Limits
//
// Text is UTF-8. Other bytes count as letters of one rune and one UTF-16 code unit each. The rules
// read a paragraph, up to a blank line, as a whole. They allocate nothing but the result.
package text

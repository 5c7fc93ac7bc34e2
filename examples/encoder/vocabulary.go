package main

import (
	"unicode"
	"unicode/utf8"
)

// vocabulary numbers the words of the training sentences from 1. 0 is the unknown word.
type vocabulary map[string]int

func newVocabulary(sentences []sentence) vocabulary {
	v := make(vocabulary)
	for _, s := range sentences {
		for _, word := range s.words {
			if _, ok := v[word]; !ok {
				v[word] = len(v) + 1
			}
		}
	}
	return v
}

// The shapes of words. Unknown words have a shape too.
const (
	lower = iota
	capital
	digits
	other
	shapes
)

func shapeOf(word string) int {
	switch r, _ := utf8.DecodeRuneInString(word); {
	case unicode.IsUpper(r):
		return capital
	case unicode.IsLower(r):
		return lower
	case unicode.IsDigit(r):
		return digits
	}
	return other
}

// input is a sentence in the form that the network reads: the numbers of its words and of their
// shapes.
type input struct{ words, shapes []int }

func (v vocabulary) encode(s sentence) input {
	x := input{words: make([]int, len(s.words)), shapes: make([]int, len(s.words))}
	for t, word := range s.words {
		x.words[t], x.shapes[t] = v[word], shapeOf(word)
	}
	return x
}

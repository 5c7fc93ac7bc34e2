package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Layout says what the columns of an input are.
type Layout struct {
	Format   Format
	Columns  int      // number of columns of a row; 0: CoNLL without tokens
	Names    []string // names of the columns in lower case; nil for CoNLL, whose columns have none
	Tabs     bool     // one tab separates fields, else runs of spaces and tabs do
	Numbered bool     // the first column counts the tokens of the sentence: 1, 2, 3 ...
}

// Column resolves a column: a number from 1, a negative number that counts from the end (-1 is the
// last), or a name in any case. It returns the index from 0 that [Sentence.Field] takes.
func (l *Layout) Column(spec string) (int, error) {
	if l.Columns == 0 {
		return 0, fmt.Errorf("column %q: %w: the input has no tokens", spec, ErrColumn)
	}
	if i := slices.Index(l.Names, strings.ToLower(spec)); i >= 0 {
		return i, nil
	}
	n, err := strconv.Atoi(spec)
	switch {
	case err == nil && 1 <= n && n <= l.Columns:
		return n - 1, nil
	case err == nil && -l.Columns <= n && n <= -1:
		return l.Columns + n, nil
	}
	known := fmt.Sprintf("a number from 1 to %d, or from -%d to -1", l.Columns, l.Columns)
	if l.Columns == 1 {
		known = "1 or -1"
	}
	if l.Names != nil {
		known += ", or " + strings.Join(l.Names, ", ")
	}
	return 0, fmt.Errorf("column %q: %w: expected %s", spec, ErrColumn, known)
}

// Form resolves the column of the words, by default (spec "") FORM in CoNLL-U and, in CoNLL, the
// first column, or the second where the first is a running number.
func (l *Layout) Form(spec string) (int, error) {
	if spec == "" {
		spec = "1"
		if slices.Contains(l.Names, "form") {
			spec = "form"
		} else if l.Numbered {
			spec = "2"
		}
	}
	return l.Column(spec)
}

// Label resolves the column of the labels, by default (spec "") UPOS in CoNLL-U and the last one
// in CoNLL.
func (l *Layout) Label(spec string) (int, error) {
	if spec == "" {
		spec = "-1"
		if slices.Contains(l.Names, "upos") {
			spec = "upos"
		}
	}
	return l.Column(spec)
}

package corpus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Layout describes the columns of an input.
type Layout struct {
	Format   Format
	Columns  int      // number of columns of a row; 0 for CoNLL without tokens
	Names    []string // column names in lower case; nil for CoNLL, whose columns have no names
	Tabs     bool     // a single tab separates fields, not a run of spaces and tabs
	Numbered bool     // the first column numbers the tokens of a sentence: 1, 2, 3 ...
}

// Column resolves a column: a number from 1, a negative number from the end (-1 is the last), or a
// name in any case. It returns the index from 0, as used by [Sentence.Field].
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

// Form resolves the word column. The default (spec "") is FORM in CoNLL-U. In CoNLL it is the first
// column, or the second if the first numbers the tokens.
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

// Label resolves the label column, or misc.KEY. The default (spec "") is UPOS in CoNLL-U and the
// last column in CoNLL.
func (l *Layout) Label(spec string) (Value, error) {
	if spec == "" {
		spec = "-1"
		if slices.Contains(l.Names, "upos") {
			spec = "upos"
		}
	}
	return l.Value(spec)
}

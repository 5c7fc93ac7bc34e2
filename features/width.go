package features

// Width returns the number of columns of every token of seq. It returns -1 if seq has no method
// Columns() int.
func Width(seq Sequence) int {
	if s, ok := seq.(interface{ Columns() int }); ok {
		return s.Columns()
	}
	return -1
}

// Columns returns the number of columns that all tokens have, or 0 if there are no tokens.
func (r Rows) Columns() int {
	if len(r) == 0 {
		return 0
	}
	least := len(r[0])
	for _, row := range r {
		least = min(least, len(row))
	}
	return least
}

// Columns returns the number of columns of the sentence, like [Width].
func (s SeenLabels) Columns() int { return Width(s.Sequence) }

// Width returns the number of columns that the templates need: the largest column number plus one.
func (p *Program) Width() int {
	width := 0
	for _, c := range p.Columns() {
		width = max(width, c+1)
	}
	if len(p.derived.columns) > 0 {
		width = max(width, p.derived.form+1)
	}
	return width
}

package features

// Width returns the number of columns that every token of seq has, or -1 if the sequence does not say so by a method
// Columns() int.
func Width(seq Sequence) int {
	if s, ok := seq.(interface{ Columns() int }); ok {
		return s.Columns()
	}
	return -1
}

// Columns returns the number of columns that every token has, 0 if there are no tokens.
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

// Columns returns the number of columns that every token has, as [Width] does.
func (s SeenLabels) Columns() int { return Width(s.Sequence) }

// Width returns the number of columns that the templates need: one more than the last that they read.
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

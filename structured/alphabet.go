package structured

// Alphabet numbers labels 0..Len()-1 in the order in which they are added. The zero value is empty
// and ready to use. Concurrent reads are safe while no label is added.
type Alphabet struct {
	names []string
	index map[string]int
}

// NewAlphabet returns the alphabet of names, in that order. A repeated name keeps its first number.
func NewAlphabet(names ...string) *Alphabet {
	a := new(Alphabet)
	for _, n := range names {
		a.Add(n)
	}
	return a
}

// Add returns the number of name. It adds name if it is new.
func (a *Alphabet) Add(name string) int {
	if i, ok := a.index[name]; ok {
		return i
	}
	if a.index == nil {
		a.index = make(map[string]int)
	}
	a.index[name] = len(a.names)
	a.names = append(a.names, name)
	return len(a.names) - 1
}

// Index returns the number of name and whether the alphabet contains it.
func (a *Alphabet) Index(name string) (int, bool) {
	i, ok := a.index[name]
	return i, ok
}

// Name returns label i, for i in 0..Len()-1.
func (a *Alphabet) Name(i int) string { return a.names[i] }

// Names returns the labels in order of number. The slice aliases the alphabet.
func (a *Alphabet) Names() []string { return a.names }

// Len returns the number of labels.
func (a *Alphabet) Len() int { return len(a.names) }

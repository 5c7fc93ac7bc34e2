package structured

// An Alphabet numbers labels 0..Len()-1 in the order in which they were added. The zero value is
// empty and ready. Reading it is safe for concurrent use while nobody adds.
type Alphabet struct {
	names []string
	index map[string]int
}

// NewAlphabet returns the alphabet of names, in their order; a name that repeats keeps its first number.
func NewAlphabet(names ...string) *Alphabet {
	a := new(Alphabet)
	for _, n := range names {
		a.Add(n)
	}
	return a
}

// Add returns the number of name, a new one if name is new.
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

// Index returns the number of name and whether the alphabet has it.
func (a *Alphabet) Index(name string) (int, bool) {
	i, ok := a.index[name]
	return i, ok
}

// Name returns the label of number i, which lies in 0..Len()-1.
func (a *Alphabet) Name(i int) string { return a.names[i] }

// Names returns the labels in the order of their numbers. It aliases the alphabet.
func (a *Alphabet) Names() []string { return a.names }

// Len returns the number of labels.
func (a *Alphabet) Len() int { return len(a.names) }

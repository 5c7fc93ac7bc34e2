package optimize

// Footprint is the memory that a method takes beyond the weights, in bytes.
type Footprint struct {
	Weight  int // for each weight
	Support int // for each coordinate of the support of each example
}

// Sized is a method that tells its [Footprint] beforehand.
type Sized interface{ Footprint() Footprint }

const vector = 8 // bytes for each weight of a vector, and of the gradient of a batch

// Footprint implements [Sized].
func (m LBFGS) Footprint() Footprint { return Footprint{Weight: 4*vector + 4 + pairs(m.Memory)} }

// Footprint implements [Sized].
func (m OWLQN) Footprint() Footprint { return Footprint{Weight: 5*vector + pairs(m.Memory)} }

// pairs is the history's part.
func pairs(memory int) int {
	if memory <= 0 {
		memory = defaultMemory
	}
	return 2 * 4 * memory
}

// Footprint implements [Sized]: that of the larger of the two, which do not run together.
func (m Relay) Footprint() Footprint {
	var f Footprint
	for _, leg := range []any{m.First, m.Then} {
		if s, ok := leg.(Sized); ok {
			g := s.Footprint()
			f = Footprint{max(f.Weight, g.Weight), max(f.Support, g.Support)}
		}
	}
	return f
}

// Footprint implements [Sized]; the trials of the rate keep a copy of the weights.
func (m SGD) Footprint() Footprint {
	f := Footprint{Weight: 3 * vector}
	if m.Average {
		f.Weight += 3 * vector
	}
	return f
}

// Footprint implements [Sized].
func (m AdaGrad) Footprint() Footprint { return Footprint{Weight: 2*vector + 4} }

// Footprint implements [Sized].
func (m Adam) Footprint() Footprint { return Footprint{Weight: 4 * vector} }

// Footprint implements [Sized].
func (m AdamW) Footprint() Footprint { return Adam(m).Footprint() }

// Footprint implements [Sized].
func (m AveragedPerceptron) Footprint() Footprint { return Footprint{Weight: 4 * vector} }

// Footprint implements [Sized].
func (m PassiveAggressive) Footprint() Footprint {
	if m.Last {
		return Footprint{Weight: vector}
	}
	return Footprint{Weight: 4 * vector}
}

// Footprint implements [Sized].
func (m AROW) Footprint() Footprint { return Footprint{Weight: 2 * vector} }

// Footprint implements [Sized].
func (m SAGA) Footprint() Footprint { return Footprint{Weight: 4 * vector, Support: 4} }

// Footprint implements [Sized].
func (m BCFW) Footprint() Footprint { return Footprint{Weight: 2 * vector, Support: 12} }

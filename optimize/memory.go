package optimize

// MemoryEstimate is the memory that a method takes beyond the weights, in bytes.
type MemoryEstimate struct {
	Weight  int // for each weight
	Support int // for each coordinate of the support of each example
}

const vector = 8 // bytes for each weight of a vector, and of the gradient of a batch

// EstimateMemory returns what a [BatchMethod] or [StochasticMethod] of this package takes, and zeros for others.
func EstimateMemory(method any) MemoryEstimate {
	switch m := method.(type) {
	case LBFGS:
		return MemoryEstimate{Weight: 4*vector + 4 + pairs(m.Memory)}
	case OWLQN:
		return MemoryEstimate{Weight: 5*vector + pairs(m.Memory)}
	case WarmStart: // the two do not run together
		first, then := EstimateMemory(m.First), EstimateMemory(m.Then)
		return MemoryEstimate{Weight: max(first.Weight, then.Weight), Support: max(first.Support, then.Support)}
	case SGD: // the trials of the rate keep a copy of the weights
		if m.Average {
			return MemoryEstimate{Weight: 6 * vector}
		}
		return MemoryEstimate{Weight: 3 * vector}
	case AdaGrad:
		return MemoryEstimate{Weight: 2*vector + 4}
	case Adam, AveragedPerceptron:
		return MemoryEstimate{Weight: 4 * vector}
	case PassiveAggressive:
		if m.Last {
			return MemoryEstimate{Weight: vector}
		}
		return MemoryEstimate{Weight: 4 * vector}
	case AROW:
		return MemoryEstimate{Weight: 2 * vector}
	case SAGA:
		return MemoryEstimate{Weight: 4 * vector, Support: 4}
	case BCFW:
		return MemoryEstimate{Weight: 2 * vector, Support: 12}
	}
	return MemoryEstimate{}
}

// pairs is the part of the history.
func pairs(memory int) int {
	if memory <= 0 {
		memory = defaultMemory
	}
	return 2 * 4 * memory
}

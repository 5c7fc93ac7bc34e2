package optimize

// MemoryEstimate is the memory in bytes that a method uses in addition to the weights.
type MemoryEstimate struct {
	Weight  int // for each weight
	Support int // for each coordinate of the support of each example
}

const vector = 8 // bytes per weight of a vector, or of the gradient of a batch

// EstimateMemory returns the estimate for a [BatchMethod] or [StochasticMethod] of this package,
// and zeros for other methods.
func EstimateMemory(method any) MemoryEstimate {
	switch m := method.(type) {
	case LBFGS:
		return MemoryEstimate{Weight: 4*vector + 4 + pairs(m.Memory)}
	case OWLQN:
		return MemoryEstimate{Weight: 5*vector + pairs(m.Memory)}
	case WarmStart: // the two do not run at the same time
		first, then := EstimateMemory(m.First), EstimateMemory(m.Then)
		return MemoryEstimate{Weight: max(first.Weight, then.Weight), Support: max(first.Support, then.Support)}
	case SGD:
		if m.Average {
			return MemoryEstimate{Weight: 5 * vector}
		}
		return MemoryEstimate{Weight: 2 * vector}
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
		return MemoryEstimate{Weight: 3 * vector, Support: 4}
	case BCFW:
		return MemoryEstimate{Weight: 2 * vector, Support: 12}
	}
	return MemoryEstimate{}
}

// pairs returns the bytes of the history for each weight.
func pairs(memory int) int {
	return 2 * 4 * historySize(memory)
}

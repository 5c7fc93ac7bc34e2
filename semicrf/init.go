package semicrf

import "slices"

// warmStart copies the weights of other for the features that both models have, matching attributes
// and types by name.
func (m *Model) warmStart(other *Model) {
	theirs := make([]int, m.codec.Len()) // label numbers in other, or -1
	for j, typ := range m.Types() {
		theirs[j+1] = other.codec.Label(typ)
	}
	for a, name := range m.attrs.List() {
		b := other.attrs.Find([]byte(name))
		if b < 0 {
			continue
		}
		for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
			role, label := int(m.x.outcome[q])/m.x.labels, theirs[int(m.x.outcome[q])%m.x.labels]
			if label >= 0 {
				m.w[q] = other.x.tokenWeight(other.w, b, role*other.x.labels+label)
			}
		}
	}
	for b := range m.lex.len() {
		k, ok := other.lex.translate(m.lex, b)
		if !ok {
			continue
		}
		for j := 1; j < m.x.labels; j++ {
			if theirs[j] > 0 {
				m.w[m.x.segmentsAt()+b*m.x.types()+j-1] = other.w[other.x.segmentsAt()+k*other.x.types()+theirs[j]-1]
			}
		}
	}
	for i := range theirs {
		for j := range theirs {
			if theirs[i] >= 0 && theirs[j] >= 0 {
				m.w[m.x.transAt()+i*m.x.labels+j] = other.w[other.x.transAt()+theirs[i]*other.x.labels+theirs[j]]
			}
		}
	}
}

// tokenWeight returns the weight of an attribute with an outcome, or 0 if there is no such feature.
func (x *index) tokenWeight(w []float64, a int32, outcome int) float64 {
	lo, hi := x.start[a], x.start[a+1]
	if k, ok := slices.BinarySearch(x.outcome[lo:hi], int32(outcome)); ok {
		return w[lo+k]
	}
	return 0
}

// translate returns the number in x of attribute b of another lexicon.
func (x *lexicon) translate(other *lexicon, b int) (int, bool) {
	switch {
	case b < other.longest:
		return b, b < x.longest
	case b == other.longest:
		return x.longest, true
	}
	id, ok := x.id[other.names[b-other.longest-1]]
	return int(id), ok
}

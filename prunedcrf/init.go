package prunedcrf

import "slices"

// copyTo copies the weights of m to the weights w of x over d, matching attributes, labels and
// subtags by name.
func (m *Model) copyTo(w []float64, d *Dataset, x *index) {
	theirs := make(map[string]int32, len(m.attrs))
	for a, name := range m.attrs {
		theirs[name] = int32(a)
	}
	outcomes := m.translation(d.Labels(), x.partNames)
	for a, name := range d.attrs.List() {
		b, ok := theirs[name]
		if !ok {
			continue
		}
		lo, hi := m.x.start[b], m.x.start[b+1]
		for q := x.start[a]; q < x.start[a+1]; q++ {
			if k, ok := slices.BinarySearch(m.x.outcome[lo:hi], outcomes[x.outcome[q]]); ok {
				w[q] = m.w[lo+k]
			}
		}
	}
	label := func(j int32) int {
		if j == none {
			return none
		}
		return int(outcomes[j])
	}
	for n, key := range x.chain.keys {
		h, i, j := label(key[0]), label(key[1]), label(key[2])
		if i < 0 || j < 0 || h < 0 && key[0] != none {
			continue
		}
		if k := m.x.chain.find(h, i, j); k >= 0 {
			w[len(x.outcome)+n] = m.w[len(m.x.outcome)+k]
		}
	}
}

// translation returns the numbers in m of labels and subtags, or -1 for those that m does not have.
func (m *Model) translation(labels, parts []string) []int32 {
	var numbers []int32
	look := func(list, in []string, from int) {
		for _, name := range list {
			k := slices.Index(in, name)
			if k >= 0 {
				k += from
			}
			numbers = append(numbers, int32(k))
		}
	}
	look(labels, m.labels, 0)
	look(parts, m.x.partNames, len(m.labels))
	return numbers
}

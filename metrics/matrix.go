package metrics

import (
	"cmp"
	"slices"
)

// Matrix is a confusion matrix: how often tokens of each gold label got each predicted label.
type Matrix struct {
	Labels []string `json:"labels"`
	Counts [][]int  `json:"counts"` // gold label x predicted label
	Others []int    `json:"others"` // by gold label: tokens whose predicted label is not in Labels
}

// ConfusionMatrix returns the matrix of the n labels with the most confusions, in descending order.
// It omits labels that are never confused.
func (r Results) ConfusionMatrix(n int) *Matrix {
	errors := make(map[string]int)
	for _, c := range r.Confusions {
		errors[c.Gold] += c.Count
		errors[c.Predicted] += c.Count
	}
	m := &Matrix{Labels: []string{}, Counts: [][]int{}}
	for label := range errors {
		m.Labels = append(m.Labels, label)
	}
	slices.SortFunc(m.Labels, func(a, b string) int {
		return cmp.Or(cmp.Compare(errors[b], errors[a]), cmp.Compare(a, b))
	})
	m.Labels = m.Labels[:min(len(m.Labels), max(n, 0))]
	index := make(map[string]int, len(m.Labels))
	m.Others = make([]int, len(m.Labels))
	for k, label := range m.Labels {
		index[label] = k
		m.Counts = append(m.Counts, make([]int, len(m.Labels)))
		m.Counts[k][k] = r.Right[label]
	}
	for _, c := range r.Confusions {
		if i, ok := index[c.Gold]; !ok {
			continue
		} else if j, ok := index[c.Predicted]; ok {
			m.Counts[i][j] = c.Count
		} else {
			m.Others[i] += c.Count
		}
	}
	return m
}

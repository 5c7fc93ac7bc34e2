package analysis

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/metrics"
)

// A Matrix counts how often each gold label got each predicted label. For spans, it counts pairs of
// spans by type. The diagonal then includes wrong boundaries.
type Matrix struct {
	Labels   []string `json:"labels"` // those with the most errors, in descending order
	Counts   [][]int  `json:"counts"` // gold label x predicted label
	Missed   []int    `json:"missed,omitempty"`
	Spurious []int    `json:"spurious,omitempty"`
	Others   []int    `json:"others"` // by gold label: predicted labels that are not in Labels
}

// noType stands for the type "" in the matrix of spans, where "" means that there is no span.
const noType = "-"

func inMatrix(name string) string { return cmp.Or(name, noType) }

// confusion returns the matrix of the labels with the most errors.
func (a *analyst) confusion(scores *metrics.Results) *Matrix {
	if !a.spans {
		m := scores.ConfusionMatrix(a.MaxLabels)
		return &Matrix{Labels: m.Labels, Counts: m.Counts, Others: m.Others}
	}
	wrong, all := make(map[string]int), make(map[string]int)
	for names, n := range a.matrix {
		for _, name := range names {
			all[name] += n
			if names[0] != names[1] {
				wrong[name] += n
			}
		}
	}
	delete(all, "")
	m := &Matrix{Labels: make([]string, 0, len(all)), Counts: [][]int{}}
	for name := range all {
		m.Labels = append(m.Labels, name)
	}
	slices.SortFunc(m.Labels, func(x, y string) int {
		return cmp.Or(cmp.Compare(wrong[y], wrong[x]), cmp.Compare(all[y], all[x]), cmp.Compare(x, y))
	})
	m.Labels = m.Labels[:min(len(m.Labels), a.MaxLabels)]
	n := len(m.Labels)
	m.Missed, m.Spurious, m.Others = make([]int, n), make([]int, n), make([]int, n)
	at := make(map[string]int, n)
	for k, name := range m.Labels {
		at[name] = k
		m.Counts = append(m.Counts, make([]int, n))
	}
	for names, count := range a.matrix {
		i, gold := at[names[0]]
		j, predicted := at[names[1]]
		switch {
		case gold && predicted:
			m.Counts[i][j] = count
		case gold && names[1] == "":
			m.Missed[i] = count
		case predicted && names[0] == "":
			m.Spurious[j] = count
		case gold:
			m.Others[i] += count
		}
	}
	return m
}

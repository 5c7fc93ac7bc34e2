package metrics

import (
	"fmt"
	"math"
)

// Comparison holds the results of two systems on the same sentences and the significance of their
// differences.
type Comparison struct {
	A           Results      `json:"a"`
	B           Results      `json:"b"`
	Samples     int          `json:"samples"`
	Seed        uint64       `json:"seed"`
	Differences []Difference `json:"differences"`
}

// Difference is the difference of two systems in one measure.
type Difference struct {
	Measure    Measure `json:"measure"`
	A          float64 `json:"a"`
	B          float64 `json:"b"`
	Difference float64 `json:"difference"` // B - A
	P          float64 `json:"p"`          // probability of such a difference by chance, if the systems are interchangeable
}

// Compare tests by approximate randomisation (Noreen 1989, Yeh 2000) whether two systems differ. a
// and b hold the counts of the same sentences, as returned by [Evaluator.Last]. In each of R
// samples, the systems exchange their labels of each sentence with probability 1/2. If r samples
// have a difference at least as large as the observed one, in either direction, then
//
//	p = (r + 1) / (R + 1)
//
// The errors are ErrLength and ErrResampling.
func Compare(a, b []Counts, o Resampling) ([]Difference, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("%w: %d sentences and %d", ErrLength, len(a), len(b))
	}
	o, err := o.fill()
	if err != nil {
		return nil, err
	}
	// For sentences with equal counts, an exchange changes nothing.
	var sumA, sumB, sameA, sameB Counts
	var differ []int
	for i := range a {
		sumA.Add(a[i])
		sumB.Add(b[i])
		if a[i] == b[i] {
			sameA.Add(a[i])
			sameB.Add(b[i])
		} else {
			differ = append(differ, i)
		}
	}
	list := make([]Difference, measures)
	for m := range measures {
		list[m] = Difference{Measure: m, A: m.Of(sumA), B: m.Of(sumB)}
		list[m].Difference = list[m].B - list[m].A
	}
	const slack = 1e-12 // equal fractions of different counts may differ in the last digits
	var asGreat [measures]int
	rng := o.generator()
	for range o.Samples {
		x, y := sameA, sameB
		var coins uint64
		for k, i := range differ {
			if k%64 == 0 {
				coins = rng.Uint64()
			}
			if coins&1 == 0 {
				x.Add(a[i])
				y.Add(b[i])
			} else {
				x.Add(b[i])
				y.Add(a[i])
			}
			coins >>= 1
		}
		for m := range measures {
			if math.Abs(m.Of(y)-m.Of(x)) >= math.Abs(list[m].Difference)-slack {
				asGreat[m]++
			}
		}
	}
	for m := range list {
		list[m].P = float64(asGreat[m]+1) / float64(o.Samples+1)
	}
	return list, nil
}

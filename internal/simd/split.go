package simd

import "math"

// Narrow holds the scores from two labels to a third.
type Narrow struct {
	Score [2]float64
	From  [2]uint32
	To    uint32
}

// SplitMax computes a step of max-plus products with a matrix of which few rows can win, and of
// which some columns have few numbers:
//
//	for j := range most {
//		most[j] = the greatest of prev[i] + edge[i*len(most)+j] for the i in rows
//	}
//	for _, x := range narrow {
//		for k, i := range x.From {
//			most[x.To] = max(most[x.To], prev[i] + x.Score[k])
//		}
//	}
//
// It leaves out the rows i = rows[k] whose prev[i] + high[k] is below prev[b] + low[b] for the best
// row b. The caller ensures that they cannot win, that rows is not empty, and that all indices are
// in range. No number may be NaN or +Inf. The result is the same on every machine.
func SplitMax(most, prev, edge []float64, rows []uint16, low, high []float64, narrow []Narrow) {
	low, high = low[:len(rows)], high[:len(rows)]
	if avx2 && len(most) >= lanes {
		splitAsm(most, prev, edge, rows, low, high, narrow)
		return
	}
	splitGo(most, prev, edge, rows, low, high, narrow)
}

func splitGo(most, prev, edge []float64, rows []uint16, low, high []float64, narrow []Narrow) {
	n, best := len(most), 0
	for k, i := range rows {
		if prev[i] > prev[rows[best]] {
			best = k
		}
	}
	least := prev[rows[best]] + low[best]
	for j := range most {
		most[j] = math.Inf(-1)
	}
	for k, i := range rows {
		if prev[i]+high[k] >= least {
			maxPlusRowGo(most, prev[i], edge[int(i)*n:][:n])
		}
	}
	for k := range narrow {
		x := &narrow[k]
		for q, i := range x.From {
			if v := prev[i] + x.Score[q]; v > most[x.To] {
				most[x.To] = v
			}
		}
	}
}

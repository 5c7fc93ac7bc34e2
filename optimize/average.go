package optimize

// average is the mean of the weights w_t = scale_t * v_t after each step t, with shares a_t. A step
// takes O(touched) time. With c_t the sum of a_t scale_t up to t, sum_t a_t w_t = c v - late. Here
// late sums c_(t-1) times the change of v at each step t, because c v counts each change for the
// earlier steps too. Unscaled and with equal shares, this is the counter of the averaged perceptron
// (Daumé 2006, figure 2.3).
type average struct {
	sum   float64   // c since the last fold
	late  []float64 // since the last fold
	total []float64 // sum of the shares of the weights up to the last fold
	mean  []float64
	share float64 // sum of the shares
}

func newAverage(w []float64) *average {
	n := len(w)
	return &average{late: make([]float64, n), total: make([]float64, n), mean: make([]float64, n)}
}

// note records that the current step adds delta to v[k]. Call it before count.
func (a *average) note(k int, delta float64) { a.late[k] += a.sum * delta }

// count ends a step; the weights are now scale * v.
func (a *average) count(scale, share float64) {
	a.sum += share * scale
	a.share += share
}

// fold adds the steps so far to the total, given v. The unit of v may change afterwards. Folding
// also limits cancellation in c v - late.
func (a *average) fold(v []float64) {
	if a.sum == 0 {
		return
	}
	for k, late := range a.late {
		a.total[k] += a.sum*v[k] - late
	}
	clear(a.late)
	a.sum = 0
}

// weights returns the mean up to the last fold, or v before the first count.
func (a *average) weights(v []float64) []float64 {
	if a.share == 0 {
		return v
	}
	for k, total := range a.total {
		a.mean[k] = total / a.share
	}
	return a.mean
}

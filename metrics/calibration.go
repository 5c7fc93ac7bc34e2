package metrics

import (
	"fmt"
	"math"
)

// Calibrator collects the probabilities of predicted labels and whether the labels are right. Its
// zero value has 10 bins. It must not be used by two goroutines at once.
type Calibrator struct {
	// Bins is the number of probability bins of equal width. It must not change after the first
	// Add.
	Bins int

	bins  []calibrationBin
	brier float64 // sum of squares
}

type calibrationBin struct {
	n, right int
	sum      float64 // of the probabilities
}

const usualBins = 10

// Add adds a token: the probability of its predicted label, and whether the label is right. The
// error is ErrProbability if p is not in 0..1.
func (c *Calibrator) Add(p float64, right bool) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("%w: %v", ErrProbability, p)
	}
	if c.bins == nil {
		if c.Bins <= 0 {
			c.Bins = usualBins
		}
		c.bins = make([]calibrationBin, c.Bins)
	}
	b := &c.bins[min(int(p*float64(c.Bins)), c.Bins-1)]
	b.n++
	b.sum += p
	hit := 0.0
	if right {
		b.right++
		hit = 1
	}
	c.brier += (p - hit) * (p - hit)
	return nil
}

// Calibration measures how well probabilities match accuracies.
type Calibration struct {
	// ECE is the expected calibration error (Naeini et al. 2015, Guo et al. 2017). With n_b of n
	// tokens in bin b, it is the sum over b of n_b/n |accuracy_b - mean probability_b|.
	ECE      float64 `json:"ece"`
	Greatest float64 `json:"greatest"` // largest of these distances
	// Brier is the mean of (p - 1)^2 for right labels and p^2 for wrong labels.
	Brier  float64 `json:"brier"`
	Mean   float64 `json:"mean"` // probability
	Tokens int     `json:"tokens"`
	Bins   []Bin   `json:"bins"` // nonempty bins
}

// Bin holds the tokens with probabilities in Low..High, excluding High except for 1.
type Bin struct {
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Tokens   int     `json:"tokens"`
	Mean     float64 `json:"mean"` // probability
	Accuracy float64 `json:"accuracy"`
}

// Calibration returns the results for all tokens added so far.
func (c *Calibrator) Calibration() *Calibration {
	r := &Calibration{Bins: []Bin{}}
	sum := 0.0
	for _, b := range c.bins {
		r.Tokens += b.n
		sum += b.sum
	}
	if r.Tokens == 0 {
		return r
	}
	n := float64(r.Tokens)
	for k, b := range c.bins {
		if b.n == 0 {
			continue
		}
		bin := Bin{
			Low: float64(k) / float64(c.Bins), High: float64(k+1) / float64(c.Bins), Tokens: b.n,
			Mean: b.sum / float64(b.n), Accuracy: ratio(b.right, b.n),
		}
		distance := math.Abs(bin.Accuracy - bin.Mean)
		r.ECE += float64(b.n) / n * distance
		r.Greatest = max(r.Greatest, distance)
		r.Bins = append(r.Bins, bin)
	}
	r.Brier, r.Mean = c.brier/n, sum/n
	return r
}

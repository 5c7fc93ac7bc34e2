package crf

import (
	"fmt"
	"math"
	"unsafe"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/container"
)

// numbers holds weights in the precision of a model. One of the two slices is in use.
type numbers struct {
	f32 []float32
	f64 []float64
}

func (n *numbers) len() int { return len(n.f32) + len(n.f64) }

func (n *numbers) at(k uint32) float64 {
	if n.f64 != nil {
		return n.f64[k]
	}
	return float64(n.f32[k])
}

func (n *numbers) append(double bool, v float64) {
	if double {
		n.f64 = append(n.f64, v)
	} else {
		n.f32 = append(n.f32, float32(v))
	}
}

// finite reports whether no number is NaN or infinite.
func (n *numbers) finite() bool { return allFinite(n.f32) && allFinite(n.f64) }

func allFinite[F constraints.Float](x []F) bool {
	var s0, s1, s2, s3 F // v - v is 0 for finite v, else NaN; four independent sums avoid waiting
	for ; len(x) >= 4; x = x[4:] {
		s0 += x[0] - x[0]
		s1 += x[1] - x[1]
		s2 += x[2] - x[2]
		s3 += x[3] - x[3]
	}
	for _, v := range x {
		s0 += v - v
	}
	return s0+s1+s2+s3 == 0
}

// bytes returns the stored form of the numbers in their own precision.
func (n *numbers) bytes() []byte {
	if n.f64 != nil {
		return container.Bytes(n.f64)
	}
	return container.Bytes(n.f32)
}

// block is the number of quantised weights that share a step.
const block = 64

// encode returns the numbers as stored in precision w, and the steps if they are quantised.
func (n *numbers) encode(w Precision) (data, steps []byte) {
	switch w {
	case Int16:
		q, steps := quantise[int16](n.f32, math.MaxInt16)
		return container.Bytes(q), container.Bytes(steps)
	case Int8:
		q, steps := quantise[int8](n.f32, math.MaxInt8)
		return container.Bytes(q), container.Bytes(steps)
	}
	return n.bytes(), nil
}

// quantise returns x as multiples of a step that each block has. The multiples have magnitudes up
// to most.
func quantise[I constraints.Signed](x []float32, most float64) (q []I, steps []float32) {
	q = make([]I, len(x))
	for lo := 0; lo < len(x); lo += block {
		hi := min(lo+block, len(x))
		greatest := 0.0
		for _, v := range x[lo:hi] {
			greatest = max(greatest, math.Abs(float64(v)))
		}
		step := float32(greatest / most)
		steps = append(steps, step)
		for k := lo; k < hi && step > 0; k++ {
			q[k] = I(math.Max(-most, math.Min(most, math.Round(float64(x[k])/float64(step)))))
		}
	}
	return q, steps
}

// decodeNumbers is the inverse of encode.
func decodeNumbers(w Precision, data, steps []byte) (n numbers, err error) {
	switch w {
	case Float32:
		n.f32, err = container.View[float32](data)
	case Float64:
		n.f64, err = container.View[float64](data)
	case Int16:
		n.f32, err = multiples[int16](data, steps)
	case Int8:
		n.f32, err = multiples[int8](data, steps)
	}
	return n, err
}

func multiples[I constraints.Signed](data, steps []byte) ([]float32, error) {
	q, err := container.View[I](data)
	if err != nil {
		return nil, err
	}
	step, err := container.View[float32](steps)
	if err != nil {
		return nil, err
	}
	if len(step) != (len(q)+block-1)/block {
		return nil, fmt.Errorf("found %d quantisation steps for %d weights", len(step), len(q))
	}
	x := make([]float32, len(q))
	for b, s := range step {
		lo := b * block
		hi := min(lo+block, len(q))
		for k, v := range q[lo:hi] {
			x[lo+k] = float32(v) * s
		}
	}
	return x, nil
}

// errRange reports a weight that does not fit in float32.
func errRange(v float64) error {
	return fmt.Errorf("weight %g does not fit in float32; save as float64", v)
}

func (n *numbers) base(double bool, k uint32) *byte {
	if double {
		return (*byte)(unsafe.Pointer(&n.f64[k]))
	}
	return (*byte)(unsafe.Pointer(&n.f32[k]))
}

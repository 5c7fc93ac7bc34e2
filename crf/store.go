package crf

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/model"
)

// store holds the features of attributes. Each feature has an outcome, which is a label (uint16) or
// a label pair (uint32), and a weight. The N of a slot holds the number of features. Ref locates
// them, in one of three ways:
//
//   - At least 2 labels, and at least a third of all: a row with the weights of all labels, 0 for
//     labels without a feature. Scoring adds the whole row. Ref is the index of the first number in
//     rows.
//   - A single label in a float32 model: the slot itself holds the feature. Ref has the bits of the
//     weight and the upper half of N the label.
//   - Otherwise: outcomes[Ref:Ref+N] in ascending order, with the weights values[Ref:Ref+N].
//
// Rows and runs follow the order of the keys, without gaps.
type store[O constraints.Unsigned] struct {
	table
	width    int // length of a row; 0 for label pairs, which use neither rows nor slots
	double   bool
	outcomes []O
	values   numbers // weights of the outcomes
	rows     numbers
	features int
	wayOf    *[1 << 16]uint8 // by number of features: where the features are
	lists    [ways]simd.List // of lookups, without memory
	ahead    []uint32        // cache lines of a row after the first three: see linesOf
}

// Where the features of a slot are.
const (
	nowhere = iota // no features
	inSlot
	inRow
	inRun
	ways
)

// prepare sets the lookup tables of a store of labels.
func (s *store[O]) prepare() {
	if s.width == 0 {
		return
	}
	s.wayOf = new([1 << 16]uint8)
	for n := 1; n <= s.width; n++ {
		switch _, row, inside := s.place(uint32(n)); {
		case inside:
			s.wayOf[n] = inSlot
		case row:
			s.wayOf[n] = inRow
		default:
			s.wayOf[n] = inRun
		}
	}
	size := uint64(4)
	if s.double {
		size = 8
	}
	none := new(byte)
	s.lists = [ways]simd.List{nowhere: {}, inSlot: {Step: 8}, inRow: {Step: 4}, inRun: {Step: 8}}
	for way := range s.lists {
		x := &s.lists[way]
		x.First, x.Second, x.Third = none, none, none
	}
	if x := &s.lists[inRow]; s.rows.len() >= s.width {
		lines := linesOf(s.width, int(size))
		at := func(k int) *byte { return s.rows.base(s.double, lines[min(k, len(lines)-1)]) }
		x.Scale, x.ThirdScale = size, size
		x.First, x.Second, x.Third = at(0), at(1), at(2)
		s.ahead = lines[min(3, len(lines)):]
	}
	if x := &s.lists[inRun]; len(s.outcomes) > 0 {
		x.Scale, x.ThirdScale = size, uint64(unsafe.Sizeof(s.outcomes[0]))
		x.First, x.Third = s.values.base(s.double, 0), (*byte)(unsafe.Pointer(&s.outcomes[0]))
		x.Second = x.First
	}
}

// place reports which of the three ways a slot uses.
func (s *store[O]) place(n uint32) (count int, row, inside bool) {
	if s.width == 0 {
		return int(n), false, false
	}
	count = int(n & 0xffff)
	return count, count >= 2 && 3*count >= s.width, count == 1 && !s.double
}

// builder builds a store from attributes in ascending order of keys.
type builder[O constraints.Unsigned] struct {
	store[O]
	used []slot
	err  error
}

func newBuilder[O constraints.Unsigned](width int, double bool) *builder[O] {
	return &builder[O]{store: store[O]{width: width, double: double}}
}

var errTooLarge = errors.New("the model has too many features")

// add adds the features of the attribute with this key. It drops features that are zero in the
// precision of the store. Outcomes must ascend.
func (b *builder[O]) add(key uint64, outcomes []O, weights []float64) {
	count := 0
	var label O
	var single float64
	for q, v := range weights {
		if !b.double && v != 0 && b.err == nil && math.Abs(v) > math.MaxFloat32 {
			b.err = errRange(v)
		}
		if v != 0 && (b.double || float32(v) != 0) {
			count, label, single = count+1, outcomes[q], v
		}
	}
	if count == 0 {
		return
	}
	b.features += count
	s := slot{Key: key, N: uint32(count)}
	_, row, inside := b.place(s.N)
	switch {
	case inside:
		s.Ref, s.N = math.Float32bits(float32(single)), s.N|uint32(label)<<16
	case row:
		s.Ref = b.next(b.rows.len())
		q := 0
		for j := range b.width {
			v := 0.0
			if q < len(outcomes) && int(outcomes[q]) == j {
				v = weights[q]
				q++
			}
			b.rows.append(b.double, v)
		}
	default:
		s.Ref = b.next(len(b.outcomes))
		for q, v := range weights {
			if v != 0 && (b.double || float32(v) != 0) {
				b.outcomes = append(b.outcomes, outcomes[q])
				b.values.append(b.double, v)
			}
		}
	}
	b.used = append(b.used, s)
}

func (b *builder[O]) next(n int) uint32 {
	if uint64(n) > math.MaxUint32-math.MaxUint16 {
		b.err = errTooLarge
	}
	return uint32(n)
}

func (b *builder[O]) build() (store[O], error) {
	b.table = newTable(b.used)
	b.prepare()
	return b.store, b.err
}

// append appends the outcomes and weights of a slot.
func (s *store[O]) append(at slot, outcomes []O, weights []float64) ([]O, []float64) {
	count, row, inside := s.place(at.N)
	switch {
	case inside:
		return append(outcomes, O(at.N>>16)), append(weights, float64(math.Float32frombits(at.Ref)))
	case row:
		for j := range uint32(s.width) {
			if v := s.rows.at(at.Ref + j); v != 0 {
				outcomes, weights = append(outcomes, O(j)), append(weights, v)
			}
		}
	default:
		for q := at.Ref; q < at.Ref+uint32(count); q++ {
			outcomes, weights = append(outcomes, s.outcomes[q]), append(weights, s.values.at(q))
		}
	}
	return outcomes, weights
}

// weights sets dst to the weights of an attribute by outcome. dst is empty if the attribute is
// unknown.
func (s *store[O]) weights(dst map[int]float64, key uint64) {
	clear(dst)
	if at := s.find(key); at.N > 0 {
		outcomes, w := s.append(at, nil, nil)
		for q, o := range outcomes {
			dst[int(o)] = w[q]
		}
	}
}

// each visits the attributes in key order. The slices are valid until visit returns.
func (s *store[O]) each(visit func(key uint64, outcomes []O, weights []float64)) {
	var outcomes []O
	var weights []float64
	for k := range s.len() {
		if at := s.slot(k); at.N > 0 {
			outcomes, weights = s.append(at, outcomes[:0], weights[:0])
			visit(at.Key, outcomes, weights)
		}
	}
}

func (s *store[O]) convert(double bool) (store[O], error) {
	b := newBuilder[O](s.width, double)
	s.each(b.add)
	return b.build()
}

// check verifies that every reference of a slot is valid and that no features are unreferenced, and
// counts the features. Outcomes must be below limit.
func (s *store[O]) check(limit int) error {
	if s.values.len() != len(s.outcomes) || !s.values.finite() || !s.rows.finite() {
		return fmt.Errorf("%w: the number of weights is wrong, or a weight is not finite", model.ErrModel)
	}
	s.prepare()
	run, row, features := 0, 0, 0 // next expected positions
	singles := s.width > 0 && !s.double
	err := s.table.check(func(value uint64) bool {
		if singles && value>>32&0xffff == 1 { // a feature in the slot
			features++
			return int(value>>48) < limit && value&infinite != infinite
		}
		ref, n := int(uint32(value)), uint32(value>>32)
		count, isRow, _ := s.place(n)
		features += count
		switch {
		case s.width > 0 && n>>16 != 0:
			return false
		case isRow:
			good := ref == row && row+s.width <= s.rows.len() && count <= s.width
			row += s.width
			return good
		}
		good := ref == run && count <= len(s.outcomes)-run && ascend(s.outcomes[run:run+count], limit)
		run += count
		return good
	})
	if err != nil {
		return err
	}
	if s.features = features; run != len(s.outcomes) || row != s.rows.len() {
		return fmt.Errorf("%w: some features belong to no attribute", model.ErrModel)
	}
	return nil
}

// infinite has the bits that are all set in the float32 numbers that are not finite.
const infinite = 0xff << 23

// ascend reports whether the outcomes ascend and are below limit.
func ascend[O constraints.Unsigned](outcomes []O, limit int) bool {
	last := -1
	for _, o := range outcomes {
		if int(o) <= last {
			return false
		}
		last = int(o)
	}
	return last < limit
}

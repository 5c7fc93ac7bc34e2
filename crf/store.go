package crf

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/model"
)

// A store holds the features of attributes: the outcomes that an attribute has weights for, which are labels
// (uint16) or label pairs (uint32). A slot's N holds their number, and its Ref says where they are:
//
//   - labels of which there are at least 2 and a third of all: a row of the weights of all labels, 0 for those
//     without a feature, which is added as a whole; Ref is the index of its first number in rows;
//   - a single label of a model of float32: in the slot itself, the bits of the weight in Ref and the label in
//     the upper half of N;
//   - others: outcomes[Ref:Ref+N] in ascending order, with values[Ref:Ref+N].
//
// Rows and runs lie in the order of the keys, without gaps.
type store[O constraints.Unsigned] struct {
	table
	width    int // labels of a row; 0 for label pairs, which have none and are never within a slot
	double   bool
	outcomes []O
	values   numbers // of the outcomes
	rows     numbers
	features int
	wayOf    []uint8  // of a number of features: which of the ways a slot goes
	ahead    []uint32 // of a row: see linesOf
}

// The ways that slots go.
const (
	nowhere = iota // there is none
	inSlot
	inRow
	inRun
	ways
)

// prepare completes a store of labels.
func (s *store[O]) prepare() {
	if s.width == 0 {
		return
	}
	size := 4
	if s.double {
		size = 8
	}
	s.ahead = linesOf(s.width, size)
	s.wayOf = make([]uint8, s.width+1)
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
}

// place says which of the three ways a slot goes.
func (s *store[O]) place(n uint32) (count int, row, inside bool) {
	if s.width == 0 {
		return int(n), false, false
	}
	count = int(n & 0xffff)
	return count, count >= 2 && 3*count >= s.width, count == 1 && !s.double
}

// A builder makes a store of attributes that come in ascending order of their keys.
type builder[O constraints.Unsigned] struct {
	store[O]
	used []slot
	err  error
}

func newBuilder[O constraints.Unsigned](width int, double bool) *builder[O] {
	return &builder[O]{store: store[O]{width: width, double: double}}
}

var errTooLarge = errors.New("the model has too many features")

// add adds the features of the attribute with a key. Those that are zero in the precision of the store are left
// out. Outcomes ascend.
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

// append appends the features of the attribute in slot s to outcomes and weights.
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

// weights makes dst the weights of the attribute with a key, by their outcomes; it is empty if there is none.
func (s *store[O]) weights(dst map[int]float64, key uint64) {
	clear(dst)
	if at := s.find(key); at.N > 0 {
		outcomes, w := s.append(at, nil, nil)
		for q, o := range outcomes {
			dst[int(o)] = w[q]
		}
	}
}

// each visits the attributes in the order of their keys. The slices are valid until visit returns.
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

// convert returns the store in the other precision.
func (s *store[O]) convert(double bool) (store[O], error) {
	b := newBuilder[O](s.width, double)
	s.each(b.add)
	return b.build()
}

// check tells whether all that the slots refer to is there and nothing else, and counts the features; limit is
// the number of outcomes that there are.
func (s *store[O]) check(limit int) error {
	if err := s.table.check(); err != nil {
		return err
	}
	if s.values.len() != len(s.outcomes) || !s.values.finite() || !s.rows.finite() {
		return fmt.Errorf("%w: weights that are not finite, or not as many as features", model.ErrModel)
	}
	s.prepare()
	run, row := 0, 0 // the next ones
	s.features = 0
	for i := range s.len() {
		at := s.slot(i)
		if at.N == 0 {
			continue
		}
		count, isRow, inside := s.place(at.N)
		s.features += count
		good := false
		switch {
		case inside:
			v := math.Float32frombits(at.Ref)
			good = int(at.N>>16) < limit && v-v == 0
		case s.width > 0 && at.N>>16 != 0:
		case isRow:
			good = int(at.Ref) == row && row+s.width <= s.rows.len() && count <= s.width
			row += s.width
		default:
			good = int(at.Ref) == run && count <= len(s.outcomes)-run && ascend(s.outcomes[run:run+count], limit)
			run += count
		}
		if !good {
			return fmt.Errorf("%w: the features of slot %d are not where they belong", model.ErrModel, i)
		}
	}
	if run != len(s.outcomes) || row != s.rows.len() {
		return fmt.Errorf("%w: features without an attribute", model.ErrModel)
	}
	return nil
}

// ascend tells whether the outcomes ascend, below limit.
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

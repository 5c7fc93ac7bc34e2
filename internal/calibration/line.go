package calibration

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/metrics"
)

// A tally counts predicted items, and those that are correct.
type tally struct{ predicted, correct int }

// A piece is a range of biases, from this one on, in which a sentence has the same best labelling.
type piece struct {
	from float64
	tally
}

// A line is a direction of biases: base + b * direction, for the bias b.
type line struct {
	base, direction []float64 // by key
	counted         []bool    // by key: the items that count; the last one is of unknown keys
}

// A ray is a labelling of a sentence. With the bias b, its score is level + slope * b.
type ray struct {
	level, slope float64
	tally
}

// at decodes a sentence with a bias.
func (x *Set) at(w *workspace, s *sentence, l *line, offsets, slopes []float64, b float64) (ray, error) {
	for e, v := range slopes {
		offsets[e] = 0
		if k := x.key[e]; k >= 0 {
			offsets[e] = l.base[k] + b*v
		}
	}
	d, err := s.decode(w, &x.inventory, offsets)
	if err != nil {
		return ray{}, err
	}
	r := ray{level: d.score, tally: count(s.gold, d.items, l.counted)}
	for _, e := range d.elements {
		r.slope += slopes[e]
	}
	r.level -= b * r.slope
	return r, nil
}

// count counts predicted items. Both lists are in the order of the sentence.
func count(gold, predicted []item, counted []bool) (n tally) {
	at := 0
	for _, p := range predicted {
		if !counted[p.key] {
			continue
		}
		n.predicted++
		for at < len(gold) && gold[at].start < p.start {
			at++
		}
		if at < len(gold) && gold[at] == p {
			n.correct++
		}
	}
	return n
}

// pieces returns the pieces of a sentence in low..high, from the left.
func (x *Set) pieces(w *workspace, s *sentence, l *line, low, high float64) ([]piece, error) {
	offsets, slopes := make([]float64, len(x.key)), x.offsets(l.direction)
	from, err := x.at(w, s, l, offsets, slopes, low)
	if err != nil {
		return nil, err
	}
	to, err := x.at(w, s, l, offsets, slopes, high)
	if err != nil {
		return nil, err
	}
	list := []piece{{low, from.tally}}
	var between func(a, b ray) error
	between = func(a, b ray) error {
		if b.slope <= a.slope {
			return nil
		}
		meet := (a.level - b.level) / (b.slope - a.slope)
		if !(meet > low && meet < high) {
			meet = min(max(meet, low), high) // by rounding
		}
		mid, err := x.at(w, s, l, offsets, slopes, meet)
		if err != nil {
			return err
		}
		const slack = 1e-9
		value := a.level + a.slope*meet
		if above := mid.level + mid.slope*meet - value; above <= slack*(1+math.Abs(value)) || mid.slope <= a.slope || mid.slope >= b.slope {
			list = append(list, piece{meet, b.tally})
			return nil
		}
		if err := between(a, mid); err != nil {
			return err
		}
		return between(mid, b)
	}
	return list, between(from, to)
}

// An interval is a range of biases with the same best labellings of all sentences.
type interval struct {
	low, high float64
	metrics.Counts
}

// intervals returns the intervals of low..high for the sentences with the given numbers.
func (x *Set) intervals(ctx context.Context, numbers []int, l *line, low, high float64) ([]interval, error) {
	each := make([][]piece, len(numbers))
	err := x.each(ctx, numbers, func(w *workspace, at int, s *sentence) (err error) {
		each[at], err = x.pieces(w, s, l, low, high)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := interval{low: low}
	var steps []piece // with the changes of the counts
	for at, list := range each {
		for _, g := range x.list[numbers[at]].gold {
			if l.counted[g.key] {
				now.Gold++
			}
		}
		now.Predicted, now.Correct = now.Predicted+list[0].predicted, now.Correct+list[0].correct
		for k := 1; k < len(list); k++ {
			steps = append(steps, piece{list[k].from, tally{list[k].predicted - list[k-1].predicted, list[k].correct - list[k-1].correct}})
		}
	}
	slices.SortStableFunc(steps, func(a, b piece) int { return cmp.Compare(a.from, b.from) })
	var list []interval
	for _, s := range steps {
		if s.from > now.low {
			now.high = s.from
			list = append(list, now)
			now.low = s.from
		}
		now.Predicted, now.Correct = now.Predicted+s.predicted, now.Correct+s.correct
	}
	now.high = high
	return append(list, now), nil
}

// rounded returns a number without the noise of additions in its last digits.
func rounded(v float64) float64 { return parsed(strconv.FormatFloat(v, 'g', 14, 64)) }

func parsed(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64) // cannot fail
	return v
}

// distance returns how far the interval is from 0.
func (v interval) distance() float64 { return max(v.low, -v.high, 0) }

// inner returns a bias inside the interval: 0, or a short decimal near the middle.
func (v interval) inner() float64 {
	if v.low < 0 && v.high > 0 {
		return 0
	}
	mid := (v.low + v.high) / 2
	for digits := range 12 {
		short := parsed(strconv.FormatFloat(mid, 'f', digits, 64))
		if short > v.low+(v.high-v.low)/4 && short < v.high-(v.high-v.low)/4 {
			return short
		}
	}
	return mid
}

package crf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// choices holds the candidate labels of tokens with partial or soft labels. Equal sets without
// shares are stored once.
type choices struct {
	first []int     // n+1: choice k has the labels label[first[k]:first[k+1]]; no labels mean all
	label []int32   // label numbers
	share []float64 // share of each label; 0 in a choice without shares
	known map[string]int32
}

// add returns the number of a choice, which it stores if it is new.
func (c *choices) add(labels []int32, shares []float64) int32 {
	if c.known == nil {
		c.first, c.known = []int{0}, make(map[string]int32)
	}
	var key []byte
	if shares == nil {
		for _, j := range labels {
			key = append(key, byte(j), byte(j>>8), byte(j>>16), byte(j>>24))
		}
		if k, ok := c.known[string(key)]; ok {
			return k
		}
	}
	k := int32(len(c.first) - 1)
	c.label = append(c.label, labels...)
	if shares == nil {
		c.known[string(key)] = k
		shares = make([]float64, len(labels))
	}
	c.share = append(c.share, shares...)
	c.first = append(c.first, len(c.label))
	return k
}

// of returns the labels of choice k and their shares, or nil if it has no shares.
func (c *choices) of(k int32) ([]int32, []float64) {
	lo, hi := c.first[k], c.first[k+1]
	if lo == hi || c.share[lo] == 0 {
		return c.label[lo:hi], nil
	}
	return c.label[lo:hi], c.share[lo:hi]
}

// kinds reports whether some choices have shares, and whether some have none.
func (c *choices) kinds() (soft, partial bool) {
	for k := range len(c.first) - 1 {
		_, shares := c.of(int32(k))
		soft, partial = soft || shares != nil, partial || shares == nil
	}
	return soft, partial
}

// uncertain reports whether some token has a partial or soft label.
func (d *Dataset) uncertain() bool { return len(d.choices.first) > 0 }

// allowed returns the labels that token t may have, and their shares or nil. No labels mean that
// all are allowed.
func (d *Dataset) allowed(t int) ([]int32, []float64) {
	if d.gold[t] < 0 {
		return d.choices.of(^d.gold[t])
	}
	return d.gold[t : t+1], nil
}

// AddChoices is [Dataset.Add], or [Dataset.AddItems], for sentences with partial or soft labels. If
// a token of a sentence has shares, every other token of the sentence needs shares or a single
// label.
//
// The loss must support such targets, as cross-entropy does. Held-out data cannot have them.
//
// A token yields features for its candidate labels, and none if its Labels are empty.
func (d *Dataset) AddChoices(s model.Sentence, known []annotation.Choice, weight float64) error {
	add := func(labels []string) error { // the choices reach end through d.known
		if s.Columns == nil {
			return d.AddItems(s.Items, labels, weight)
		}
		return d.Add(s.Columns, labels, weight)
	}
	soft, partial := -1, -1
	labels := make([]string, len(known))
	for t, c := range known {
		switch {
		case c.Shares != nil && len(c.Shares) != len(c.Labels):
			return fmt.Errorf("%w: token %d: found %d shares for %d labels", model.ErrInput, t+1, len(c.Shares), len(c.Labels))
		case c.Certain():
			labels[t] = c.Labels[0]
		case len(c.Shares) > 0:
			soft = t
		default:
			partial = t
		}
		sum := 0.0
		for _, p := range c.Shares {
			if sum += p; !(p > 0) {
				sum = math.NaN()
			}
		}
		if len(c.Shares) > 0 && !(math.Abs(sum-1) <= 1e-6) {
			return fmt.Errorf("%w: token %d: shares must be positive and sum to 1", model.ErrInput, t+1)
		}
	}
	if soft >= 0 && partial >= 0 {
		return fmt.Errorf("%w: token %d has soft labels, but token %d of the same sentence has a partial label without shares", model.ErrInput, soft+1, partial+1)
	}
	if soft < 0 && partial < 0 {
		return add(labels)
	}
	if d.heldOut {
		return fmt.Errorf("%w: token %d: held-out data need exactly one label per token", model.ErrInput, max(soft, partial)+1)
	}
	d.known = known
	defer func() { d.known = nil }()
	return add(labels)
}

// number returns the number of a label. A new label gets the next number.
func (d *Dataset) number(name string) int32 {
	id, ok := d.labels.Index(name)
	if !ok && d.heldOut {
		k := slices.Index(d.unseen, name)
		if k < 0 {
			k = len(d.unseen)
			d.unseen = append(d.unseen, strings.Clone(name))
		}
		return int32(d.labels.Len() + k)
	}
	if !ok {
		id = d.labels.Add(string([]byte(name))) // a copy, because name may be a substring of a whole sentence
	}
	return int32(id)
}

func (d *Dataset) appendChoices(known []annotation.Choice) {
	var numbers []int32
	var run []string
	flush := func() {
		d.scheme.Add(run)
		run = run[:0]
	}
	for t, c := range known {
		numbers = numbers[:0]
		for _, name := range c.Labels {
			numbers = append(numbers, d.number(name))
		}
		if !c.Certain() {
			d.gold = append(d.gold, ^d.choices.add(numbers, c.Shares))
			flush()
			continue
		}
		d.gold = append(d.gold, numbers[0])
		// Detect the scheme from runs of single labels only. A span that continues after a partial
		// label is no evidence.
		letter, _ := structured.SplitLabel(c.Labels[0])
		if len(run) > 0 || t == 0 || letter != 'I' && letter != 'E' {
			run = append(run, c.Labels[0])
		}
	}
	flush()
}

// labelling is the target of a sentence and its memory.
type labelling struct {
	gold   []int
	target structured.Lattice // for partial or soft labels
}

// target returns the target of sentence s. It sets y.gold, with -1 for tokens with partial or soft
// labels.
func (o *objective) target(y *labelling, s int) structured.Target {
	d := o.data
	lo, hi := d.sentence[s], d.sentence[s+1]
	y.gold = y.gold[:0]
	if !d.uncertain() {
		for _, g := range d.gold[lo:hi] {
			y.gold = append(y.gold, int(g))
		}
		return structured.PathTarget(y.gold)
	}
	soft, partial := false, false
	for t := lo; t < hi; t++ {
		g := d.gold[t]
		if g < 0 {
			_, shares := d.choices.of(^g)
			soft, partial, g = soft || shares != nil, true, -1
		}
		y.gold = append(y.gold, int(g))
	}
	switch {
	case soft:
		y.soft(d, lo, hi, o.x)
		return structured.Target{Soft: &y.target}
	case partial:
		y.partial(d, lo, hi, o.x.labels)
		return structured.Target{Partial: &y.target}
	}
	return structured.PathTarget(y.gold)
}

// partial sets y.target to the set of paths that tokens lo..hi-1 allow.
func (y *labelling) partial(d *Dataset, lo, hi, labels int) {
	y.target.Reset(hi-lo, labels, structured.NoEdges)
	for t := lo; t < hi; t++ {
		allowed, _ := d.allowed(t)
		if len(allowed) == 0 {
			continue
		}
		row := y.target.NodeAt(t - lo)
		for j := range row {
			row[j] = math.Inf(-1)
		}
		for _, j := range allowed {
			row[j] = 0
		}
	}
}

// soft sets y.target to the expected counts of labels that are drawn independently by their
// shares.
func (y *labelling) soft(d *Dataset, lo, hi int, x *index) {
	x.reset(&y.target, hi-lo)
	one := [1]float64{1}
	var before []int32
	var beforeShares []float64
	for t := lo; t < hi; t++ {
		labels, shares := d.allowed(t)
		if shares == nil {
			shares = one[:]
		}
		row := y.target.NodeAt(t - lo)
		for k, j := range labels {
			row[j] = shares[k]
		}
		if t > lo && len(y.target.Edge) > 0 {
			for a, i := range before {
				for b, j := range labels {
					y.target.AddEdge(t-lo, int(i), int(j), beforeShares[a]*shares[b])
				}
			}
		}
		before, beforeShares = labels, shares
	}
}

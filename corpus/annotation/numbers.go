package annotation

import "github.com/trellis-nlp/trellis/structured"

// A NumberConverter converts sequences of label numbers to the labels of a [Converter], followed by
// those of a [Speller]. It analyses the labels once instead of for each sentence. It is not safe
// for concurrent use.
type NumberConverter struct {
	names []string // by number
	from  Converter
	spell Speller
	pairs []uint8  // (names+1) x (names+1): how two adjacent labels meet; 0 if not yet known
	made  []string // names x meetings x meetings: converted labels; "" if not yet known
}

// MaxNumbers is the maximum number of labels of a NumberConverter. Its tables grow with the square.
const MaxNumbers = 255

// How two adjacent labels meet.
const (
	starts  = 1 << iota // the second label starts a span, or the first ends one
	after               // the first label is in a span of the type of the second
	before              // the second label is in a span of the type of the first
	known               // marks entries of pairs
	meeting = known     // number of combinations of the others
)

// NewNumberConverter returns a converter for labels with at most MaxNumbers names. If a scheme is
// [structured.Plain], only the spelling changes.
func NewNumberConverter(names []string, from, to structured.Scheme, spelling Spelling) *NumberConverter {
	n := len(names) + 1
	return &NumberConverter{
		names: names, from: Converter{From: from, To: to}, spell: Speller{Spelling: spelling},
		pairs: make([]uint8, n*n), made: make([]string, len(names)*meeting*meeting),
	}
}

// Convert appends the labels of a path of label numbers.
func (c *NumberConverter) Convert(dst []string, path []int) []string {
	last := -1
	for t, j := range path {
		next := -1
		if t+1 < len(path) {
			next = path[t+1]
		}
		at := (j*meeting+c.meet(last, j))*meeting + c.meet(j, next)
		label := c.made[at]
		if label == "" {
			label = c.label(last, j, next)
			c.made[at] = label
		}
		dst = append(dst, label)
		last = j
	}
	return dst
}

// meet returns how labels a and b meet. -1 stands for the end of the sentence.
func (c *NumberConverter) meet(a, b int) int {
	at := &c.pairs[(a+1)*(len(c.names)+1)+b+1]
	if *at == 0 {
		p, pt := c.split(a)
		n, nt := c.split(b)
		*at = known
		if !continues(p, pt, n, nt) {
			*at |= starts
		}
		if p != 'O' && pt == nt {
			*at |= after
		}
		if n != 'O' && pt == nt {
			*at |= before
		}
	}
	return int(*at &^ known)
}

func (c *NumberConverter) split(j int) (prefix byte, typ string) {
	if j < 0 {
		return 'O', ""
	}
	return splitSpan(c.names[j])
}

// label converts label j between two others.
func (c *NumberConverter) label(last, j, next int) string {
	var labels, converted []string
	at := 0
	if last >= 0 {
		labels, at = append(labels, c.names[last]), 1
	}
	labels = append(labels, c.names[j])
	if next >= 0 {
		labels = append(labels, c.names[next])
	}
	converted, _ = c.from.Convert(nil, labels)
	return c.spell.Write(nil, converted[at:at+1])[0]
}

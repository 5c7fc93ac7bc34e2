package model

import (
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// Twin returns the label that differs from name only in whether the span ends there: S-X for B-X,
// E-X for I-X, and vice versa. Other labels are their own twins.
func Twin(name string) string {
	letter, _ := structured.SplitLabel(name)
	other, ok := map[byte]string{'B': "S", 'S': "B", 'I': "E", 'E': "I"}[letter]
	if !ok {
		return name
	}
	return other + name[1:]
}

// An output converts inside labels to the scheme and the spelling of the training files. A nil
// output changes nothing.
type output struct {
	scheme *annotation.Converter // nil if the scheme stays the same
	spell  annotation.Speller
	// pairs means that each outside label stands for one or two inside labels, as with BIO outside
	// and BIOES inside. In this case twins holds the other inside label for each inside label, or
	// -1.
	pairs bool
	twins []int

	names []string              // inside labels
	known [knownLabels]struct { // outside labels of some tokens
		near  nearby
		label string // not empty once known
	}
	inside, outside []string
}

// knownLabels is the number of tokens that an output keeps the outside label of.
const knownLabels = 1 << 9

// nearby holds the numbers of the inside labels of a token and its neighbours, -1 where there is
// none. They determine the outside label.
type nearby [3]int32

func (n nearby) hash() uint64 {
	return (uint64(n[0]+1)*0x9e3779b97f4a7c15 ^ uint64(n[1]+1)*0xbf58476d1ce4e5b9 ^ uint64(n[2]+1)*0x94d049bb133111eb) >> 40
}

// newOutput returns nil if inside and outside labels are the same.
func newOutput(m Labeller, number map[string]int) *output {
	to, spelling := m.Metadata().Output, m.Metadata().Spelling
	if to == structured.Plain && spelling == (annotation.Spelling{}) {
		return nil
	}
	x := &output{spell: annotation.Speller{Spelling: spelling}, names: m.Labels()}
	if to != structured.Plain {
		x.scheme = &annotation.Converter{From: m.Scheme(), To: to}
	}
	x.pairs = m.Scheme() == structured.BIOES && to == structured.BIO
	for _, name := range m.Labels() {
		other := -1
		if j, ok := number[Twin(name)]; ok && x.pairs && Twin(name) != name {
			other = j
		}
		x.twins = append(x.twins, other)
	}
	return x
}

// twin returns the number of the label that has the same outside label as j, or -1.
func (x *output) twin(j int) int {
	if x == nil {
		return -1
	}
	return x.twins[j]
}

// check returns an *OptionError if outside labels do not determine inside labels, so that none can
// be fixed.
func (x *output) check() error {
	if x == nil || x.scheme == nil || x.pairs {
		return nil
	}
	return Refuse("fixed", "{fixed}: not supported, because the labels in %s do not determine the labels inside the model, in %s", x.scheme.To, x.scheme.From)
}

// write appends the outside labels of a path of label numbers.
func (x *output) write(dst []string, path []int) []string {
	for t, j := range path {
		near := nearby{-1, int32(j), -1}
		if t > 0 {
			near[0] = int32(path[t-1])
		}
		if t+1 < len(path) {
			near[2] = int32(path[t+1])
		}
		known := &x.known[near.hash()%knownLabels]
		if known.label == "" || known.near != near {
			known.near, known.label = near, x.convert(near)
		}
		dst = append(dst, known.label)
	}
	return dst
}

// convert returns the outside label of a token.
func (x *output) convert(near nearby) string {
	x.inside, x.outside = x.inside[:0], x.outside[:0]
	at := 0
	for k, j := range near {
		if j >= 0 {
			if k == 0 {
				at = 1
			}
			x.inside = append(x.inside, x.names[j])
		}
	}
	if x.scheme == nil {
		return x.spell.Write(x.outside, x.inside)[at]
	}
	x.outside, _ = x.scheme.Convert(x.outside, x.inside)
	return x.spell.Write(nil, x.outside[at:at+1])[0]
}

// number returns the number of an inside label for an outside label.
func (x *output) number(name string, number map[string]int) (j int, ok bool) {
	if x != nil {
		name = x.spell.Spelling.Read(name)
	}
	if j, ok = number[name]; !ok && x != nil && x.pairs {
		j, ok = number[Twin(name)]
	}
	return j, ok
}

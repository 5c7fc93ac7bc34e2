package model

import (
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// Twin returns the label that starts, or goes on with, a span as name does, but for whether the span ends there: S-X
// for B-X, E-X for I-X, and the other way round. Other labels are their own twins.
func Twin(name string) string {
	letter, _ := structured.SplitLabel(name)
	other, ok := map[byte]string{'B': "S", 'S': "B", 'I': "E", 'E': "I"}[letter]
	if !ok {
		return name
	}
	return other + name[1:]
}

// An output gives the labels that a model has inside as files spell them. A nil output leaves them.
type output struct {
	annotation.Converter
	// pairs is whether each label outside stands for one or two inside: BIO outside and BIOES inside. Then
	// twins are the numbers of those that a label stands for together with each, or -1.
	pairs bool
	twins []int
}

// newOutput returns nil for a model whose labels are those of its files.
func newOutput(m Labeller, number map[string]int) *output {
	to := m.Metadata().Output
	if to == structured.Plain {
		return nil
	}
	x := &output{Converter: annotation.Converter{From: m.Scheme(), To: to}}
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

// twin returns the number of the label that stands for the same label outside as j does, or -1.
func (x *output) twin(j int) int {
	if x == nil {
		return -1
	}
	return x.twins[j]
}

// check returns an *OptionError if labels outside do not determine those inside, so that none can be kept.
func (x *output) check() error {
	if x == nil || x.pairs {
		return nil
	}
	return Refuse("fixed", "{fixed}: the model writes labels in %s, which do not determine those that it has inside, in %s", x.To, x.From)
}

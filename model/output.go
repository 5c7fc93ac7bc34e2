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

	names   []string                    // inside labels
	numbers *annotation.NumberConverter // nil if there are too many labels
	inside  []string
}

// newOutput returns nil if inside and outside labels are the same.
func newOutput(m Labeller, number map[string]int) *output {
	to, spelling := m.Metadata().Output, m.Metadata().Spelling
	if to == structured.Plain && spelling == (annotation.Spelling{}) {
		return nil
	}
	x := &output{spell: annotation.Speller{Spelling: spelling}, names: m.Labels()}
	if len(x.names) <= annotation.MaxNumbers {
		x.numbers = annotation.NewNumberConverter(x.names, m.Scheme(), to, spelling)
	}
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

// write appends the outside labels of a path of inside labels.
func (x *output) write(dst []string, path []int) []string {
	if x.numbers != nil {
		return x.numbers.Convert(dst, path)
	}
	x.inside = x.inside[:0]
	for _, j := range path {
		x.inside = append(x.inside, x.names[j])
	}
	if x.scheme == nil {
		return x.spell.Write(dst, x.inside)
	}
	from := len(dst)
	dst, _ = x.scheme.Convert(dst, x.inside)
	return x.spell.Write(dst[:from], dst[from:])
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

package main

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A recoder rewrites the labels of training into the scheme that the model has inside. A nil recoder
// leaves them.
type recoder struct {
	annotation.Converter
	repaired int // labels that were ill-formed
	labels   []string
	trained  map[string]bool // the labels of the training data, once they are all there
}

// newRecoder reads the value of --scheme, for labels that were picked.
func newRecoder(scheme string, p *picked, supervision annotation.Supervision) (*recoder, error) {
	if scheme == "" {
		return nil, nil
	}
	to, err := structured.ParseScheme(scheme)
	switch {
	case err != nil || to == structured.Plain:
		return nil, wrongUsage("--scheme %s: want iob1, bio, bioes or io", scheme)
	case supervision != annotation.Full:
		return nil, wrongUsage("--scheme is for labels that are all known, without --supervision")
	case p.scheme == structured.Plain:
		return nil, wrongUsage("--scheme %s: the labels spell no spans", scheme)
	}
	return &recoder{Converter: annotation.Converter{From: p.scheme, To: to}}, nil
}

// train returns the labels to train on, valid until the next call.
func (r *recoder) train(labels []string) []string {
	if r == nil {
		return labels
	}
	var n int
	r.labels, n = r.Convert(r.labels[:0], labels)
	r.repaired += n
	return r.labels
}

// held returns the labels of development data. One that the training data set lacks, though they have others
// that spell the same span, is one of these; else it is as in the file, for the error that it will be.
func (r *recoder) held(set interface{ Labels() []string }, labels []string) []string {
	if r == nil {
		return labels
	}
	if r.trained == nil {
		r.trained = make(map[string]bool)
		for _, name := range set.Labels() {
			r.trained[name] = true
		}
	}
	inside := r.train(labels)
	for t, name := range inside {
		if r.trained[name] {
			continue
		}
		if other := twin(name); r.trained[other] {
			inside[t] = other
		} else {
			inside[t] = labels[t]
		}
	}
	return inside
}

// note says in the metadata what tagging writes.
func (r *recoder) note(meta *model.Metadata) {
	if r != nil && r.From != r.To {
		meta.Output, meta.Inside = r.From, r.To
	}
}

// tell says what was made of the labels.
func (r *recoder) tell(tell, warn func(string)) {
	if r == nil {
		return
	}
	if r.repaired > 0 {
		warn(fmt.Sprintf("%d labels were ill-formed in %s, and were read as conlleval does", r.repaired, r.From))
	}
	if r.From != r.To {
		tell(fmt.Sprintf("labels in %s are trained in %s; tag and eval give %s", r.From, r.To, r.From))
	}
}

// twin returns the label that starts, or goes on with, a span as name does, but for whether the span ends there.
func twin(name string) string {
	letter, _ := structured.SplitLabel(name)
	other, ok := map[byte]string{'B': "S", 'S': "B", 'I': "E", 'E': "I"}[letter]
	if !ok {
		return name
	}
	return other + name[1:]
}

// An outside gives back the labels of a model as its files spell them.
type outside struct {
	annotation.Converter
	// pairs is whether each label outside stands for one or two inside: BIO outside and BIOES inside. Then
	// twins are the numbers of those that a label stands for together with each, or -1.
	pairs bool
	twins []int
	spare []string
}

// newOutside returns nil for a model whose labels are those of its files.
func newOutside(m *crf.Model) *outside {
	to := m.Meta.Output
	if to == structured.Plain {
		return nil
	}
	x := &outside{Converter: annotation.Converter{From: m.Scheme(), To: to}}
	x.pairs = m.Scheme() == structured.BIOES && to == structured.BIO
	for _, name := range m.Labels() {
		other := -1
		if j, ok := m.Label(twin(name)); ok && x.pairs && twin(name) != name {
			other = j
		}
		x.twins = append(x.twins, other)
	}
	return x
}

// give rewrites the labels of candidates. Memory is used again for a single one.
func (x *outside) give(list []candidate) {
	for k := range list {
		if len(list) > 1 {
			list[k].labels, _ = x.Convert(nil, list[k].labels)
			continue
		}
		given, _ := x.Convert(x.spare[:0], list[k].labels)
		x.spare, list[k].labels = list[k].labels, given
	}
}

// probability is that of label j as it is outside.
func (x *outside) probability(marginals []float64, j int) float64 {
	p := marginals[j]
	if x != nil && x.twins[j] >= 0 {
		p += marginals[x.twins[j]]
	}
	return p
}

// inside returns what each of the labels given outside, -1 for none, leaves a token inside; valid until the next
// call. A nil outside gives the labels themselves.
func (x *outside) inside(dst [][]int, given []int) [][]int {
	dst = dst[:0]
	for _, j := range given {
		var choice []int
		if j >= 0 {
			choice = append(choice, j)
			if x != nil && x.twins[j] >= 0 {
				choice = append(choice, x.twins[j])
			}
		}
		dst = append(dst, choice)
	}
	return dst
}

// name returns a label that the model has inside for one that is given outside.
func (x *outside) name(m *crf.Model, given string) (int, bool) {
	j, ok := m.Label(given)
	if x != nil && !ok {
		j, ok = m.Label(twin(given))
	}
	return j, ok
}

// check reports what a model that rewrites its labels cannot do.
func (x *outside) check(o *tagFlags) error {
	switch {
	case x == nil:
	case o.tool != 0:
		return wrongUsage("%s writes labels in %s, but has %s inside, which is not for another tool's output", o.model, x.To, x.From)
	case o.fixed && !x.pairs:
		return wrongUsage("--fixed: %s writes labels in %s, which do not tell those that it has inside, in %s", o.model, x.To, x.From)
	}
	return nil
}

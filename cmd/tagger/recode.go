package main

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
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
		if other := model.Twin(name); r.trained[other] {
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

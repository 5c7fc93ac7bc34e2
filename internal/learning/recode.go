package learning

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A recoder converts training labels to the scheme inside the model. A nil recoder changes nothing.
type recoder struct {
	annotation.Converter
	repaired int // number of ill-formed labels
	labels   []string
	trained  map[string]bool // labels of the training data, set after reading it
}

// newRecoder returns nil if the scheme stays the same.
func newRecoder(scheme string, p *recipe.Profile, reading annotation.Supervision) (*recoder, error) {
	if scheme == "" {
		return nil, nil
	}
	to, _, err := annotation.ParseScheme(scheme)
	switch {
	case err != nil || to == structured.Plain:
		return nil, model.Refuse("scheme", "{scheme} %s: want iob1, bio, bioes, io, ioe1 or ioe2", scheme)
	case reading != annotation.Full:
		return nil, model.Refuse("scheme", "{scheme} needs one known label per token; leave out {supervision}")
	case p.Scheme == structured.Plain:
		return nil, model.Refuse("scheme", "{scheme} %s: the labels encode no spans", scheme)
	}
	return &recoder{Converter: annotation.Converter{From: p.Scheme, To: to}}, nil
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

// held returns the labels of development data. If the training data has no label of this name, but
// another that encodes the same span, held returns that one. Otherwise it returns the label of the
// file, for the error message.
func (r *recoder) held(trained, labels []string) []string {
	if r == nil {
		return labels
	}
	if r.trained == nil {
		r.trained = make(map[string]bool)
		for _, name := range trained {
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

// describe reports how labels were converted.
func (r *recoder) describe(c *recipe.Config) {
	if r == nil {
		return
	}
	if r.repaired > 0 {
		c.Caution(fmt.Sprintf("%d labels are ill-formed in %s; they are read as conlleval reads them", r.repaired, r.From))
	}
	if r.From != r.To {
		c.Say(fmt.Sprintf("labels in %s are trained in %s; tagging gives %s", r.From, r.To, r.From))
	}
}

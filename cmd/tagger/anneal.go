package main

import (
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// annealStages is how many runs lbfgs and owlqn make where the loss changes in the course of training.
const annealStages = 5

// usualBlend is the way of the blend where the user is silent. Weights of many attributes stand at nearly right
// angles to the few of a token, so that a margin of angles alone cannot be met.
const usualBlend = "1000..30"

// moved lists the flags that move a setting of the loss, and the ones that would hold it.
func (l *lossFlags) moved() []struct{ flag, value, still string } {
	return []struct{ flag, value, still string }{
		{"anneal-temperature", l.annealTemperature, "gamma"},
		{"anneal-cost", l.annealCost, "cost-scale"},
		{"anneal-blend", l.annealBlend, "blend"},
	}
}

func (l *lossFlags) checkAnnealing(changed func(flag string) bool) error {
	if l.name == "large-margin-softmax" && l.margin > 1 && !changed("blend") && !changed("anneal-blend") {
		l.annealBlend = usualBlend
	}
	for _, m := range l.moved() {
		if !changed(m.flag) {
			continue
		}
		if changed(m.still) {
			return wrongUsage("--%s and --%s: it moves or it stays", m.flag, m.still)
		}
		if _, err := losses.ParseRange(m.value); err != nil {
			return wrongUsage("--%s: %w", m.flag, err)
		}
	}
	return nil
}

// annealed tells whether the loss changes in the course of training.
func (l *lossFlags) annealed() bool {
	return l.annealTemperature != "" || l.annealCost != "" || l.annealBlend != ""
}

// set puts the loss for the labels of the data, and how it changes, into the options of training.
func (l *lossFlags) set(opts *crf.Options, labels []string, scheme structured.Scheme, steps int) error {
	var err error
	if opts.Loss, err = l.build(labels, scheme); err != nil || !l.annealed() {
		return err
	}
	cost, err := l.costFor(labels, scheme)
	if err != nil {
		return err
	}
	opts.Schedule = l.schedule(cost, steps)
	return nil
}

func (l *lossFlags) schedule(cost structured.Cost, steps int) *crf.Schedule {
	s := losses.Schedule{Name: l.name, Options: l.options(cost)}
	for k, r := range []*losses.Range{&s.Temperature, &s.Scale, &s.Blend} {
		*r, _ = losses.ParseRange(l.moved()[k].value) // checked; "" moves nothing
	}
	return &crf.Schedule{Loss: s.Loss, Steps: steps}
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/structured"
)

// A task is what labels are for, as far as they tell. It decides what is picked where the user is silent:
// templates, the scheme inside, the loss.
type task struct {
	preset string // of templates
	what   string // for people
}

var (
	tagging    = task{"pos", "single labels"}
	morphology = task{"morph", "labels of many features"}
	chunking   = task{"chunk", "spans of phrases"}
	naming     = task{"ner", "spans of names"}
)

// manyLabels are more than tagsets of parts of speech have in the first sentences of a file; labels that spell out
// features have as many.
const manyLabels = 80

// task tells what the labels that were seen are for.
func (p *picked) task() task {
	if p.scheme == structured.Plain {
		spelt := 0
		for label := range p.labels {
			if strings.Contains(label, "=") {
				spelt++
			}
		}
		if len(p.labels) > manyLabels || 2*spelt > len(p.labels) {
			return morphology
		}
		return tagging
	}
	phrases := 0
	for typ := range p.types {
		if slices.Contains(phraseTypes, typ) {
			phrases++
		}
	}
	if phrases > 0 && 2*phrases >= len(p.types) {
		return chunking
	}
	return naming
}

// phraseTypes are the chunks of CoNLL-2000 and of other languages' kin of them.
var phraseTypes = []string{
	"ADJP", "ADVP", "AP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "QP", "SBAR", "UCP", "VP",
	"NC", "PC", "VC",
}

// scheme picks the scheme in which labels are trained: "" is that of the file. Phrases fill the text, so that their
// ends tell something, on development data as well (docs/features.md); names gain nothing by it there.
func (p *picked) pickScheme() string {
	if p.task() == chunking && p.format != corpus.CRFsuite && (p.scheme == structured.BIO || p.scheme == structured.IOB1) {
		return structured.BIOES.String()
	}
	return ""
}

// missedName is the cost of a missed token of a name in the loss that is picked for names. Few tokens are names, so
// that a loss that counts all alike leaves too many out; 2 and 3 scored best on development data (docs/features.md).
const missedName = 3

// tokenScale is the cost of a wrong token in the loss that is picked for single labels, by cross-validation on
// training data (docs/features.md).
const tokenScale = 3

// pickLoss picks the loss for single labels or names, if it was left open.
func (o *trainFlags) pickLoss(d *data) {
	if !o.openLoss || d.format == corpus.CRFsuite {
		return
	}
	switch d.task() {
	case tagging:
		o.lossFlags.name, o.scale = "softmax-margin", tokenScale
		o.picked = map[string]string{"cost-scale": number(o.scale)}
		o.why = fmt.Sprintf("that loss is for single labels: --loss %s --cost-scale %g; --loss cross-entropy errs a little more, and is better calibrated",
			o.lossFlags.name, o.scale)
	case naming:
		if !slices.Contains(d.train.Labels(), "O") {
			return
		}
		o.lossFlags.name, o.cost, o.falseNegative = "softmax-margin", "entity", missedName
		o.picked = map[string]string{"cost": o.cost, "cost-fn": number(o.falseNegative)}
		o.why = fmt.Sprintf("that loss is for names: --loss %s --cost %s --cost-fn %g; --loss cross-entropy finds fewer, and is better calibrated",
			o.lossFlags.name, o.cost, o.falseNegative)
	}
}

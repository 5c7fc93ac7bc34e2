package main

import (
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
)

// seenName is the column with the labels that the words have in training. The presets read it; who names it in templates of
// his own gets it too.
const seenName = "seen"

// expect makes d count the labels of words if its templates read them, and nothing else has a column of that name.
func (d *data) expect() {
	d.seen = nil
	if d.source == nil || !d.source.Reads(seenName) {
		return
	}
	_, own := d.names[seenName]
	if own || slices.ContainsFunc(d.lexicons, func(l lexicon.Lexicon) bool { return l.Name() == seenName }) {
		return
	}
	d.seen = lexicon.NewLabelCounts()
}

// count counts the labels of s, a sentence of the training data.
func (d *data) count(s *sentence, labels []string) error {
	d.seen.Add(d.words(model.NormalForm(d.normal).Sequence(&s.rows)), d.certain(labels))
	return nil
}

// without returns a sentence of the training data with the leave-one-out label counts of its words.
func (d *data) without(seq features.Sequence, labels []string) features.Sequence {
	if d.seen == nil {
		return seq
	}
	d.counted = features.SeenLabels{Sequence: seq, Column: seenName,
		Fields: d.seen.LeaveOneOut(d.counted.Fields[:0], d.words(seq), d.certain(labels))}
	return &d.counted
}

// words returns those of a sentence, valid until the next call.
func (d *data) words(seq features.Sequence) []string {
	d.spelt = d.spelt[:0]
	for t := range seq.Len() {
		d.spelt = append(d.spelt, seq.Field(t, d.form))
	}
	return d.spelt
}

// certain returns the labels that fields tell for certain, and "" for others.
func (d *data) certain(fields []string) []string {
	if d.reading == annotation.Full {
		return fields
	}
	d.sure = d.sure[:0]
	for _, field := range fields {
		label := ""
		if c, err := d.reading.Choice(field); err == nil && c.Certain() { // what is wrong with one is told when it is trained on
			label = c.Labels[0]
		}
		d.sure = append(d.sure, label)
	}
	return d.sure
}

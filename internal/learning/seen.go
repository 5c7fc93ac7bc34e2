package learning

import (
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/lexicon"
)

// seenName is the column of the seen labels. The presets read it, and user templates may.
const seenName = "seen"

// seenLabels holds leave-one-out label counts ("seen labels"): how often each word has each label
// in the other training sentences.
type seenLabels struct {
	counts *lexicon.LabelCounts
	labels features.SeenLabels
	words  []string
	sure   []string
	out    bool // the counts leave out the sentence already
}

// expectSeen returns empty counts if the templates read them and no other column has their name.
func (d *Data) expectSeen() *seenLabels {
	if d.templates == nil || !d.templates.Reads(seenName) {
		return nil
	}
	_, own := d.Profile.Names[seenName]
	if own || slices.ContainsFunc(d.lexicons, func(l lexicon.Lexicon) bool { return l.Name() == seenName }) {
		return nil
	}
	return &seenLabels{counts: lexicon.NewLabelCounts()}
}

// count counts the labels of a training sentence.
func (d *Data) count(s *input.Sentence, labels []string) error {
	d.seen.counts.Add(d.seenWords(d.columns(s)), d.certain(labels))
	return nil
}

// without returns a training sentence with the labels that its words have in the other sentences.
func (d *Data) without(seq features.Sequence, labels []string) features.Sequence {
	if d.seen == nil {
		return seq
	}
	x := d.seen
	fields := x.labels.Fields[:0]
	if words := d.seenWords(seq); x.out {
		fields = x.counts.Fields(fields, words)
	} else {
		fields = x.counts.LeaveOneOut(fields, words, d.certain(labels))
	}
	x.labels = features.SeenLabels{Sequence: seq, Column: seenName, Fields: fields}
	return x.labels
}

// leaveOut removes the labels of the sentences of a document from the counts, until takeBack.
func (d *Data) leaveOut(list []*Kept, numbers []int) {
	for _, i := range numbers {
		d.seen.counts.Remove(d.seenWords(d.columns(&list[i].Sentence)), d.certain(list[i].Labels))
	}
	d.seen.out = true
}

// takeBack undoes leaveOut.
func (d *Data) takeBack(list []*Kept, numbers []int) {
	for _, i := range numbers {
		d.seen.counts.Add(d.seenWords(d.columns(&list[i].Sentence)), d.certain(list[i].Labels))
	}
	d.seen.out = false
}

// seenWords returns the words of a sentence, valid until the next call.
func (d *Data) seenWords(seq features.Sequence) []string {
	x := d.seen
	x.words = x.words[:0]
	for t := range seq.Len() {
		x.words = append(x.words, seq.Field(t, d.Profile.Form))
	}
	return x.words
}

// certain returns the unambiguous labels, and "" for others, valid until the next call.
func (d *Data) certain(fields []string) []string {
	if d.reading == annotation.Full {
		return fields
	}
	x := d.seen
	x.sure = x.sure[:0]
	for _, field := range fields {
		label := ""
		if c, err := d.reading.Choice(field); err == nil && c.Certain() { // unreadable labels are an error later
			label = d.spell.Spelling.Read(c.Labels[0])
		}
		x.sure = append(x.sure, label)
	}
	return x.sure
}

// columns returns a sentence in the Unicode normal form of the configuration.
func (d *Data) columns(s *input.Sentence) features.Sequence {
	return d.Config.Normalize.Sequence(&s.Rows)
}

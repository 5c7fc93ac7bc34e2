package learning

import (
	"iter"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// seenName is the column of the seen labels. The presets read it, and user templates may.
const seenName = "seen"

// seenLabels holds leave-one-out label counts ("seen labels"): how often each word has each label
// in the other training sentences, or in the other documents if the files mark documents.
type seenLabels struct {
	counts *lexicon.LabelCounts
	labels features.SeenLabels
	words  []string
	sure   []string
	out    bool // the counts leave out the sentence already

	marked markedDocuments
	kept   []labelledWords // those of the marked documents, by number from 1
	left   int             // number of the document that the counts leave out; 0 for none
	shared map[string]string
}

// labelledWords are the words of a document, and their labels.
type labelledWords struct{ words, labels []string }

// expectSeen returns empty counts if the templates read them and no other column has their name.
func (d *Data) expectSeen() *seenLabels {
	if d.templates == nil || !d.readsSeen() {
		return nil
	}
	_, own := d.Profile.Names[seenName]
	if own || slices.ContainsFunc(d.lexicons, func(l lexicon.Lexicon) bool { return l.Name() == seenName }) {
		return nil
	}
	return &seenLabels{counts: lexicon.NewLabelCounts()}
}

// readsSeen reports whether the templates read seen labels. Names of other templates, such as those
// of word resources, do not matter.
func (d *Data) readsSeen() bool {
	g := d.templates.Groups()
	known := slices.DeleteFunc(d.leftOut(d.templates), func(name string) bool { return g.Index(name) < 0 })
	t, err := d.templates.Without(known...)
	return err == nil && t.Reads(seenName) // Settle reports the error
}

// count counts the labels of a training sentence.
func (d *Data) count(s *input.Sentence, labels []string) error {
	x := d.seen
	words, labels := d.seenWords(d.columns(s)), d.certain(labels)
	x.counts.Add(words, labels)
	if d.counting && d.usesMarks() {
		x.keep(x.marked.of(s, d.file), words, labels)
	}
	return nil
}

// usesMarks reports whether the documents that training files mark matter. They do for spans: other
// documents have other names. For single labels, they do not (docs/explanation/features.md).
func (d *Data) usesMarks() bool {
	return d.Config.Document != recipe.NoDocuments && d.Profile.Scheme != structured.Plain
}

// keep keeps the words and labels of a sentence of a document, to leave them out later.
func (x *seenLabels) keep(document int, words, labels []string) {
	if document == 0 {
		return
	}
	if x.shared == nil {
		x.shared = make(map[string]string)
	}
	if document > len(x.kept) {
		x.kept = append(x.kept, labelledWords{})
	}
	of := &x.kept[document-1]
	of.words, of.labels = x.share(of.words, words), x.share(of.labels, labels)
}

// share appends copies of strings. Equal strings share memory.
func (x *seenLabels) share(dst, list []string) []string {
	for _, s := range list {
		if _, ok := x.shared[s]; !ok {
			s = strings.Clone(s)
			x.shared[s] = s
		}
		dst = append(dst, x.shared[s])
	}
	return dst
}

// next makes the counts leave out the document of the next sentence, instead of the one before.
func (x *seenLabels) next(s *input.Sentence, file string) {
	if x == nil || len(x.kept) < 2 {
		return
	}
	document := x.marked.of(s, file)
	if document == x.left {
		return
	}
	if x.left > 0 {
		x.counts.Add(x.kept[x.left-1].words, x.kept[x.left-1].labels)
	}
	if document > 0 {
		x.counts.Remove(x.kept[document-1].words, x.kept[document-1].labels)
	}
	x.left, x.out = document, document > 0
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

// unique returns an iterator over numbers without adjacent repetitions.
func unique(numbers []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, i := range numbers {
			if (k == 0 || i != numbers[k-1]) && !yield(i) {
				return
			}
		}
	}
}

// leaveOut removes the labels of the sentences of a document from the counts, until takeBack.
func (d *Data) leaveOut(list []*Kept, numbers []int) {
	for i := range unique(numbers) {
		d.seen.counts.Remove(d.seenWords(d.columns(&list[i].Sentence)), d.certain(list[i].Labels))
	}
	d.seen.out = true
}

// takeBack undoes leaveOut.
func (d *Data) takeBack(list []*Kept, numbers []int) {
	for i := range unique(numbers) {
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

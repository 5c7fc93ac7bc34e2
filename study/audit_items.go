package study

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// An item is a window of a sentence with the probabilities of its labels.
type item struct {
	sentence, start, end int
	gold, suggested      []annotation.Span // or one label as the type of a span
	kind                 string
	p, q, score          float64
}

// An auditor scores the items of one sentence after another with one model.
type auditor struct {
	score  string
	scheme structured.Scheme // of the file
	items  []item
	scores metrics.Evaluator

	tagger    model.Scorer
	names     []string
	number    map[string]int
	inside    annotation.Converter // from the file to the model
	outside   annotation.Converter // and back
	continues []bool               // L x L: label j continues the span of label i
	window    windower
	best      viterbi.Workspace
	marginals structured.Lattice

	path, gold []int // gold has -1 for labels that the model does not have
	labels     []string
	spans      [2][]annotation.Span // of the file, and predicted
}

// open prepares x to score with m the labels of a file in the given scheme.
func (x *auditor) open(m model.Labeller, scheme structured.Scheme, score string) error {
	t, err := m.NewTagger(model.TagOptions{})
	if err != nil {
		return err
	}
	x.tagger = t.(model.Scorer) // studies train chains
	x.score, x.scheme, x.scores.Scheme = score, scheme, scheme
	x.names, x.number = m.Labels(), make(map[string]int)
	x.inside = annotation.Converter{From: scheme, To: m.Scheme()}
	x.outside = annotation.Converter{From: m.Scheme(), To: scheme}
	n := len(x.names)
	x.continues = make([]bool, n*n)
	for j, name := range x.names {
		x.number[name] = j
		for i, before := range x.names {
			both := annotation.AppendSpans(nil, []string{before, name})
			x.continues[i*n+j] = scheme != structured.Plain && len(both) == 1 && both[0].End-both[0].Start == 2
		}
	}
	return nil
}

// add scores the items of a sentence.
func (x *auditor) add(number int, s *learning.Kept) error {
	lattice, err := x.tagger.Scores(s.ForTagger(), nil)
	if err != nil {
		return err
	}
	x.path = slices.Grow(x.path[:0], lattice.T)[:lattice.T]
	if _, err := x.best.Decode(x.path, lattice); err != nil {
		return err
	}
	logZ, err := x.window.inference.Marginals(&x.marginals, lattice, structured.NoEdges)
	if err != nil {
		return err
	}
	predicted := x.named(x.path)
	if err := x.scores.Add(s.Labels, predicted, nil); err != nil {
		return err
	}
	x.labels, _ = x.inside.Convert(x.labels[:0], s.Labels)
	x.gold = x.gold[:0]
	for _, name := range x.labels {
		j, ok := x.number[name]
		if !ok {
			j = -1
		}
		x.gold = append(x.gold, j)
	}
	if x.scheme == structured.Plain {
		x.addTokens(number, s.Labels, predicted)
		return nil
	}
	x.spans[0] = annotation.AppendSpans(x.spans[0][:0], s.Labels)
	x.spans[1] = annotation.AppendSpans(x.spans[1][:0], predicted)
	x.window.begin(lattice, logZ, x.continues)
	return x.addWindows(number)
}

// named returns the labels of a path in the scheme of the file.
func (x *auditor) named(path []int) []string {
	inside := make([]string, len(path))
	for t, j := range path {
		inside[t] = x.names[j]
	}
	labels, _ := x.outside.Convert(nil, inside)
	return labels
}

// addTokens adds an item for each token. The suggestion is the most probable label.
func (x *auditor) addTokens(number int, gold, predicted []string) {
	for t, j := range x.gold {
		row := x.marginals.NodeAt(t)
		i := item{sentence: number, start: t, end: t + 1, kind: SameLabels, gold: []annotation.Span{{Start: t, End: t + 1, Type: gold[t]}}}
		other := -1 // the most probable label except that of the file
		for k, p := range row {
			if k != j && (other < 0 || p > row[other]) {
				other = k
			}
		}
		if j >= 0 {
			i.p = min(max(row[j], 0), 1)
		}
		i.suggested = i.gold
		if i.q = i.p; other >= 0 && row[other] > i.p {
			i.q, i.kind = min(row[other], 1), WrongLabel
			i.suggested = []annotation.Span{{Start: t, End: t + 1, Type: x.names[other]}}
		}
		x.rank(&i, row)
		x.items = append(x.items, i)
	}
}

// addWindows adds an item for each group of spans that overlap.
func (x *auditor) addWindows(number int) error {
	gold, predicted := x.spans[0], x.spans[1]
	for len(gold)+len(predicted) > 0 {
		i := item{sentence: number}
		switch {
		case len(predicted) == 0 || len(gold) > 0 && gold[0].Start <= predicted[0].Start:
			i.start, i.end = gold[0].Start, gold[0].End
		default:
			i.start, i.end = predicted[0].Start, predicted[0].End
		}
		for grown := true; grown; {
			grown = false
			for len(gold) > 0 && gold[0].Start < i.end {
				i.gold, i.end, gold, grown = append(i.gold, gold[0]), max(i.end, gold[0].End), gold[1:], true
			}
			for len(predicted) > 0 && predicted[0].Start < i.end {
				i.suggested, i.end, predicted, grown = append(i.suggested, predicted[0]), max(i.end, predicted[0].End), predicted[1:], true
			}
		}
		i.kind = kindOf(i.gold, i.suggested)
		var err error
		if i.p, err = x.window.probability(i.start, x.gold[i.start:i.end]); err != nil {
			return err
		}
		if i.q = i.p; i.kind != SameLabels {
			if i.q, err = x.window.probability(i.start, x.path[i.start:i.end]); err != nil {
				return err
			}
		}
		l := len(x.names)
		x.rank(&i, x.marginals.Node[i.start*l:i.end*l])
		x.items = append(x.items, i)
	}
	return nil
}

// kindOf compares the spans of the file with the predicted ones.
func kindOf(gold, suggested []annotation.Span) string {
	switch {
	case slices.Equal(gold, suggested):
		return SameLabels
	case len(gold) == 0:
		return MissingSpan
	case len(suggested) == 0:
		return ExtraSpan
	case len(gold) > 1 || len(suggested) > 1:
		return OtherSpans
	case gold[0].Type == suggested[0].Type:
		return WrongBoundary
	case gold[0].Start == suggested[0].Start && gold[0].End == suggested[0].End:
		return WrongType
	}
	return OtherSpans
}

// leastShare bounds a probability in a ratio.
const leastShare = 1e-6

// rank sets the score of an item. Marginals are the label probabilities of its tokens.
func (x *auditor) rank(i *item, marginals []float64) {
	switch x.score {
	case ByMargin:
		q := i.q
		if i.kind == SameLabels {
			q = 1 - i.p
		}
		i.score = (i.p - q + 1) / 2
	case ByEntropy:
		entropy := 0.0
		for _, p := range marginals {
			if p > 0 {
				entropy -= p * math.Log(p)
			}
		}
		l := len(x.names)
		if l > 1 {
			entropy /= math.Log(float64(l)) * float64(len(marginals)/l)
		}
		r := max(entropy/max(i.p, leastShare), leastShare)
		i.score = math.Log1p(r) / r
	default:
		i.score = i.p
	}
}

// A windower computes probabilities of windows of a sentence.
type windower struct {
	inference forwardbackward.Workspace
	s         *structured.Lattice
	logZ      float64
	continues []bool
	saved     []float64
}

// begin sets the sentence. The windower changes its scores and restores them.
func (w *windower) begin(s *structured.Lattice, logZ float64, continues []bool) {
	w.s, w.logZ, w.continues = s, logZ, continues
}

// probability returns the probability that the tokens from start have the labels, and that no span
// crosses the ends of the window. It is 0 if a label is negative.
func (w *windower) probability(start int, labels []int) (float64, error) {
	if slices.Contains(labels, -1) {
		return 0, nil
	}
	l, end := w.s.L, start+len(labels)
	lo, hi := max(start-1, 0), min(end+1, w.s.T)
	nodes := w.s.Node[lo*l : hi*l]
	w.saved = append(w.saved[:0], nodes...)
	defer copy(nodes, w.saved)
	for t := lo; t < hi; t++ {
		row := w.s.NodeAt(t)
		for j := range row {
			switch {
			case t < start && w.continues[j*l+labels[0]],
				t >= end && w.continues[labels[len(labels)-1]*l+j],
				t >= start && t < end && labels[t-start] != j:
				row[j] = math.Inf(-1)
			}
		}
	}
	logZ, err := w.inference.LogZ(w.s)
	switch {
	case errors.Is(err, structured.ErrNoPath):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return min(math.Exp(logZ-w.logZ), 1), nil
}

// suspect returns the exported form of an item.
func (i *item) suspect(rank int, b *bench, spell *annotation.Speller) Suspect {
	s := b.all[i.sentence]
	x := Suspect{
		Rank: rank, File: s.File, Line: s.Line(i.start), Sentence: i.sentence, Kind: i.kind, Score: i.score, Probability: i.p, Likelihood: i.q,
		Start: i.start, End: i.end, Words: words(s, b.data.Profile.Form),
	}
	spans := func(list []annotation.Span) []AuditSpan {
		out := []AuditSpan{}
		for _, p := range list {
			label := p.Type
			if b.scheme == structured.Plain {
				label = spell.Write(nil, []string{label})[0]
			}
			out = append(out, AuditSpan{Start: p.Start, End: p.End, Label: label, Text: strings.Join(x.Words[p.Start:p.End], " ")})
		}
		return out
	}
	x.Gold, x.Suggested = spans(i.gold), spans(i.suggested)
	return x
}

// words returns the words of a sentence, or the first attribute of each token.
func words(s *learning.Kept, form int) []string {
	if s.Items.Labels == nil {
		return s.Rows.Column(nil, form)
	}
	list := make([]string, s.Items.Len())
	for t, attributes := range s.Items.Attributes {
		list[t] = fmt.Sprintf("token %d", t+1)
		if len(attributes) > 0 {
			list[t] = attributes[0].Name
		}
	}
	return list
}

package metrics

import (
	"errors"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	// ErrLength means that gold labels, predicted labels and known flags differ in number.
	ErrLength = errors.New("sequences differ in length")
	// ErrTask means that plain labels and spans were to be merged.
	ErrTask = errors.New("plain labels and spans cannot be scored together")
	// ErrResampling means that the number of samples or the level is out of range.
	ErrResampling = errors.New("cannot resample")
	// ErrProbability means that a probability is not in 0..1.
	ErrProbability = errors.New("probability is not in 0..1")
	// ErrMeasure means that a text is not the name of a [Measure].
	ErrMeasure = errors.New("not a measure")
)

// Evaluator compares predicted labels with gold labels. Its zero value, with or without a Scheme,
// is ready to use. It must not be used by two goroutines at once: give each its own Evaluator and
// Merge them.
type Evaluator struct {
	// Scheme selects how labels are scored: Plain as they are, any other scheme as spans. It must
	// not change after the first Add.
	Scheme structured.Scheme

	tokens, sentences tally
	known, unknown    tally             // tokens of words seen in training, and of other words
	items             map[string]*items // by label or span type
	confusions        map[confusion]int
	right             map[string]*int // correctly labelled tokens by label
	last              Counts

	gold, predicted []annotation.Span // scratch of one sentence
}

type tally struct{ n, correct int }

func (t *tally) add(correct bool) {
	t.n++
	if correct {
		t.correct++
	}
}

func (t *tally) merge(o tally) { t.n, t.correct = t.n+o.n, t.correct+o.correct }

type items struct{ gold, predicted, correct int }

type confusion struct{ gold, predicted string }

// Add adds one sentence: the gold and the predicted label of each token, and whether its word
// occurs in the training data (nil if not known). A sentence without tokens does not count. The
// error is ErrLength; then nothing is counted.
func (e *Evaluator) Add(gold, predicted []string, known []bool) error {
	if len(gold) != len(predicted) || known != nil && len(known) != len(gold) {
		return fmt.Errorf("%w: %d gold labels, %d predicted, %d known flags",
			ErrLength, len(gold), len(predicted), len(known))
	}
	e.last = Counts{}
	if len(gold) == 0 {
		return nil
	}
	e.last = Counts{Tokens: len(gold), Sentences: 1}
	for t, g := range gold {
		p := predicted[t]
		right := g == p
		e.tokens.add(right)
		switch {
		case known == nil:
		case known[t]:
			e.known.add(right)
		default:
			e.unknown.add(right)
		}
		if right {
			e.last.Right++
			e.hit(g, 1)
		} else {
			e.confuse(confusion{g, p}, 1)
		}
		if e.Scheme == structured.Plain {
			e.addItem(g, p)
		}
	}
	perfect := e.last.Right == len(gold)
	e.sentences.add(perfect)
	if perfect {
		e.last.Perfect = 1
	}
	if e.Scheme == structured.Plain {
		e.last.Gold, e.last.Predicted, e.last.Correct = len(gold), len(gold), e.last.Right
	} else {
		e.addSpans(gold, predicted)
	}
	return nil
}

// Last returns the counts of the last sentence added, zero if it has no tokens. [Bootstrap] and
// [Compare] use these counts.
func (e *Evaluator) Last() Counts { return e.last }

func (e *Evaluator) addItem(gold, predicted string) {
	g := e.item(gold)
	g.gold++
	if predicted == gold {
		g.predicted++
		g.correct++
		return
	}
	e.item(predicted).predicted++
}

func (e *Evaluator) addSpans(gold, predicted []string) {
	e.gold = annotation.AppendSpans(e.gold[:0], gold)
	e.predicted = annotation.AppendSpans(e.predicted[:0], predicted)
	e.last.Gold, e.last.Predicted = len(e.gold), len(e.predicted)
	for _, g := range e.gold {
		e.item(g.Type).gold++
	}
	// Both lists are ordered by Start, and the spans of a list have distinct Starts.
	gs := e.gold
	for _, p := range e.predicted {
		it := e.item(p.Type)
		it.predicted++
		for len(gs) > 0 && gs[0].Start < p.Start {
			gs = gs[1:]
		}
		if len(gs) > 0 && gs[0] == p {
			it.correct++
			e.last.Correct++
		}
	}
}

// item returns the counts of a label or type. It clones the name, which may be a substring of a
// long text.
func (e *Evaluator) item(name string) *items {
	it := e.items[name]
	if it == nil {
		if e.items == nil {
			e.items = make(map[string]*items)
		}
		it = new(items)
		e.items[strings.Clone(name)] = it
	}
	return it
}

func (e *Evaluator) confuse(c confusion, n int) {
	if e.confusions == nil {
		e.confusions = make(map[confusion]int)
	}
	if _, ok := e.confusions[c]; !ok {
		c = confusion{strings.Clone(c.gold), strings.Clone(c.predicted)}
	}
	e.confusions[c] += n
}

func (e *Evaluator) hit(label string, n int) {
	count := e.right[label]
	if count == nil {
		if e.right == nil {
			e.right = make(map[string]*int)
		}
		count = new(int)
		e.right[strings.Clone(label)] = count
	}
	*count += n
}

// Merge adds the counts of o, as if all its sentences had been added to e. It does not change o.
// The error is ErrTask if only one of the two scores spans.
func (e *Evaluator) Merge(o *Evaluator) error {
	if (e.Scheme == structured.Plain) != (o.Scheme == structured.Plain) {
		return fmt.Errorf("%w: schemes are %v and %v", ErrTask, e.Scheme, o.Scheme)
	}
	e.tokens.merge(o.tokens)
	e.sentences.merge(o.sentences)
	e.known.merge(o.known)
	e.unknown.merge(o.unknown)
	for name, from := range o.items {
		to := e.item(name)
		to.gold += from.gold
		to.predicted += from.predicted
		to.correct += from.correct
	}
	for c, n := range o.confusions {
		e.confuse(c, n)
	}
	for label, n := range o.right {
		e.hit(label, *n)
	}
	return nil
}

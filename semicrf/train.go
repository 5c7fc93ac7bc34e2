package semicrf

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// Options are the settings of [Train]. The zero value trains a semi-Markov CRF with cross-entropy
// and L-BFGS, without a penalty.
type Options struct {
	Loss losses.General // nil means losses.CrossEntropy{}

	// Set at most one of Batch and Stochastic. The default is optimize.LBFGS{}.
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod

	Penalty   optimize.Penalty // added to the sum of the losses
	MaxLength int              // maximum tokens of a segment; 0 means enough for 99.5% of the spans
	MinCount  int              // segment attributes of fewer spans get no weights; 0 means 2

	// Threads is the number of threads; 0 means one per core. The limit is one per sentence, and
	// 256 or four per core, whichever is more. Results depend on it in the last digits.
	Threads int

	Init *Model // initial weights, matched by the names of attributes and types

	// Dev is a separate data set with the same input. It scores the weights after each iteration or
	// epoch, and the model gets the best ones. With Patience > 0, training stops after that many
	// iterations or epochs without a better score.
	Dev      *Dataset
	Patience int

	Progress func(model.Progress) // if not nil, called after each iteration or epoch
	Warn     func(string)         // if not nil, called with warnings before and after training
}

// Train returns the model that minimises the sum of the losses of the sentences of d plus the
// penalty. The labels of d must encode spans.
//
// When ctx ends, training stops at the next step. Train then returns the best model so far and an
// error that wraps the error of ctx, or no model before the first complete iteration or epoch. With
// any other error there is no model.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, model.Summary, error) {
	var summary model.Summary
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	if o.MinCount == 0 {
		o.MinCount = 2
	}
	if o.MaxLength <= 0 {
		o.MaxLength = d.usual()
	}
	o.Batch, o.Threads = training.Batch(o.Batch, o.Stochastic), workers.ForTraining(o.Threads, d.Len())
	method := training.Method{Batch: o.Batch, Stochastic: o.Stochastic, Penalty: o.Penalty}
	if err := method.Check(o.Loss); err != nil {
		return nil, summary, err
	}
	if d.Scheme() == structured.Plain {
		return nil, summary, fmt.Errorf("%w: the labels encode no spans: want span labels such as B-PER", model.ErrInput)
	}
	if len(d.Types()) > most || o.MaxLength > most {
		return nil, summary, fmt.Errorf("%w: %d span types of up to %d tokens: want at most %d of each", model.ErrInput, len(d.Types()), o.MaxLength, most)
	}
	m, goal, err := d.compile(o)
	if err != nil {
		return nil, summary, err
	}
	if o.Init != nil {
		m.warmStart(o.Init)
	}
	summary.Features, summary.Skipped = m.x.dim(), d.Len()-goal.Len()
	method.Warn(o.Warn, o.Loss, o.Init != nil)
	if o.Warn != nil && summary.Skipped > 0 {
		o.Warn(d.leftOut(summary.Skipped, o.MaxLength))
	}
	watch := training.Watch{Patience: o.Patience, Progress: o.Progress}
	if o.Dev != nil {
		watch.Score = o.Dev.heldOut(m, o).evaluate
	}
	report := func(step *optimize.Step) error { return watch.Report(model.Progress{Step: step}, &summary, true) }
	if o.Batch != nil {
		summary.Result, err = o.Batch.Minimize(ctx, goal, m.w, o.Penalty, report)
	} else {
		summary.Result, err = o.Stochastic.Minimize(ctx, goal, m.w, o.Penalty, report)
	}
	if err != nil && !training.Interrupted(ctx, summary.Steps, err) {
		return nil, summary, err
	}
	if watch.Best != nil {
		copy(m.w, watch.Best)
	}
	m.prune()
	if o.Warn != nil && !slices.ContainsFunc(m.w, func(v float64) bool { return v != 0 }) {
		o.Warn(model.Empty)
	}
	return m, summary, err
}

// leftOut describes the spans that are too long, with the words of the first few.
func (d *Dataset) leftOut(sentences, longest int) string {
	var examples []string
	n := 0
	for s := range d.Len() {
		for _, span := range d.spansOf(s) {
			if span.End-span.Start <= longest {
				continue
			}
			if n++; n <= shown {
				var text []string
				for t := span.Start; t < min(span.End, span.Start+longest); t++ {
					text = append(text, d.texts.List()[d.text[(d.sentence[s]+t)*kinds+words]][len("u:"):])
				}
				examples = append(examples, fmt.Sprintf("%s %.80q (%d tokens)", span.Type, strings.Join(text, " ")+" ...", span.End-span.Start))
			}
		}
	}
	if n > shown {
		examples = append(examples, "...")
	}
	return fmt.Sprintf("%d sentences have spans of more than %d tokens and are left out, %d of %d spans: %s",
		sentences, longest, n, d.Spans(), strings.Join(examples, ", "))
}

// shown is the number of spans in the warning about long spans.
const shown = 3

// compile returns a model of zero weights over the features of d, and the objective to train it.
func (d *Dataset) compile(o Options) (*Model, *objective, error) {
	codec, err := spans.NewCodec(d.Scheme(), d.Types())
	if err != nil {
		return nil, nil, err
	}
	lex := d.lexicon(o.MaxLength, o.MinCount)
	goal := &objective{longest: o.MaxLength, loss: o.Loss}
	var (
		text texts
		k    keys
		seg  []int32
		ends []int
	)
	for s := range d.Len() {
		if d.tooLong(s, o.MaxLength) {
			continue
		}
		lo, hi := d.sentence[s], d.sentence[s+1]
		gold, err := codec.Segments(nil, d.spansOf(s), hi-lo)
		if err != nil {
			return nil, nil, err
		}
		d.textsOf(&text, s)
		from, base := len(ends), len(seg)
		seg, ends = lex.segments(seg, ends, hi-lo, &text, &k)
		goal.sentences = append(goal.sentences, sentence{first: d.first[lo : hi+1], attr: d.attr, ends: ends[from:], seg: seg, base: base})
		goal.gold = append(goal.gold, gold)
		goal.weight = append(goal.weight, d.weight[s])
	}
	if goal.Len() == 0 {
		return nil, nil, fmt.Errorf("%w: no sentences to train on", model.ErrInput)
	}
	goal.x = newIndex(d.attrs.Len(), codec.Len(), lex.len(), goal.occurrences)
	goal.divide(o.Threads)
	m := &Model{input: d.input, read: d.read, codec: codec, lex: lex, attrs: d.attrs, x: goal.x, w: make([]float64, goal.x.dim())} // prune later replaces the shared attributes
	return m, goal, nil
}

func (d *Dataset) tooLong(s, longest int) bool {
	for _, span := range d.spansOf(s) {
		if span.End-span.Start > longest {
			return true
		}
	}
	return false
}

// occurrences calls visit for the attributes of all tokens with their roles and labels.
func (o *objective) occurrences(visit func(a int32, role, label int)) {
	for k := range o.sentences {
		s := &o.sentences[k]
		token := func(t, role, label int) {
			for _, a := range s.attr[s.first[t]:s.first[t+1]] {
				visit(a, role, label)
			}
		}
		for _, g := range o.gold[k] {
			for t := g.Start; t < g.End; t++ {
				token(t, in, g.Label)
			}
			if g.Label != spans.Outside {
				token(g.Start, first, g.Label)
				token(g.End-1, last, g.Label)
			}
		}
	}
}

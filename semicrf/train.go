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

// Options are the settings of [Train]. The zero value is the semi-Markov conditional random field of
// cross-entropy and L-BFGS, without a penalty.
type Options struct {
	Loss losses.General // nil means losses.CrossEntropy{}

	// At most one of the two is set; without either it is optimize.LBFGS{}.
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod

	Penalty   optimize.Penalty // added to the sum of the losses
	MaxLength int              // tokens of a segment; 0 means what covers 99.5% of the spans
	MinCount  int              // attributes of segments that fewer spans have have no features; 0 means 2
	Threads   int              // 0 means one a core; at most one a sentence, and at most 256 or four a core; results depend on it in the last digits
	Init      *Model           // weights to start from, by the names of attributes and types

	// Dev, a data set of its own with the same input, scores the weights after each iteration or epoch; the best
	// ones become the model. With Patience > 0, so many without a better score end the training.
	Dev      *Dataset
	Patience int

	Progress func(model.Progress) // called after each iteration or epoch, unless nil
	Warn     func(string)         // called with what the user should know before training starts, unless nil
}

// Train returns the model that minimises the sum of the losses of the sentences of d plus the penalty. When
// ctx ends, training stops at the next step. Train then returns the best model so far together with an error that
// wraps the context's, or no model if no iteration or epoch has been completed. Any other error comes without a
// model. The labels of d must spell spans.
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
		return nil, summary, fmt.Errorf("%w: the labels spell no spans", model.ErrInput)
	}
	if len(d.Types()) > most || o.MaxLength > most {
		return nil, summary, fmt.Errorf("%w: %d types of spans of up to %d tokens: at most %d of each", model.ErrInput, len(d.Types()), o.MaxLength, most)
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

// leftOut says which spans are too long, the first few by their words.
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

// shown is how many spans that are too long are told.
const shown = 3

// compile returns a model of zero weights over the features of d, and the objective that trains it.
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
		return nil, nil, fmt.Errorf("%w: no sentence to train on", model.ErrInput)
	}
	goal.x = newIndex(d.attrs.Len(), codec.Len(), lex.len(), goal.occurrences)
	goal.divide(o.Threads)
	m := &Model{input: d.input, read: d.read, codec: codec, lex: lex, attrs: d.attrs, x: goal.x, w: make([]float64, goal.x.dim())} // prune gives it attributes of its own
	return m, goal, nil
}

// tooLong reports whether a sentence has a span of more tokens than a segment may have.
func (d *Dataset) tooLong(s, longest int) bool {
	for _, span := range d.spansOf(s) {
		if span.End-span.Start > longest {
			return true
		}
	}
	return false
}

// occurrences visits the attributes of all tokens with their roles and labels.
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

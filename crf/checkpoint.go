package crf

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// Checkpoints says when and where training writes checkpoints, which contain all that
// [Options.Resume] needs.
type Checkpoints struct {
	// Write receives a function that writes a checkpoint, and chooses where to write it. Train
	// calls Write at the end of the first iteration or epoch after Every, and of the last one. When
	// the context ends and the last step has no checkpoint yet, training completes the current step
	// and writes one. If Write fails, training ends as if the context had ended.
	Write func(checkpoint func(io.Writer) error) error
	// Every is the time between checkpoints. 0 writes one after each step.
	Every time.Duration
}

// keeper writes the checkpoints of a training run.
type keeper struct {
	Checkpoints
	ctx  context.Context // context of the caller
	stop func()          // cancels the context of the optimizer
	last time.Time
	kept atomic.Bool // the checkpoint contains all steps so far
	err  error
}

// print is a property that identifies a training run.
type print struct{ what, is string }

// keep returns the context for the optimizer, and a function to release it.
func (t *trainer) keep(ctx context.Context) (context.Context, func()) {
	if t.o.Checkpoints == nil {
		return ctx, func() {}
	}
	within, stop := context.WithCancel(context.WithoutCancel(ctx))
	k := &keeper{Checkpoints: *t.o.Checkpoints, ctx: ctx, stop: stop, last: time.Now()}
	k.kept.Store(true) // no step to save yet
	t.keeper = k
	forget := context.AfterFunc(ctx, func() {
		if k.kept.Load() {
			stop()
		}
	})
	return within, func() {
		forget()
		stop()
	}
}

// save writes a checkpoint of the step if one is due.
func (t *trainer) save(step *optimize.Step) {
	k := t.keeper
	if k == nil {
		return
	}
	k.kept.Store(false)
	if time.Since(k.last) < k.Every && !step.Last && k.ctx.Err() == nil {
		return
	}
	err := k.Write(func(w io.Writer) error {
		c := checkpoint.NewWriter(w)
		if t.state(c); c.Close() != nil {
			return c.Err()
		}
		return step.Checkpoint(w)
	})
	if err != nil {
		k.err = fmt.Errorf("checkpoint: %w", err)
	}
	k.last = time.Now()
	k.kept.Store(true)
	if err != nil || k.ctx.Err() != nil {
		k.stop()
	}
}

// ended returns the error for the caller of Train, and whether the weights become a model despite
// an error.
func (t *trainer) ended(ctx context.Context, err error) (usable bool, _ error) {
	switch k := t.keeper; {
	case k == nil || err != nil && !errors.Is(err, context.Canceled):
	case k.err != nil:
		return true, k.err
	case err != nil && ctx.Err() != nil:
		return true, fmt.Errorf("cancelled after %d steps: %w", t.summary.Steps, ctx.Err())
	}
	return err == nil || training.Interrupted(ctx, t.summary.Steps, err), err
}

// resume reads the trainer part of a checkpoint. The optimizer reads the rest.
func (t *trainer) resume(from io.Reader) error {
	c := checkpoint.NewReader(from)
	t.state(c)
	if err := c.Close(); err != nil {
		return err
	}
	t.from = from
	for _, s := range []struct {
		w       []float64
		summary *model.Summary
	}{{t.watch.Best, &t.summary}, {t.won, &t.wonSummary}} {
		if t.dev == nil || s.w == nil {
			continue
		}
		r, err := t.dev.evaluate(s.w)
		if err != nil {
			return err
		}
		s.summary.Dev = &r
	}
	return nil
}

// state codes the training state without the optimizer. Development scores are recomputed on
// resume.
func (t *trainer) state(c *checkpoint.Coder) {
	for _, p := range t.fingerprints() {
		c.Same(p.what, p.is)
	}
	for k, l := range t.losses {
		step := ""
		if len(t.losses) > 1 {
			step = fmt.Sprintf(" of step %d", k)
		}
		c.SameFields("the loss"+step, "the loss's ", l)
	}
	c.Int(&t.epoch, 0, math.MaxInt/2)
	c.Int(&t.stage, 0, len(t.losses)-1)
	code(c, &t.before)
	c.Float(&t.seconds)
	c.Int(&t.watch.Waited, 0, math.MaxInt/2)
	t.weights(c, &t.watch.Best)
	codeSummary(c, &t.summary, t.o.Restarts)
	if t.o.Restarts > 0 {
		t.weights(c, &t.start)
		t.weights(c, &t.won)
		codeSummary(c, &t.wonSummary, t.o.Restarts)
	}
}

// weights codes an optional weight vector.
func (t *trainer) weights(c *checkpoint.Coder, w *[]float64) {
	some := *w != nil
	if c.Bool(&some); some && *w == nil {
		*w = make([]float64, t.x.dim())
	}
	c.Floats(*w)
}

func codeSummary(c *checkpoint.Coder, s *model.Summary, restarts int) {
	code(c, &s.Result)
	c.Int(&s.BestStep, 0, math.MaxInt/2)
	c.Number(&s.BestLoss)
	c.Int(&s.Run, 0, restarts)
}

func code(c *checkpoint.Coder, r *optimize.Result) {
	for _, n := range []*int{&r.Updates, &r.Steps, &r.Evaluations} {
		c.Int(n, 0, math.MaxInt/2)
	}
	for _, x := range []*float64{&r.Objective, &r.GradNorm, &r.Gap} {
		c.Number(x)
	}
	reason := int(r.Reason)
	c.Int(&reason, -1, math.MaxInt8)
	r.Reason = optimize.Reason(reason)
}

// fingerprints identifies training runs that take the same steps. The most likely causes of other
// differences come first.
func (t *trainer) fingerprints() []print {
	if t.prints != nil {
		return t.prints
	}
	d := t.data
	t.prints = []print{
		{"the number of threads", fmt.Sprint(t.o.Threads)},
		{"AllPairs", fmt.Sprint(t.o.AllPairs)},
		{"MinCount", fmt.Sprint(max(1, t.o.MinCount))},
		{"TagDictionary", fmt.Sprint(t.o.TagDictionary)},
		{"the number of restarts", fmt.Sprint(t.o.Restarts)},
		{"the number of steps of the schedule", fmt.Sprint(len(t.losses))},
		{"the number of sentences", fmt.Sprint(d.Len())},
		{"the number of tokens", fmt.Sprint(d.Tokens())},
		{"the fingerprint of the labels", digest(func(h hash.Hash) { fmt.Fprintf(h, "%q", d.labels.Names()) })},
		{"the fingerprint of the attributes", digest(func(h hash.Hash) {
			d.attrs.digest(h)
			d.bigrams.digest(h)
		})},
		{"the fingerprint of the sentences", d.digest()},
		{"the fingerprint of the sentence weights", digest(func(h hash.Hash) { fold(h, d.weight, math.Float64bits) })},
	}
	if t.o.Restarts > 0 {
		t.prints = append(t.prints, print{"the seed of the restarts", fmt.Sprint(t.o.Seed)})
	}
	if len(d.input.Lexicons) > 0 {
		t.prints = append(t.prints, print{"the fingerprint of the lexicons", digest(func(h hash.Hash) {
			for _, l := range d.input.Lexicons {
				for _, s := range lexicon.Sections(l) {
					fmt.Fprintf(h, "%s %d ", s.Name, len(s.Data))
					_, _ = h.Write(s.Data) // never fails
				}
			}
		})})
	}
	dev := "none"
	if t.o.Dev != nil {
		dev = t.o.Dev.digest()
	}
	t.prints = append(t.prints, print{"the fingerprint of the development data", dev})
	return t.prints
}

// digest returns the digest of the sentences without their weights.
func (d *Dataset) digest() string {
	return digest(func(h hash.Hash) {
		fold(h, d.sentence, fromInt)
		fold(h, d.gold, fromInt)
		fold(h, d.choices.first, fromInt)
		fold(h, d.choices.label, fromInt)
		fold(h, d.choices.share, math.Float64bits)
		d.tokens.digest(h)
	})
}

func (k *tokens) digest(h hash.Hash) {
	fold(h, k.first, fromInt)
	fold(h, k.attr, fromInt)
	fold(h, k.value, math.Float64bits)
	fold(h, k.bfirst, fromInt)
	fold(h, k.battr, fromInt)
}

func (d *dictionary) digest(h hash.Hash) {
	fold(h, d.end, fromInt)
	_, _ = h.Write(d.text) // never fails
}

func digest(write func(h hash.Hash)) string {
	h := sha256.New()
	write(h)
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// fold writes the length of v and its items.
func fold[T any](h hash.Hash, v []T, bits func(T) uint64) {
	buf := binary.LittleEndian.AppendUint64(nil, uint64(len(v)))
	for part := range slices.Chunk(v, 1<<12) {
		for _, x := range part {
			buf = binary.LittleEndian.AppendUint64(buf, bits(x))
		}
		_, _ = h.Write(buf) // never fails
		buf = buf[:0]
	}
	_, _ = h.Write(buf)
}

func fromInt[T constraints.Signed](x T) uint64 { return uint64(x) }

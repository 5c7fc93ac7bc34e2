package learning

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A Search describes the settings that were compared before training.
type Search struct {
	Kind   string        // quick or full
	Folds  int           // number of held-out fifths of the training data; 0 means development data
	Trials []SearchTrial // the first is the default
	Chosen SearchTrial
}

// A SearchTrial is a setting with its score.
type SearchTrial struct {
	Text  string  // the settings; "" for the default
	Folds int     // number of folds that the setting was tried on
	F1    float64 // on these folds together; accuracy for plain labels
	Gain  float64 // over the default on the same folds
	P     float64 // probability of such a difference by chance
	Err   error   // why the setting could not be trained

	config recipe.Config
	brief  bool             // train by Config.Brief instead of Config.Short
	start  *model.Labeller  // to start from; nil means from zero
	model  *model.Labeller  // where to store the model; may be nil
	each   []metrics.Counts // of the held-out sentences
}

// convinced is the probability below which a difference from the default counts.
const convinced = 0.05

// samples is the number of samples for the probability of a difference.
const samples = 2000

// searchFolds is the number of folds of the training data. rungs lists how many of them are tried
// in each round. After each round but the last, half of the settings remain.
const searchFolds = 5

var rungs = map[string][]int{recipe.QuickSearch: {1, 1}, recipe.FullSearch: {1, 2, 2}}

// A part is a fold: the sentences to train on and to score.
type part struct {
	train []int
	test  []*Kept
}

// search picks the settings that d.Config leaves unset, by trials on folds of the training data or
// on the development data. Afterwards the data can be read as if it had not been called.
func (d *Data) search(ctx context.Context) (*Search, error) {
	if d.reading != annotation.Full && d.Config.Dev.IsZero() {
		return nil, model.Refuse("search", "{search} %s scores settings on full labels; name a file with {dev}", d.Config.Search)
	}
	all, parts, scheme, err := d.keepParts(ctx)
	if err != nil {
		return nil, err
	}
	result := &Search{Kind: d.Config.Search}
	var trials []*SearchTrial
	for _, c := range d.Config.Candidates(d.Profile) {
		trials = append(trials, &SearchTrial{Text: c.Text, config: c.Config})
	}
	if len(parts) > 0 && len(trials) > 1 {
		if err := d.try(ctx, all, parts, trials, scheme); err != nil {
			return nil, err
		}
	}
	for _, t := range trials {
		result.Trials = append(result.Trials, *t)
	}
	result.Chosen = *choose(trials)
	if d.Config.Dev.IsZero() {
		result.Folds = trials[0].Folds
	}
	d.Config = result.Chosen.config
	d.Config.Search = ""
	d.forget()
	d.Config.Say(result.String())
	return result, nil
}

// keepParts reads the training data into memory. It returns them with the folds to score settings
// on and with the scheme of the labels, and measures the profile.
func (d *Data) keepParts(ctx context.Context) (all []*Kept, parts []part, scheme structured.Scheme, err error) {
	var count counts
	var detector annotation.SchemeDetector
	d.counting = true // the next pass warns about the files
	err = d.Each(ctx, func(s *input.Sentence, labels []string) error {
		all = append(all, d.Keep(s, labels))
		count.tally(labels)
		detector.Add(labels)
		d.eachWord(s, count.see)
		return nil
	})
	d.counting = false
	if err != nil {
		return nil, nil, 0, err
	}
	d.rewind()
	d.Profile.Outside, d.Profile.Rare, d.Profile.Tokens = count.Outside(), count.Rare(), count.all
	parts, err = d.parts(ctx, all)
	return all, parts, detector.Scheme(), err
}

// forget removes what the trials have counted.
func (d *Data) forget() {
	if d.seen != nil {
		d.seen = d.expectSeen()
	}
	if d.recode != nil {
		d.recode.repaired, d.recode.trained = 0, nil
	}
}

// parts returns the folds of the training data, or all of them and the development data as the only
// fold. There are none if the data are a single sentence.
func (d *Data) parts(ctx context.Context, all []*Kept) ([]part, error) {
	if !d.Config.Dev.IsZero() {
		p := part{train: upTo(len(all))}
		err := d.EachOf(ctx, d.Config.Dev, func(_ *input.Input, s *input.Sentence, labels []string) error {
			p.test = append(p.test, d.Keep(s, labels))
			return nil
		})
		return []part{p}, err
	}
	n := min(searchFolds, len(all))
	if n < 2 {
		return nil, nil
	}
	parts := make([]part, n)
	block := max(1, len(all)/(n*blocks))
	for i, s := range all {
		own := i / block % n
		for k := range parts {
			if k == own {
				parts[k].test = append(parts[k].test, s)
			} else {
				parts[k].train = append(parts[k].train, i)
			}
		}
	}
	return parts, nil
}

// blocks is about the number of blocks of adjacent sentences in a fold. Sentences of a document
// share words, so most of them should be in the same fold.
const blocks = 20

// try scores the trials: all on the first folds, and the better ones on further folds.
func (d *Data) try(ctx context.Context, all []*Kept, parts []part, trials []*SearchTrial, scheme structured.Scheme) error {
	left := trials
	for round, folds := range rungs[d.Config.Search] {
		if round > 0 {
			left = better(trials, (len(left)+1)/2)
		}
		for range min(folds, len(parts)) {
			if err := d.tryOn(ctx, all, parts[0], left, scheme); err != nil {
				return err
			}
			parts = parts[1:]
		}
	}
	return compare(trials)
}

// tryOn trains and scores trials on a fold. They share its compiled sentences and run in parallel.
func (d *Data) tryOn(ctx context.Context, all []*Kept, p part, trials []*SearchTrial, scheme structured.Scheme) error {
	set, err := d.Compile(all, p.train)
	if err != nil {
		return err
	}
	return cmp.Or(d.tryWith(ctx, set, p, trials, scheme), trials[0].Err)
}

// tryWith is tryOn with the compiled sentences of the fold.
func (d *Data) tryWith(ctx context.Context, set Set, p part, trials []*SearchTrial, scheme structured.Scheme) error {
	queue := make(chan *SearchTrial, len(trials))
	for _, t := range trials {
		queue <- t
	}
	close(queue)
	var wait sync.WaitGroup
	for range min(workers.ForTraining(d.Config.Threads, set.Len()), len(trials)) {
		wait.Go(func() {
			for t := range queue {
				if t.Err == nil {
					t.Err = d.tryOne(ctx, set, p, t, scheme)
				}
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// tryOne trains and scores a trial on a fold.
func (d *Data) tryOne(ctx context.Context, set Set, p part, t *SearchTrial, scheme structured.Scheme) error {
	c, err := t.config.Short(d.Profile)
	if t.brief {
		c, err = t.config.Brief(d.Profile, t.start != nil)
	}
	if err != nil {
		return err
	}
	var start model.Labeller
	if t.start != nil {
		start = *t.start
	}
	m, _, err := Fit(ctx, set, c, start)
	if err != nil {
		return err
	}
	d.Stamp(m)
	if t.model != nil {
		*t.model = m
	}
	_, each, err := ScoreEach(m, p.test, scheme)
	t.each = append(t.each, each...)
	t.Folds++
	return err
}

// f1 returns the score on the first n held-out sentences.
func (t *SearchTrial) f1(n int) float64 {
	var sum metrics.Counts
	for _, c := range t.each[:n] {
		sum.Add(c)
	}
	return metrics.F1.Of(sum)
}

// better returns the first trial, the default, and the n best others of those that were tried on
// as many folds.
func better(trials []*SearchTrial, n int) []*SearchTrial {
	var others []*SearchTrial
	for _, t := range trials[1:] {
		if t.Err == nil && t.Folds == trials[0].Folds {
			others = append(others, t)
		}
	}
	slices.SortStableFunc(others, func(a, b *SearchTrial) int { return cmp.Compare(b.f1(len(b.each)), a.f1(len(a.each))) })
	return append([]*SearchTrial{trials[0]}, others[:min(n, len(others))]...)
}

// compare compares the trials with the first one, the default.
func compare(trials []*SearchTrial) error {
	first := trials[0]
	for _, t := range trials {
		n := len(t.each)
		if t.F1 = t.f1(n); t == first || n == 0 {
			continue
		}
		differences, err := metrics.Compare(first.each[:n], t.each, metrics.Resampling{Samples: samples})
		if err != nil {
			return err
		}
		t.Gain, t.P = differences[metrics.F1].Difference, differences[metrics.F1].P
	}
	return nil
}

// choose returns the best of the trials that were tried on all folds. It is the default, unless
// another one is better beyond chance.
func choose(trials []*SearchTrial) *SearchTrial {
	best := trials[0]
	for _, t := range trials[1:] {
		if t.Err == nil && t.Folds == trials[0].Folds && t.Gain > best.Gain && t.P < convinced {
			best = t
		}
	}
	return best
}

// String returns a table of the trials and the choice.
func (s *Search) String() string {
	where := "the development data"
	if s.Folds > 0 {
		where = fmt.Sprintf("up to %d held-out fifths of the training data", s.Folds)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "search %s: %d settings on %s, with a short training of each\n", s.Kind, len(s.Trials), where)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "score\tgain\tp\tfolds\t  setting")
	for _, t := range s.Trials {
		switch {
		case t.Err != nil:
			fmt.Fprintf(w, "-\t-\t-\t%d\t  %s: %v\n", t.Folds, t.Text, t.Err)
		case t.Text == "":
			fmt.Fprintf(w, "%.2f%%\t\t\t%d\t  default\n", 100*t.F1, t.Folds)
		default:
			fmt.Fprintf(w, "%.2f%%\t%+.2f\t%.3f\t%d\t  %s\n", 100*t.F1, 100*t.Gain, t.P, t.Folds, t.Text)
		}
	}
	w.Flush() // a Buffer returns no error
	b.WriteString(s.Explain())
	return b.String()
}

// Explain says which setting was chosen, and why.
func (s *Search) Explain() string {
	if c := &s.Chosen; c.Text != "" {
		return fmt.Sprintf("search picks %s: %+.2f points, p %.3f", c.Text, 100*c.Gain, c.P)
	}
	return "search keeps the default: no other setting is better beyond chance"
}

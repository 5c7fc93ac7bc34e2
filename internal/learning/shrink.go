package learning

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// A Shrink describes which templates were removed before training.
type Shrink struct {
	Margin float64       // by which the score may fall, as a fraction
	Folds  int           // number of held-out fifths of the training data; 0 means development data
	Levels []ShrinkLevel // the first has all templates; each further one costs less in tagging
	Chosen ShrinkLevel
}

// A ShrinkLevel is a set of templates to remove, with its score.
type ShrinkLevel struct {
	SearchTrial
	StdErr    float64  // standard error of the gain
	Without   []string // names of the removed templates
	Templates int      // number that is left
	Lookups   int      // number of these whose attributes a tagger looks up for each token
}

// Sizes of the trials. There are at least leastFolds folds, and more if they hold out fewer than
// heldTokens tokens. The templates are ranked on at most rankTokens tokens, of which every third
// block of rankBlock sentences is held out.
const (
	shrinkLevels = 6
	leastFolds   = 2
	heldTokens   = 40000
	rankTokens   = 100000
	rankBlock    = 10
)

// shrink picks templates to remove, by trials on folds of the training data or on the development
// data. Afterwards the data can be read as if it had not been called.
func (d *Data) shrink(ctx context.Context) (*Shrink, error) {
	switch {
	case d.templates == nil:
		return nil, model.Refuse("shrink", "{shrink} needs templates")
	case d.reading != annotation.Full && d.Config.Dev.IsZero():
		return nil, model.Refuse("shrink", "{shrink} scores templates on full labels; name a file with {dev}")
	}
	all, parts, scheme, err := d.keepParts(ctx)
	if err != nil {
		return nil, err
	}
	var levels []*ShrinkLevel
	if len(parts) > 0 {
		if levels, err = d.levels(ctx, all, parts); err != nil {
			return nil, err
		}
	}
	if len(levels) > 1 {
		if err := d.tryLevels(ctx, all, parts, levels, scheme); err != nil {
			return nil, err
		}
	}
	result := &Shrink{Margin: *d.Config.Shrink / 100}
	for _, l := range levels {
		l.start = nil
		result.Levels = append(result.Levels, *l)
	}
	if len(levels) > 0 {
		result.Chosen = *cheapest(levels, result.Margin)
		if d.Config.Dev.IsZero() {
			result.Folds = levels[0].Folds
		}
	}
	d.Config.Shrink = nil
	d.Config.Without = slices.Concat(d.Config.Without, result.Chosen.Without)
	d.forget()
	d.Config.Say(result.String())
	return result, nil
}

// levels returns the sets of templates to try, in the order of their costs.
func (d *Data) levels(ctx context.Context, all []*Kept, parts []part) ([]*ShrinkLevel, error) {
	set, err := d.rankSet(all, parts)
	if err != nil {
		return nil, err
	}
	s := set.(*chainSet)
	program, err := d.input.Program()
	if err != nil {
		return nil, err
	}
	use := program.Use(s.groups)
	costs := make([]float64, len(use))
	for g, u := range use {
		costs[g] = float64(u.Lookups) // cached templates cost little, so they stay
	}
	c, err := d.Config.Complete(d.Profile)
	if err != nil || s.dev == nil {
		return nil, err
	}
	path, err := crf.Shrink(ctx, s.Dataset, crf.Options{
		Dev: s.dev, AllPairs: c.AllPairs, MinCount: c.MinCount, Threads: c.Threads, Seed: *c.Seed, Penalty: optimize.Penalty{L2: or(c.L2, 0)},
	}, s.groups.Of, costs)
	if err != nil {
		return nil, err
	}
	sets := [][]string{nil}
	for _, level := range path {
		var names []string
		for g, factor := range level.Factors {
			if factor == 0 && costs[g] > 0 {
				names = append(names, s.groups.List[g].Name)
			}
		}
		if !slices.Equal(names, sets[len(sets)-1]) {
			sets = append(sets, names)
		}
	}
	var levels []*ShrinkLevel
	for _, names := range spread(sets, shrinkLevels+1) {
		l := &ShrinkLevel{SearchTrial: SearchTrial{Text: strings.Join(names, ","), config: d.Config, brief: true}, Without: names}
		l.config.Without = slices.Concat(d.Config.Without, names)
		if l.Templates, l.Lookups, err = d.use(names); err != nil {
			return nil, err
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// rankSet compiles the sentences that rank the templates. For partial labels, the development data
// are held out.
func (d *Data) rankSet(all []*Kept, parts []part) (Set, error) {
	every := 1 + d.Profile.Tokens/rankTokens
	var train []int
	var held []*Kept
	for i, s := range all {
		switch block := i / rankBlock; {
		case block%every > 0:
		case block/every%3 == 1 && d.reading == annotation.Full:
			held = append(held, s)
		default:
			train = append(train, i)
		}
	}
	if d.reading != annotation.Full || len(held) == 0 {
		train, held = parts[0].train, parts[0].test
	}
	set, err := d.Compile(all, train)
	if err != nil {
		return nil, err
	}
	return set, d.HoldAll(set, held)
}

// use returns the number of templates without some, and of those that a tagger looks up for each
// token.
func (d *Data) use(without []string) (templates, lookups int, err error) {
	in := d.input
	if in.Templates, err = in.Templates.Without(without...); err != nil {
		return 0, 0, err
	}
	program, err := in.Program()
	if err != nil {
		return 0, 0, err
	}
	for _, u := range program.Use(in.Templates.Groups()) {
		templates += u.Templates
		lookups += u.Lookups
	}
	return templates, lookups, nil
}

// spread returns at most n elements of a list at about equal distances, including the first and the
// last.
func spread[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	var some []T
	for k := range n {
		some = append(some, list[k*(len(list)-1)/(n-1)])
	}
	return some
}

// tryLevels scores the levels on folds, from the most expensive one on. A level that is worse
// beyond chance ends the trials of this level and of the cheaper ones.
func (d *Data) tryLevels(ctx context.Context, all []*Kept, parts []part, levels []*ShrinkLevel, scheme structured.Scheme) error {
	first := &levels[0].SearchTrial
	c, err := first.config.Brief(d.Profile, false)
	if err != nil {
		return err
	}
	var whole model.Labeller
	base := &SearchTrial{config: first.config, brief: true, model: &whole}
	continues := c.Optimizer == "lbfgs" && or(c.WarmUp, 0) > 0
	var trials []*SearchTrial
	for _, l := range levels {
		if continues {
			l.start = &whole
		}
		trials = append(trials, &l.SearchTrial)
	}
	left := trials
	folds := max(leastFolds, searchFolds*heldTokens/d.Profile.Tokens)
	for _, p := range parts[:min(folds, len(parts))] {
		set, err := d.Compile(all, p.train)
		if err != nil {
			return err
		}
		if continues {
			if err := cmp.Or(d.tryWith(ctx, set, p, []*SearchTrial{base}, scheme), base.Err); err != nil {
				return err
			}
		}
		for rest := left; len(rest) > 0; {
			some := rest[:min(atOnce, len(rest))]
			rest = rest[len(some):]
			if err := cmp.Or(d.tryWith(ctx, set, p, some, scheme), first.Err); err != nil {
				return err
			}
			if err := compare(trials); err != nil {
				return err
			}
			for _, l := range levels {
				l.StdErr = l.stdErr(first)
			}
			tried := left[:len(left)-len(rest)]
			if k := slices.IndexFunc(tried, d.tooMuch); k >= 0 {
				left, rest = left[:k], nil
			}
		}
		if len(left) < 2 {
			return nil
		}
	}
	return nil
}

// atOnce is the number of levels that are tried before some are excluded.
const atOnce = 2

// hopeless is the probability below which a lower score ends the trials. Cheaper levels may be
// better by chance, so it is low.
const hopeless = 0.01

// tooMuch reports whether a trial failed, or lowers the score by more than allowed, far beyond
// chance.
func (d *Data) tooMuch(t *SearchTrial) bool {
	return t.Err != nil || t.Gain < -*d.Config.Shrink/100 && t.P < hopeless
}

// surely is the number of standard errors that the gain of a level must lie above the loss that
// must be unlikely: with probability 95%, the loss is smaller (one-sided).
const surely = 1.645

// unlikely is the loss that must be unlikely beyond the allowed one, as a fraction.
const unlikely = 0.005

// leastSaving is the share of the lookups that a level must save. A small saving is not worth the
// risk: on EWT, folds of the training data are too optimistic by about 0.1 points
// (docs/benchmarks/performance.md).
const leastSaving = 0.2

// cheapest returns the cheapest level that lowers the score by at most margin. Chance raises some
// scores and lowers others. So the gains are first replaced by the closest gains that fall from
// level to level (isotonic regression). A level does not count if its gain is too uncertain, or its
// saving too small.
func cheapest(levels []*ShrinkLevel, margin float64) *ShrinkLevel {
	var gains []float64
	for _, l := range levels[1:] {
		if l.Folds < levels[0].Folds || l.Err != nil {
			break
		}
		gains = append(gains, l.Gain)
	}
	best := levels[0]
	for k, gain := range falling(gains) {
		l := levels[k+1]
		saves := float64(l.Lookups) <= (1-leastSaving)*float64(levels[0].Lookups)
		if saves && gain >= -margin && l.Gain-surely*l.StdErr >= -margin-unlikely {
			best = l
		}
	}
	return best
}

// stdErr returns the standard error of the gain over the first trial, by linearisation. F1 is a
// ratio of sums over sentences.
func (t *SearchTrial) stdErr(first *SearchTrial) float64 {
	var own, all metrics.Counts
	for i, c := range t.each {
		own.Add(c)
		all.Add(first.each[i])
	}
	var squares float64
	for i, c := range t.each {
		d := influence(c, own) - influence(first.each[i], all)
		squares += d * d
	}
	return math.Sqrt(squares)
}

// influence returns how much a sentence moves the F1 score of all.
func influence(c, all metrics.Counts) float64 {
	n := all.Gold + all.Predicted
	if n == 0 {
		return 0
	}
	return (float64(2*c.Correct) - metrics.F1.Of(all)*float64(c.Gold+c.Predicted)) / float64(n)
}

// falling returns the least-squares fit to values by a sequence that does not rise. It pools
// adjacent values (Ayer et al. 1955).
func falling(values []float64) []float64 {
	var means []float64
	var sizes []int
	for _, v := range values {
		mean, size := v, 1
		for k := len(means) - 1; k >= 0 && means[k] < mean; k-- {
			mean = (mean*float64(size) + means[k]*float64(sizes[k])) / float64(size+sizes[k])
			size += sizes[k]
			means, sizes = means[:k], sizes[:k]
		}
		means, sizes = append(means, mean), append(sizes, size)
	}
	var fit []float64
	for k, mean := range means {
		for range sizes[k] {
			fit = append(fit, mean)
		}
	}
	return fit
}

// String returns a table of the levels and the choice.
func (s *Shrink) String() string {
	var b bytes.Buffer
	if len(s.Levels) > 1 {
		where := "the development data"
		if s.Folds > 0 {
			where = fmt.Sprintf("up to %d held-out fifths of the training data", s.Folds)
		}
		fmt.Fprintf(&b, "shrink: %d sets of templates on %s, with a short training of each\n", len(s.Levels), where)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "score\tgain\t±\tfolds\ttemplates\tlookups\t  without")
		for k, l := range s.Levels {
			size := fmt.Sprintf("%d\t%d\t%d\t  ", l.Folds, l.Templates, l.Lookups)
			switch {
			case l.Err != nil:
				fmt.Fprintf(w, "-\t-\t-\t%s%s: %v\n", size, l.Text, l.Err)
			case l.Folds == 0:
				fmt.Fprintf(w, "-\t-\t-\t%s%s\n", size, l.Text)
			case k == 0:
				fmt.Fprintf(w, "%.2f%%\t\t\t%snone\n", 100*l.F1, size)
			default:
				fmt.Fprintf(w, "%.2f%%\t%+.2f\t%.2f\t%s%s\n", 100*l.F1, 100*l.Gain, 100*l.StdErr, size, l.Text)
			}
		}
		w.Flush() // a Buffer returns no error
	}
	b.WriteString(s.Explain())
	return b.String()
}

// Explain says which templates were removed, and why.
func (s *Shrink) Explain() string {
	c := &s.Chosen
	if c.Text == "" {
		return fmt.Sprintf("shrink keeps all templates: no choice saves %.0f%% of the lookups and surely loses at most %g points",
			100*leastSaving, 100*s.Margin)
	}
	first := &s.Levels[0]
	return fmt.Sprintf("shrink removes %s: %d instead of %d templates, %d instead of %d lookups for each token, %+.2f ± %.2f points",
		c.Text, c.Templates, first.Templates, c.Lookups, first.Lookups, 100*c.Gain, 100*c.StdErr)
}

package analysis

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A Sentence holds the words of a sentence and their labels. Span labels have the usual spelling,
// such as B-PER.
type Sentence struct {
	File            string
	Lines           []int // of each word; nil if not known
	Words           []string
	Gold, Predicted []string
	Probabilities   []float64 // of the predicted labels; nil if not known
	Known           []bool    // whether each word occurs in the training data; nil if not known
}

// check returns metrics.ErrLength if slices differ in length.
func (s *Sentence) check() error {
	n := len(s.Words)
	if len(s.Gold) != n || len(s.Predicted) != n || s.Lines != nil && len(s.Lines) != n ||
		s.Probabilities != nil && len(s.Probabilities) != n || s.Known != nil && len(s.Known) != n {
		return fmt.Errorf("%w: %d words, %d gold and %d predicted labels", metrics.ErrLength, n, len(s.Gold), len(s.Predicted))
	}
	return nil
}

// Options are the options of [New]. The zero value has useful defaults.
type Options struct {
	Training   *Training          // words and entities of the training data; may be nil
	Resampling metrics.Resampling // of the intervals by type; a negative number of samples omits them
	MaxErrors  int                // number of errors to keep, the most confident first; 0 means 1000
	MaxLabels  int                // number of labels of the confusion matrix; 0 means 25
	Context    int                // number of words before and after an error; 0 means 12
}

// An Analysis breaks down the scores of a tagger. All fractions are in 0..1.
type Analysis struct {
	Scores   *metrics.Results `json:"scores"`
	Spans    bool             `json:"spans"` // labels spell spans; otherwise each token is an item
	Macro    metrics.Average  `json:"macro"`
	Weighted metrics.Average  `json:"weighted"`
	Types    []Group          `json:"types"` // span types or labels, by name

	Confusion *Matrix `json:"confusion"`

	ByLength    []Group `json:"by_length"`    // spans by number of tokens; nil for other labels
	ByFrequency []Group `json:"by_frequency"` // by uses of the rarest word in training; nil if not known
	ByNovelty   []Group `json:"by_novelty"`   // seen and unseen items; nil if not known

	Kinds     []KindCount `json:"error_kinds"`
	NumErrors int         `json:"num_errors"`
	Errors    []Error     `json:"errors"` // the most confident first, up to Options.MaxErrors
}

// A Group holds the score of some of the items. A token of labels that spell no spans is both a
// gold and a predicted item, so its three measures are the accuracy.
type Group struct {
	Name string `json:"name"`
	metrics.Score
	// Intervals has the confidence intervals of F1, precision and recall. It is nil for groups
	// other than types, and for all but the 100 most frequent types.
	Intervals map[metrics.Measure]metrics.Interval `json:"intervals,omitempty"`
}

const (
	usualErrors  = 1000
	usualLabels  = 25
	usualContext = 12
	maxIntervals = 100
)

// An analyst collects an analysis.
type analyst struct {
	Options
	sentences []Sentence
	spans     bool

	pairs      pairs
	matrix     map[[2]string]int
	byLength   map[string]*tally
	byUse      map[string]*tally
	byNovelty  map[string]*tally
	types      map[string][]typeCount
	found      []finding
	kinds      map[Kind]int
	gold, pred []annotation.Span // scratch of one sentence
}

// A tally counts items.
type tally struct{ gold, predicted, correct int }

// A typeCount holds the items of a type in a sentence.
type typeCount struct {
	sentence int
	tally
}

// New analyses labelled sentences. scores are the results of a [metrics.Scorer] for the same
// sentences. Their scheme says whether labels spell spans. The errors are metrics.ErrLength and
// metrics.ErrResampling.
func New(scores *metrics.Results, sentences []Sentence, o Options) (*Analysis, error) {
	o.MaxErrors, o.MaxLabels, o.Context = cmp.Or(o.MaxErrors, usualErrors), cmp.Or(o.MaxLabels, usualLabels), cmp.Or(o.Context, usualContext)
	a := &analyst{
		Options: o, sentences: sentences, spans: scores.Scheme != structured.Plain,
		matrix: make(map[[2]string]int), byLength: make(map[string]*tally), byUse: make(map[string]*tally), byNovelty: make(map[string]*tally),
		types: make(map[string][]typeCount), kinds: make(map[Kind]int),
	}
	for k := range sentences {
		if err := sentences[k].check(); err != nil {
			return nil, fmt.Errorf("sentence %d: %w", k+1, err)
		}
		if a.spans {
			a.addSpans(k)
		} else {
			a.addTokens(k)
		}
	}
	r := &Analysis{
		Scores: scores, Spans: a.spans, Macro: scores.MacroAverage(), Weighted: scores.WeightedAverage(),
		ByLength: groups(a.byLength, lengths), ByFrequency: groups(a.byUse, frequencies), ByNovelty: groups(a.byNovelty, novelties),
		NumErrors: len(a.found), Errors: a.errors(), Confusion: a.confusion(scores),
	}
	for _, kind := range kinds {
		if n := a.kinds[kind]; n > 0 {
			r.Kinds = append(r.Kinds, KindCount{kind, n})
		}
	}
	var err error
	r.Types, err = a.typeGroups(scores)
	return r, err
}

// addTokens counts a sentence whose labels spell no spans.
func (a *analyst) addTokens(k int) {
	s := &a.sentences[k]
	for t, gold := range s.Gold {
		predicted := s.Predicted[t]
		right := gold == predicted
		a.countType(k, gold, func(c *tally) { c.gold++ })
		a.countType(k, predicted, func(c *tally) {
			c.predicted++
			if right {
				c.correct++
			}
		})
		one := tally{1, 1, 0}
		if right {
			one.correct = 1
		} else {
			a.find(WrongLabel, k, annotation.Span{Start: t, End: t + 1, Type: gold}, annotation.Span{Start: t, End: t + 1, Type: predicted})
		}
		put(a.byUse, a.Training.useOf(s, t, t+1), one)
		put(a.byNovelty, a.Training.noveltyOfToken(s, t), one)
	}
}

// addSpans counts a sentence whose labels spell spans.
func (a *analyst) addSpans(k int) {
	s := &a.sentences[k]
	a.gold = annotation.AppendSpans(a.gold[:0], s.Gold)
	a.pred = annotation.AppendSpans(a.pred[:0], s.Predicted)
	item := func(x annotation.Span, c tally) {
		put(a.byLength, lengthOf(x), c)
		put(a.byUse, a.Training.useOf(s, x.Start, x.End), c)
		put(a.byNovelty, a.Training.noveltyOfSpan(s, x), c)
		a.countType(k, x.Type, func(to *tally) { to.add(c) })
	}
	for _, p := range a.pairs.match(a.gold, a.pred) {
		switch {
		case p.predicted < 0:
			g := a.gold[p.gold]
			a.matrix[[2]string{inMatrix(g.Type), ""}]++
			item(g, tally{gold: 1})
			a.find(Missed, k, g, annotation.Span{})
			continue
		case p.gold < 0:
			x := a.pred[p.predicted]
			a.matrix[[2]string{"", inMatrix(x.Type)}]++
			item(x, tally{predicted: 1})
			a.find(Spurious, k, annotation.Span{}, x)
			continue
		}
		g, x := a.gold[p.gold], a.pred[p.predicted]
		a.matrix[[2]string{inMatrix(g.Type), inMatrix(x.Type)}]++
		if g == x {
			item(g, tally{1, 1, 1})
			continue
		}
		item(g, tally{gold: 1})
		item(x, tally{predicted: 1})
		switch {
		case g.Type == x.Type:
			a.find(WrongBoundary, k, g, x)
		case g.Start == x.Start && g.End == x.End:
			a.find(WrongType, k, g, x)
		default:
			a.find(WrongBoth, k, g, x)
		}
	}
}

func (c *tally) add(o tally) {
	c.gold, c.predicted, c.correct = c.gold+o.gold, c.predicted+o.predicted, c.correct+o.correct
}

// put adds c to the tally of a name, unless the name is "".
func put(to map[string]*tally, name string, c tally) {
	if name == "" {
		return
	}
	if to[name] == nil {
		to[name] = new(tally)
	}
	to[name].add(c)
}

// countType changes the counts of a type in sentence k.
func (a *analyst) countType(k int, name string, change func(c *tally)) {
	list := a.types[name]
	if n := len(list); n == 0 || list[n-1].sentence != k {
		list = append(list, typeCount{sentence: k})
		a.types[name] = list
	}
	change(&list[len(list)-1].tally)
}

// groups returns the scores of the names that have items, in the given order.
func groups(from map[string]*tally, order []string) []Group {
	var list []Group
	for _, name := range order {
		if c := from[name]; c != nil {
			list = append(list, Group{Name: name, Score: metrics.NewScore(c.gold, c.predicted, c.correct)})
		}
	}
	return list
}

// typeGroups returns the scores of all types, with intervals for the most frequent ones.
func (a *analyst) typeGroups(scores *metrics.Results) ([]Group, error) {
	names := slices.SortedStableFunc(slices.Values(slices.Sorted(maps.Keys(scores.Labels))), func(x, y string) int {
		return cmp.Compare(scores.Labels[y].Support, scores.Labels[x].Support)
	})
	list := make([]Group, 0, len(names))
	counts := make([]metrics.Counts, len(a.sentences))
	for rank, name := range names {
		g := Group{Name: name, Score: scores.Labels[name]}
		if rank < maxIntervals && a.Resampling.Samples >= 0 {
			clear(counts)
			for _, c := range a.types[name] {
				counts[c.sentence] = metrics.Counts{Gold: c.gold, Predicted: c.predicted, Correct: c.correct}
			}
			all, err := metrics.Bootstrap(counts, a.Resampling)
			if err != nil {
				return nil, err
			}
			g.Intervals = make(map[metrics.Measure]metrics.Interval)
			for _, m := range []metrics.Measure{metrics.F1, metrics.Precision, metrics.Recall} {
				g.Intervals[m] = all.Measures[m]
			}
		}
		list = append(list, g)
	}
	slices.SortFunc(list, func(x, y Group) int { return cmp.Compare(x.Name, y.Name) })
	return list, nil
}

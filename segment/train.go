package segment

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/text"
)

// Options are the settings of Train. The zero value suits English and Thai.
type Options struct {
	// Rules is the name of the tokenizer whose cuts are attributes, as text.New reads it. Empty
	// means the one that text.Best returns for the references, or rules if that is space.
	Rules string
	// Penalty is added to the cross-entropy of the characters; zero means L1 0.2 and L2 1. L1
	// makes the model small and fast.
	Penalty optimize.Penalty
	// MinCount is how often an attribute must occur to get weights; 0 means 2.
	MinCount int
	// MaxIterations caps the iterations of the optimizer; 0 means 100.
	MaxIterations int
	// Dev, unless nil, scores the weights after each iteration by the share of right labels. The
	// best weights become the model, and 10 iterations without better ones end the training.
	Dev *text.Reference

	Threads  int                  // 0 means one a core; results depend on it in the last digits
	Progress func(model.Progress) // called after each iteration, unless nil
}

// patience is how many iterations without a better score on development data end the training.
const patience = 10

// labelNames are the names of the labels for package crf.
var labelNames = [labels]string{"sentence", "token", "word", "continues"}

// Train learns a tokenizer from references. It draws no random numbers: the same references,
// options and number of threads give the same model. When ctx ends, Train returns an error that
// wraps the context's, together with the best model so far if an iteration has ended.
func Train(ctx context.Context, refs []*text.Reference, o Options) (*Model, error) {
	all := text.Join(refs)
	if len(all.Tokens) == 0 {
		return nil, errors.New("the references have no tokens to learn from")
	}
	m := new(Model)
	var err error
	if m.rules, err = rulesFor(all, o.Rules); err != nil {
		return nil, err
	}
	train, err := divide(all)
	if err != nil {
		return nil, err
	}
	l := newLearner(m, train)
	data, err := crf.NewDataset(model.Input{})
	if err != nil {
		return nil, err
	}
	for k := range train {
		l.leaveOut(&train[k])
		err = l.add(data, &train[k])
		l.putBack(&train[k])
		if err != nil {
			return nil, err
		}
	}
	settings := crf.Options{
		Penalty: o.Penalty, MinCount: o.MinCount, Threads: o.Threads, Patience: patience,
	}
	if o.Dev != nil {
		if settings.Dev, err = l.heldOut(data, o.Dev); err != nil {
			return nil, fmt.Errorf("development data: %w", err)
		}
	}
	if settings.Penalty == (optimize.Penalty{}) {
		settings.Penalty = optimize.Penalty{L1: 0.2, L2: 1}
	}
	if settings.MinCount == 0 {
		settings.MinCount = 2
	}
	limits := optimize.Limits{MaxIterations: o.MaxIterations}
	if limits.MaxIterations == 0 {
		limits.MaxIterations = 100
	}
	settings.Batch = optimize.OWLQN{Limits: limits}
	if o.Progress != nil {
		settings.Progress = func(p model.Progress) {
			p.Of = limits.MaxIterations
			o.Progress(p)
		}
	}
	chain, _, err := crf.Train(ctx, data, settings)
	if chain == nil {
		return nil, err
	}
	content, errContent := chain.Content()
	if errContent != nil {
		return nil, errContent
	}
	m.take(content)
	return m, err
}

// rulesFor returns the tokenizer of a name, or the best rules for a reference. For a language
// without spaces, text.Space may come closest to the words, but Rules yields more useful
// attributes.
func rulesFor(r *text.Reference, name string) (text.Tokenizer, error) {
	if name != "" {
		return text.New(name)
	}
	best, _ := text.Best(r)
	if _, ok := best.(*text.Rules); ok {
		return best, nil
	}
	return new(text.Rules), nil
}

// A learner makes attributes of paragraphs.
type learner struct {
	m      *Model
	counts map[uint32]counts // of all words, by their keys
	names  map[uint32]string // of attributes
	a      analysis
	items  [][]attrfile.Attribute
	gold   []string
}

// frequent is how often a trigram must occur to be inert.
const frequent = 10

// newLearner fills the lexicon and the inert trigrams of a model.
func newLearner(m *Model, paragraphs []paragraph) *learner {
	l := &learner{m: m, counts: make(map[uint32]counts), names: make(map[uint32]string)}
	m.inert, m.words.words, m.weights = newTable[struct{}](0), newTable[info](0), newTable[packed](0)
	trigrams := make(map[uint32]int)
	for k := range paragraphs {
		p := &paragraphs[k]
		l.a.read(m, p.text)
		l.count(p)
		for key, c := range p.words {
			sum := l.counts[key]
			sum.add(c, 1)
			l.counts[key] = sum
		}
		for i, label := range l.labels(p) {
			if key := l.a.trigram(i); key == 0 {
				continue
			} else if label == continues {
				trigrams[key]++
			} else {
				trigrams[key] = math.MinInt32
			}
		}
	}
	m.words.words = newTable[info](len(l.counts))
	for key, c := range l.counts {
		m.words.words.put(key, c.info())
	}
	var inert []uint32
	for key, n := range trigrams {
		if n >= frequent {
			inert = append(inert, key)
		}
	}
	m.inert = newTable[struct{}](len(inert))
	for _, key := range inert {
		m.inert.put(key, struct{}{})
	}
	return l
}

// labels yields the characters of the paragraph that was read last, white space aside, with their
// labels.
func (l *learner) labels(p *paragraph) func(yield func(i, label int) bool) {
	return func(yield func(i, label int) bool) {
		k := 0
		for i := padding; i < len(l.a.chars)-padding; i++ {
			if isBlank(l.a.chars[i].class) {
				continue
			}
			start, label := int(l.a.chars[i].start), continues
			for k < len(p.gold) && p.gold[k].Start < start {
				k++
			}
			if k < len(p.gold) && p.gold[k].Start == start {
				switch {
				case p.gold[k].First:
					label = startsSentence
				case p.gold[k].Inside:
					label = startsWord
				default:
					label = startsToken
				}
			}
			if !yield(i, label) {
				return
			}
		}
	}
}

// count counts the words of the paragraph that was read last, and notes whether one contains white
// space.
func (l *learner) count(p *paragraph) {
	p.words = make(map[uint32]counts)
	chars := l.a.chars
	i := padding
	for k, g := range p.gold {
		for int(chars[i].start) < g.Start {
			i++
		}
		c := counts{all: 1}
		capital := chars[i].class == upper
		switch {
		case !g.First && capital:
			c.capital = 1
		case !g.First:
			c.small = 1
		case capital:
			c.first = 1
		}
		if k+1 == len(p.gold) || p.gold[k+1].First {
			c.last = 1
		}
		from := i
		for i < len(chars)-padding && int(chars[i].start) < g.End {
			l.m.spaced = l.m.spaced || isBlank(chars[i].class)
			i++
		}
		if i-from > maxWord {
			continue
		}
		l.m.words.longest = max(l.m.words.longest, i-from)
		key := finish(window(chars[from:i]))
		sum := p.words[key]
		sum.add(c, 1)
		p.words[key] = sum
	}
}

// leaveOut makes the lexicon say what the other paragraphs say of the words of one.
func (l *learner) leaveOut(p *paragraph) {
	for key, own := range p.words {
		c := l.counts[key]
		c.add(own, -1)
		l.m.words.words.put(key, c.info())
	}
}

// putBack ends what leaveOut began.
func (l *learner) putBack(p *paragraph) {
	for key := range p.words {
		c := l.counts[key]
		l.m.words.words.put(key, c.info())
	}
}

// add adds a paragraph to a data set.
func (l *learner) add(d *crf.Dataset, p *paragraph) error {
	l.a.read(l.m, p.text)
	l.a.match(&l.m.words)
	l.items, l.gold = l.items[:0], l.gold[:0]
	for i, label := range l.labels(p) {
		if !l.a.matches[i].spot {
			continue
		}
		keys := l.a.attributes(i)
		item := make([]attrfile.Attribute, len(keys))
		for n, key := range keys {
			item[n] = attrfile.Attribute{Name: l.name(key), Value: 1}
		}
		l.items = append(l.items, item)
		l.gold = append(l.gold, labelNames[label])
	}
	return d.AddItems(l.items, l.gold, 1)
}

// heldOut returns the data set of a reference to score weights with.
func (l *learner) heldOut(train *crf.Dataset, r *text.Reference) (*crf.Dataset, error) {
	paragraphs, err := divide(r)
	if err != nil {
		return nil, err
	}
	d := train.HeldOut()
	for k := range paragraphs {
		if err := l.add(d, &paragraphs[k]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// name returns the name of an attribute: the bytes of its key.
func (l *learner) name(key uint32) string {
	name, ok := l.names[key]
	if !ok {
		name = string(binary.LittleEndian.AppendUint32(nil, key))
		l.names[key] = name
	}
	return name
}

// take rounds the weights of a chain.
func (m *Model) take(c crf.Content) {
	label := make([]int, len(c.Labels))
	for k, name := range c.Labels {
		label[k] = slices.Index(labelNames[:], name)
	}
	for y, name := range labelNames {
		if !slices.Contains(c.Labels, name) {
			for x := range m.edges {
				m.edges[x][y] = math.MinInt16 // nothing is known of it
			}
		}
	}
	for _, t := range c.Transitions {
		m.edges[label[t.From]][label[t.To]] = rounded(t.Weight)
	}
	m.weights = newTable[packed](len(c.Attributes))
	for _, a := range c.Attributes {
		var w [labels]int16
		for _, x := range a.Weights {
			w[label[x.Label]] = rounded(x.Weight)
		}
		if w != [labels]int16{} {
			m.weights.put(binary.LittleEndian.Uint32([]byte(a.Name)), pack(w))
		}
	}
}

// rounded returns a weight in steps.
func rounded(w float64) int16 {
	return int16(max(-maxWeight, min(maxWeight, math.RoundToEven(w/step))))
}

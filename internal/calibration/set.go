package calibration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrKind means that models of a kind cannot be calibrated.
var ErrKind = errors.New("this kind of model cannot be calibrated")

// A Set holds the scores of held-out sentences by one model, which has no calibration. It is not
// safe for concurrent use.
type Set struct {
	Threads int // goroutines that decode; 0 means 1

	inventory
	read   func(s model.Sentence, gold []string) (x structure, known bool, err error)
	speech annotation.Speller
	list   []sentence
	spaces []workspace
}

// inventory numbers the elements of labellings, and the keys of biases.
type inventory struct {
	plain  bool
	labels []string // of tokens; nil for segments
	key    []int    // for each element, the key of its bias, or -1
	keys   []string
	number map[string]int // of keys
}

// sentence is a held-out sentence.
type sentence struct {
	structure
	known  bool // the model can produce the gold labelling
	gold   []item
	tokens int
}

// NewSet returns an empty set. Models of other tools wrap ErrKind.
func NewSet(m model.Labeller) (*Set, error) {
	x := &Set{speech: annotation.Speller{Spelling: m.Metadata().Spelling}}
	x.number, x.plain = make(map[string]int), m.Scheme() == structured.Plain
	switch m := m.(type) {
	case *crf.Model:
		x.readChain(m)
	case *prunedcrf.Model:
		x.readPruned(m)
	case *semicrf.Model:
		return x, x.readSegments(m)
	default:
		return nil, fmt.Errorf("%w: %s", ErrKind, m.Kind())
	}
	x.labels = m.Labels()
	for _, name := range x.labels {
		key := -1
		if name, ok := model.BiasOf(name, m.Scheme()); ok {
			key = x.add(name)
		}
		x.key = append(x.key, key)
	}
	return x, nil
}

// add returns the number of a key.
func (in *inventory) add(name string) int {
	k, ok := in.number[name]
	if !ok {
		k = len(in.keys)
		in.number[name], in.keys = k, append(in.keys, name)
	}
	return k
}

// readChain makes the set read sentences with a chain model.
func (x *Set) readChain(m *crf.Model) {
	d, path := m.NewDecoder(), pathReader(m)
	var shared []float64 // the edges of the last sentence
	x.read = func(s model.Sentence, gold []string) (structure, bool, error) {
		var err error
		if m.Input().Templates == nil {
			err = d.ReadItems(s.Items)
		} else {
			err = d.Read(m.Meta.Normalize.Sequence(columnsOf(s)))
		}
		if err != nil {
			return nil, false, err
		}
		scores := &chainScores{}
		from := d.Scores()
		scores.s = structured.Lattice{T: from.T, L: from.L, Node: slices.Clone(from.Node), Edge: shared}
		if !slices.Equal(from.Edge, shared) {
			shared = slices.Clone(from.Edge)
			scores.s.Edge = shared
		}
		var known bool
		scores.gold, known = path(gold)
		return scores, known, nil
	}
}

// readPruned makes the set read sentences with a pruned model.
func (x *Set) readPruned(m *prunedcrf.Model) {
	d, path := m.NewDecoder(), pathReader(m)
	x.read = func(s model.Sentence, gold []string) (structure, bool, error) {
		if err := d.Read(m.Meta.Normalize.Sequence(columnsOf(s))); err != nil {
			return nil, false, err
		}
		from, err := d.Scores()
		if err != nil {
			return nil, false, err
		}
		scores, all := &prunedScores{}, true
		scores.kept.Reset(from.Kept().Alphabet())
		var known bool
		scores.gold, known = path(gold)
		for t := range from.Len() {
			scores.kept.Append(from.Kept().At(t)...)
			all = all && known && from.Kept().Index(t, scores.gold[t]) >= 0
		}
		scores.s.Reset(&scores.kept, from.Order())
		copy(scores.s.Node, from.Node)
		copy(scores.s.Edge, from.Edge)
		copy(scores.s.Triple, from.Triple)
		return scores, all, nil
	}
}

// readSegments makes the set read sentences with a semi-Markov model.
func (x *Set) readSegments(m *semicrf.Model) error {
	codec, err := spans.NewCodec(m.Scheme(), m.Types())
	if err != nil {
		return err
	}
	x.key = []int{-1}
	for _, typ := range m.Types() {
		x.key = append(x.key, x.add(typ))
	}
	d := m.NewDecoder()
	x.read = func(s model.Sentence, gold []string) (structure, bool, error) {
		if err := d.Read(m.Meta.Normalize.Sequence(columnsOf(s))); err != nil {
			return nil, false, err
		}
		scores := &segmentScores{}
		d.Scores().Copy(&scores.s)
		scores.gold, err = codec.Segments(nil, annotation.AppendSpans(nil, gold), len(gold))
		known := err == nil
		for _, g := range scores.gold {
			known = known && g.Len() <= scores.s.M
		}
		return scores, known, nil
	}
	return nil
}

// columnsOf returns the columns of a sentence, which may have no tokens.
func columnsOf(s model.Sentence) features.Sequence {
	if s.Columns == nil {
		return features.Rows(nil)
	}
	return s.Columns
}

// pathReader returns a function that converts labels of files to the numbers inside a model. It
// reports whether the model has all labels.
func pathReader(m model.Labeller) func(labels []string) (path []int, known bool) {
	number := make(map[string]int)
	for j, name := range m.Labels() {
		number[name] = j
	}
	inside := annotation.Converter{From: m.Metadata().Output, To: m.Scheme()}
	var text []string
	return func(labels []string) (path []int, known bool) {
		text, _ = inside.Convert(text[:0], labels)
		known = true
		for _, name := range text {
			j, ok := number[name]
			if !ok {
				j, ok = number[model.Twin(name)]
			}
			known = known && ok
			path = append(path, j)
		}
		return path, known
	}
}

// Add adds a sentence with its gold labels, one per token, as the files spell them. Sentences
// without tokens are left out.
func (x *Set) Add(s model.Sentence, gold []string) error {
	if len(gold) == 0 {
		return nil
	}
	if !x.plain {
		gold = x.speech.Read(nil, gold)
	}
	scores, known, err := x.read(s, gold)
	if err != nil {
		return err
	}
	if known {
		w := x.workspace(0)
		p, err := scores.problem(w, x.offsets(nil))
		if err == nil {
			_, err = p.Gold()
		}
		known = !errors.Is(err, losses.ErrForbidden) && !errors.Is(err, pruned.ErrPruned)
		if known && err != nil {
			return err
		}
	}
	x.list = append(x.list, sentence{scores, known, x.appendItems(nil, gold), len(gold)})
	return nil
}

// appendItems appends the items of labels. Types that the model does not have get the key after the
// last one.
func (in *inventory) appendItems(dst []item, labels []string) []item {
	if in.plain {
		for t, name := range labels {
			dst = append(dst, item{t, t + 1, in.keyOf(name)})
		}
		return dst
	}
	for _, s := range annotation.AppendSpans(nil, labels) {
		dst = append(dst, item{s.Start, s.End, in.keyOf(s.Type)})
	}
	return dst
}

// keyOf returns the number of a key, or that after the last one.
func (in *inventory) keyOf(name string) int {
	if k, ok := in.number[name]; ok {
		return k
	}
	return len(in.keys)
}

// Len returns the number of sentences, and the number of those whose gold labels the model cannot
// produce.
func (x *Set) Len() (sentences, unknown int) {
	for k := range x.list {
		if !x.list[k].known {
			unknown++
		}
	}
	return len(x.list), unknown
}

// Keys returns the names that biases can have: span types, or labels that encode no spans.
func (x *Set) Keys() []string { return x.keys }

// offsets returns the biases by element, given those by key.
func (in *inventory) offsets(bias []float64) []float64 {
	offsets := make([]float64, len(in.key))
	for e, k := range in.key {
		if k >= 0 && bias != nil {
			offsets[e] = bias[k]
		}
	}
	return offsets
}

// workspace returns the scratch memory of goroutine k.
func (x *Set) workspace(k int) *workspace {
	for len(x.spaces) <= k {
		x.spaces = append(x.spaces, workspace{})
	}
	return &x.spaces[k]
}

// each calls use for the sentences with the given numbers, on several goroutines. It passes the
// position in the list.
func (x *Set) each(ctx context.Context, numbers []int, use func(w *workspace, at int, s *sentence) error) error {
	threads := max(1, min(x.Threads, len(numbers)))
	x.workspace(threads - 1)
	failed := make([]error, threads)
	var wait sync.WaitGroup
	for k := range threads {
		wait.Go(func() {
			for at := k; at < len(numbers) && failed[k] == nil; at += threads {
				if failed[k] = ctx.Err(); failed[k] == nil {
					failed[k] = use(&x.spaces[k], at, &x.list[numbers[at]])
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

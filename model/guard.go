package model

import (
	"cmp"

	"github.com/trellis-nlp/trellis/structured"
)

// A Mapped labeller reads a memory-mapped file, which may be truncated or overwritten while in use.
type Mapped interface {
	Labeller
	// Guard runs f on the goroutine of the caller. If f faults because the file has changed, Guard
	// returns an error that wraps ErrChanged.
	Guard(f func() error) error
	// Check returns an error that wraps ErrChanged if the file has changed. It costs one system
	// call.
	Check() error
}

// Guard runs f, which uses m on the goroutine of the caller. If m is [Mapped] and its file has
// changed by the end of f, Guard returns an error that wraps ErrChanged: the results of f may be
// wrong.
func Guard(m Labeller, f func() error) error {
	x, ok := m.(Mapped)
	if !ok {
		return f()
	}
	err := x.Guard(f)
	return cmp.Or(x.Check(), err)
}

// Check returns an error that wraps ErrChanged if m is [Mapped] and its file has changed.
func Check(m Labeller) error {
	if x, ok := m.(Mapped); ok {
		return x.Check()
	}
	return nil
}

// checkEvery is the number of sentences between two checks of the model file.
const checkEvery = 64

// A guarded tagger belongs to a mapped model.
type guarded struct {
	*tagger
	m    Mapped
	used int // number of sentences so far

	// Arguments of the current call.
	s     Sentence
	fixed []string
	list  []Labelling
	label func() error
}

func newGuarded(m Mapped, t *tagger) *guarded {
	g := &guarded{tagger: t, m: m}
	g.label = func() (err error) {
		g.list, err = g.tagger.Label(g.s, g.fixed)
		return err
	}
	return g
}

// Label implements [Tagger].
func (g *guarded) Label(s Sentence, fixed []string) ([]Labelling, error) {
	g.s, g.fixed = s, fixed
	if err := g.guard(g.label); err != nil {
		return nil, err
	}
	g.s = Sentence{}
	return g.list, nil
}

// setContext sets the context of the sentences of a document.
func (g *guarded) setContext(sentences []Sentence) error {
	if g.context == nil {
		return nil
	}
	return g.guard(func() error { return g.tagger.setContext(sentences) })
}

// guard runs f, which processes one sentence.
func (g *guarded) guard(f func() error) error {
	err := g.m.Guard(f)
	if g.used%checkEvery == 0 { // including the first, because a pool may create many taggers
		err = cmp.Or(g.m.Check(), err)
	}
	g.used++
	return err
}

// A guardedScorer is a guarded tagger that implements [Scorer].
type guardedScorer struct {
	*guarded
	scorer *scorer
}

// Scores implements [Scorer].
func (g *guardedScorer) Scores(s Sentence, fixed []string) (scores *structured.Lattice, err error) {
	err = g.guard(func() error {
		scores, err = g.scorer.Scores(s, fixed)
		return err
	})
	return scores, err
}

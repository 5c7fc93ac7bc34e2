package model

import (
	"cmp"

	"github.com/trellis-nlp/trellis/structured"
)

// A Mapped labeller reads a file that is mapped into memory, and that somebody may cut short or overwrite meanwhile.
type Mapped interface {
	Labeller
	// Guard runs f in the goroutine of the caller. If f faults because the file has changed, it returns an error that
	// wraps ErrChanged.
	Guard(f func() error) error
	// Check returns an error that wraps ErrChanged if the file has changed. It costs one system call.
	Check() error
}

// Guard runs f, which uses m in the goroutine of the caller. If m is [Mapped] and its file has changed by the end of f,
// Guard returns an error that wraps ErrChanged: what f has found may be wrong.
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

// checkEvery is the number of sentences from one look at the file of a model to the next.
const checkEvery = 64

// A guarded tagger is one of a mapped model.
type guarded struct {
	*tagger
	m    Mapped
	used int // sentences

	// Of the call that is running.
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

// guard runs f, which takes one sentence.
func (g *guarded) guard(f func() error) error {
	err := g.m.Guard(f)
	if g.used%checkEvery == 0 { // of the first too, since a pool may make many taggers
		err = cmp.Or(g.m.Check(), err)
	}
	g.used++
	return err
}

// A guardedScorer is a guarded tagger that is a [Scorer].
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

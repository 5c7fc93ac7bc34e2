package crf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// check refuses what cannot be trained.
func (t *trainer) check() error {
	if len(t.losses) > 1 {
		if err := t.o.method().CheckSchedule(); err != nil {
			return err
		}
	}
	for _, l := range t.losses {
		if err := t.o.method().Check(l); err != nil {
			return err
		}
	}
	return t.checkTargets()
}

// checkTargets refuses labels that are left open where somebody needs them.
func (t *trainer) checkTargets() error {
	switch {
	case t.data.labels.Len() == 0:
		return fmt.Errorf("%w: no token has a label", model.ErrInput)
	case t.o.Dev != nil && t.o.Dev.uncertain():
		return fmt.Errorf("%w: to score a model, each token of the development data needs one label", model.ErrInput)
	case !t.data.uncertain():
		return nil
	}
	soft, open := t.data.choices.kinds()
	for _, l := range t.losses {
		if soft {
			q := structured.NewLattice(1, 2, structured.NoEdges)
			q.Node[0], q.Node[1] = 0.5, 0.5
			if !takes(l, structured.Target{Soft: q}) {
				return fmt.Errorf("%w: this loss learns from one right label a token, and some labels are soft: cross-entropy takes them", structured.ErrTarget)
			}
		}
		if open && !takes(l, structured.Target{Partial: structured.NewLattice(1, 2, structured.NoEdges)}) {
			return fmt.Errorf("%w: this loss learns from one right label a token, and some labels are left open: cross-entropy takes them", structured.ErrTarget)
		}
	}
	if open && training.RemembersGradients(t.o.Stochastic) {
		return fmt.Errorf("%w: labels that are left open make the loss one that is not convex, which SAGA and Frank-Wolfe need", model.ErrPair)
	}
	return nil
}

// takes tells whether a loss can be had for such a target, of one token and two labels.
func takes(l losses.Loss, y structured.Target) bool {
	_, err := l.Eval(nil, structured.NewLattice(1, 2, structured.NoEdges), y, new(losses.Workspace))
	return !errors.Is(err, structured.ErrTarget)
}

func (o *Options) method() training.Method {
	return training.Method{Batch: o.Batch, Stochastic: o.Stochastic, Penalty: o.Penalty}
}

// warn tells what the settings and the data make likely to surprise.
func (t *trainer) warn() {
	if t.o.Warn == nil {
		return
	}
	t.o.method().Warn(t.o.Warn, t.losses[0], t.o.Init != nil)
	if t.o.Dev != nil && len(t.o.Dev.unseen) > 0 {
		t.o.Warn(unseenLabels(t.o.Dev))
	}
	if n := t.data.scheme.IllFormed(); n > 0 && !t.data.uncertain() {
		t.o.Warn(fmt.Sprintf("%d labels break the %s scheme of the others; spans are read as conlleval does", n, t.data.Scheme()))
	}
}

// unseenLabels describes the labels of development data that the training data lack.
func unseenLabels(dev *Dataset) string {
	n, l := 0, int32(dev.labels.Len())
	for _, g := range dev.gold {
		if g >= l {
			n++
		}
	}
	const most = 5
	text := strings.Join(dev.unseen[:min(most, len(dev.unseen))], ", ")
	if len(dev.unseen) > most {
		text += ", ..."
	}
	return fmt.Sprintf("%d tokens of the development data have labels that the training data lack, and count as wrong: %s", n, text)
}

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

// checkTargets rejects partially labelled data and soft labels if the loss, the method or Dev does
// not support them.
func (t *trainer) checkTargets() error {
	switch {
	case t.data.labels.Len() == 0:
		return fmt.Errorf("%w: no token has a label", model.ErrInput)
	case t.o.Dev != nil && t.o.Dev.uncertain():
		return fmt.Errorf("%w: each token of the development data needs exactly one label", model.ErrInput)
	case !t.data.uncertain():
		return nil
	}
	soft, partial := t.data.choices.kinds()
	for _, l := range t.losses {
		if soft {
			q := structured.NewLattice(1, 2, structured.NoEdges)
			q.Node[0], q.Node[1] = 0.5, 0.5
			if !takes(l, structured.Target{Soft: q}) {
				return fmt.Errorf("%w: this loss needs one label per token, but some labels are soft; use cross-entropy", structured.ErrTarget)
			}
		}
		if partial && !takes(l, structured.Target{Partial: structured.NewLattice(1, 2, structured.NoEdges)}) {
			return fmt.Errorf("%w: this loss needs one label per token, but some tokens are partially labelled; use cross-entropy", structured.ErrTarget)
		}
	}
	if partial && training.RemembersGradients(t.o.Stochastic) {
		return fmt.Errorf("%w: partially labelled data make the loss non-convex, but SAGA and Frank-Wolfe need a convex loss", model.ErrPair)
	}
	return nil
}

// takes reports whether a loss supports a kind of target, given an example with one token and two
// labels.
func takes(l losses.Loss, y structured.Target) bool {
	_, err := l.Eval(nil, structured.NewLattice(1, 2, structured.NoEdges), y, new(losses.Workspace))
	return !errors.Is(err, structured.ErrTarget)
}

func (o *Options) method() training.Method {
	return training.Method{Batch: o.Batch, Stochastic: o.Stochastic, Penalty: o.Penalty}
}

// warn reports settings and data that are likely to surprise.
func (t *trainer) warn() {
	if t.o.Warn == nil {
		return
	}
	t.o.method().Warn(t.o.Warn, t.losses[0], t.o.Init != nil)
	if t.o.Dev != nil && len(t.o.Dev.unseen) > 0 {
		t.o.Warn(unseenLabels(t.o.Dev))
	}
	if n := t.data.scheme.IllFormed(); n > 0 && !t.data.uncertain() {
		t.o.Warn(fmt.Sprintf("%d labels are ill-formed in the %s scheme of the other labels; spans follow the rules of conlleval", n, t.data.Scheme()))
	}
}

// unseenLabels describes labels of the development data that do not occur in the training data.
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
	return fmt.Sprintf("%d tokens of the development data have labels that do not occur in the training data and count as errors: %s", n, text)
}

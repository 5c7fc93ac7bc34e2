package trellis

import (
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A spelled scorer scores the sentences of one input, whose labels may have any spelling. It
// detects the spellings of gold and predicted labels in the first sentences. If there are too few
// labels to detect one, it takes the other. Call end after the last sentence.
type spelled struct {
	score *metrics.Scorer
	model model.Labeller // that predicts; nil if a file has the predicted labels
	// scored receives what is scored. It may be nil.
	scored func(metrics.Pair)

	held    []metrics.Pair        // the first sentences, until the spellings are known
	reading bool                  // the spellings are known
	read    [2]annotation.Speller // of gold and of predicted labels
	labels  [2][]string
}

// add scores a sentence.
func (x *spelled) add(p metrics.Pair) error {
	if x.reading {
		return x.put(p)
	}
	x.held = append(x.held, metrics.Pair{
		Gold: slices.Clone(p.Gold), Predicted: slices.Clone(p.Predicted),
		Known: slices.Clone(p.Known), Probabilities: slices.Clone(p.Probabilities),
	})
	if len(x.held) < recipe.SampleSize {
		return nil
	}
	return x.end()
}

// end detects the spellings and scores the first sentences.
func (x *spelled) end() error {
	if x.reading {
		return nil
	}
	var gold, predicted annotation.SpellingDetector
	for _, p := range x.held {
		gold.Add(p.Gold)
		predicted.Add(p.Predicted)
	}
	goldScheme, g := gold.Result()
	scheme, p := predicted.Result()
	if x.model != nil {
		p = x.model.Metadata().Spelling
	} else if scheme == structured.Plain {
		p = g
	}
	if goldScheme == structured.Plain {
		g = p
	}
	x.read[0].Spelling, x.read[1].Spelling = g, p
	x.reading = true
	for _, p := range x.held {
		if err := x.put(p); err != nil {
			return err
		}
	}
	x.held = nil
	return nil
}

// put scores a sentence whose spellings are known.
func (x *spelled) put(p metrics.Pair) error {
	if x.score.Scheme == nil || *x.score.Scheme != structured.Plain {
		for k, labels := range []*[]string{&p.Gold, &p.Predicted} {
			x.labels[k] = x.read[k].Read(x.labels[k][:0], *labels)
			*labels = x.labels[k]
		}
	}
	if x.scored != nil {
		x.scored(p)
	}
	return x.score.Add(p)
}

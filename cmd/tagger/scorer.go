package main

import (
	"strconv"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// A pair is what is scored of a sentence: labels, one a token.
type pair struct {
	gold, predicted []string
	known           []bool   // nil if nobody can say
	probs           []string // of the predicted labels, nil unless asked for
}

// A scorer counts both as spans and as plain labels, until the right labels have told what they are.
type scorer struct {
	scheme   *structured.Scheme // nil: not known yet
	plain    counted
	spans    counted
	detector annotation.SchemeDetector

	each        bool                // keep the counts of each sentence
	calibration *metrics.Calibrator // nil: probabilities are not scored
	ufeats      map[string]string   // what values of FEATS count as; nil: themselves
	cut         [2][]string         // gold and predicted, as what they count
}

// counted are sentences, scored in one way.
type counted struct {
	metrics.Evaluator
	each []metrics.Counts
}

// newScorer counts by the scheme of the model, if it knows one.
func newScorer(m *crf.Model) *scorer {
	scheme := m.Scheme()
	if imported(m) && scheme == structured.Plain {
		return new(scorer)
	}
	return &scorer{scheme: &scheme}
}

// add scores a sentence. An error of a token says which one.
func (c *scorer) add(p pair) (token int, err error) {
	if c.ufeats != nil {
		p.gold, p.predicted = c.universal(0, p.gold), c.universal(1, p.predicted)
	}
	c.spans.Scheme = structured.BIO // spans of all schemes are read alike
	if c.scheme == nil {
		c.detector.Add(p.gold)
	}
	if c.scheme == nil || *c.scheme == structured.Plain {
		if err := c.plain.add(p, c.each); err != nil {
			return 0, err
		}
	}
	if c.scheme == nil || *c.scheme != structured.Plain {
		if err := c.spans.add(p, c.each); err != nil {
			return 0, err
		}
	}
	if c.calibration == nil {
		return 0, nil
	}
	for t, text := range p.probs {
		prob, err := strconv.ParseFloat(text, 64)
		if err == nil {
			err = c.calibration.Add(prob, p.gold[t] == p.predicted[t])
		}
		if err != nil {
			return t, wrongProbability(text)
		}
	}
	return 0, nil
}

func (c *counted) add(p pair, each bool) error {
	err := c.Add(p.gold, p.predicted, p.known)
	if err == nil && each {
		c.each = append(c.each, c.Last())
	}
	return err
}

// universal returns what is compared of FEATS values, in the k-th buffer.
func (c *scorer) universal(k int, values []string) []string {
	dst := c.cut[k][:0]
	for _, v := range values {
		u, ok := c.ufeats[v]
		if !ok {
			u = metrics.UniversalFeatures(v)
			c.ufeats[v] = u
		}
		dst = append(dst, u)
	}
	c.cut[k] = dst
	return dst
}

// counts are those of the labels as what they turned out to be.
func (c *scorer) counts() *counted {
	scheme := c.detector.Scheme()
	if c.scheme != nil {
		scheme = *c.scheme
	}
	if scheme == structured.Plain {
		return &c.plain
	}
	return &c.spans
}

func (c *scorer) results() metrics.Results { return c.counts().Results() }

// report is the results with what the flags ask for besides.
func (c *scorer) report(o *evalFlags) (metrics.Results, error) {
	counts := c.counts()
	r := counts.Results()
	if o.samples > 0 {
		var err error
		if r.Intervals, err = metrics.Bootstrap(counts.each, metrics.Resampling{Samples: o.samples, Seed: o.seed}); err != nil {
			return r, err
		}
	}
	if o.matrix > 0 {
		r.Matrix = r.ConfusionMatrix(o.matrix)
	}
	if c.calibration != nil {
		r.Calibration = c.calibration.Calibration()
	}
	return r, nil
}

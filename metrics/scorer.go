package metrics

import (
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// Pair holds the gold and predicted labels of a sentence, one for each token.
type Pair struct {
	Gold, Predicted []string
	Known           []bool    // whether each word occurs in the training data; nil if not known
	Probabilities   []float64 // of the predicted labels; nil if there are none
}

// Scorer scores labels as spans or token by token. The zero Scorer detects which from the gold
// labels.
type Scorer struct {
	Scheme            *structured.Scheme // Plain: token by token; any other: as spans; nil: detected from the gold labels
	Keep              bool               // keep the counts of each sentence, for [Bootstrap] and [Compare]
	Calibrator        *Calibrator        // receives the probabilities; nil: they are not scored
	UniversalFeatures bool               // compare labels by their [UniversalFeatures]

	plain, spans counted
	detector     annotation.SchemeDetector
	universal    map[string]string // cache of UniversalFeatures
	cut          [2][]string       // gold and predicted labels after UniversalFeatures
}

// counted is an evaluator that can keep the counts of each sentence.
type counted struct {
	Evaluator
	each []Counts
}

// Add scores a sentence.
func (s *Scorer) Add(p Pair) error {
	if s.UniversalFeatures {
		p.Gold, p.Predicted = s.reduce(0, p.Gold), s.reduce(1, p.Predicted)
	}
	s.spans.Scheme = structured.BIO // spans of all schemes are read in the same way
	if s.Scheme == nil {
		s.detector.Add(p.Gold)
	}
	if s.Scheme == nil || *s.Scheme == structured.Plain {
		if err := s.plain.add(p, s.Keep); err != nil {
			return err
		}
	}
	if s.Scheme == nil || *s.Scheme != structured.Plain {
		if err := s.spans.add(p, s.Keep); err != nil {
			return err
		}
	}
	for t := 0; s.Calibrator != nil && t < len(p.Probabilities); t++ {
		if err := s.Calibrator.Add(p.Probabilities[t], p.Gold[t] == p.Predicted[t]); err != nil {
			return err
		}
	}
	return nil
}

func (c *counted) add(p Pair, keep bool) error {
	err := c.Add(p.Gold, p.Predicted, p.Known)
	if err == nil && keep {
		c.each = append(c.each, c.Last())
	}
	return err
}

// reduce applies UniversalFeatures to labels, in the k-th buffer.
func (s *Scorer) reduce(k int, labels []string) []string {
	if s.universal == nil {
		s.universal = make(map[string]string)
	}
	dst := s.cut[k][:0]
	for _, v := range labels {
		u, ok := s.universal[v]
		if !ok {
			u = UniversalFeatures(v)
			s.universal[v] = u
		}
		dst = append(dst, u)
	}
	s.cut[k] = dst
	return dst
}

// counts returns the counts for the given or detected scheme.
func (s *Scorer) counts() *counted {
	scheme := s.detector.Scheme()
	if s.Scheme != nil {
		scheme = *s.Scheme
	}
	if scheme == structured.Plain {
		return &s.plain
	}
	return &s.spans
}

// Results returns the scores of all sentences, and the calibration if there is a calibrator.
func (s *Scorer) Results() Results {
	r := s.counts().Results()
	if s.Calibrator != nil {
		r.Calibration = s.Calibrator.Calibration()
	}
	return r
}

// Sentences returns the counts of each sentence, or nil unless Keep is set.
func (s *Scorer) Sentences() []Counts { return s.counts().each }

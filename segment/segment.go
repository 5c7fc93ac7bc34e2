package segment

import (
	"sync"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// The labels of characters.
const (
	startsSentence = iota
	startsToken
	startsWord // within a surface token
	continues
	labels
)

// A Model is a tokenizer that Train made. It is immutable and safe for concurrent use.
type Model struct {
	rules   text.Tokenizer  // whose cuts are attributes
	spaced  bool            // tokens may contain white space
	inert   table[struct{}] // trigrams of letters that start no word at the second one
	words   lexicon
	weights table[packed] // of attributes
	edges   [labels][labels]int16
	scratch sync.Pool // of *analysis
}

var _ text.Tokenizer = (*Model)(nil)

// Name returns "learned". A model is not made from its name: Load reads one.
func (m *Model) Name() string { return model.Learned }

// Attributes returns the number of attributes that have weights.
func (m *Model) Attributes() int { return m.weights.len }

// Cut implements text.Tokenizer.
func (m *Model) Cut(dst []text.Cut, paragraph string) []text.Cut {
	a, _ := m.scratch.Get().(*analysis)
	if a == nil {
		a = new(analysis)
	}
	dst = m.cut(a, dst, paragraph)
	m.scratch.Put(a)
	return dst
}

func (m *Model) cut(a *analysis, dst []text.Cut, paragraph string) []text.Cut {
	a.read(m, paragraph)
	a.text = "" // no reference to the caller's text stays behind
	if len(a.spots) == 0 {
		return dst
	}
	a.match(&m.words)
	m.score(a)
	m.decode(a)
	return a.emit(dst)
}

// impossible is the score of a label that a character cannot have. It is below all sums of scores
// that occur between two calls of rebase.
const impossible = -1 << 28

// score computes the scores of the labels of each spot.
func (m *Model) score(a *analysis) {
	a.scores = a.scores[:0]
	for _, i := range a.spots {
		var all packed
		for _, key := range a.attributes(int(i)) {
			all += m.weights.get(key)
		}
		var sum [labels]int32
		for y, w := range all.unpack() {
			sum[y] = int32(w)
		}
		if isBlank(a.chars[i-1].class) {
			sum[startsWord] = impossible
			if !m.spaced {
				sum[continues] = impossible
			}
		}
		a.scores = append(a.scores, sum)
	}
	a.scores[0] = [labels]int32{startsToken: impossible, startsWord: impossible, continues: impossible}
}

// Weights are multiples of step, at most maxWeight of them. A character has fewer than 64
// attributes, so that their sum takes 16 bits.
const (
	step      = 1.0 / 32
	maxWeight = 1<<9 - 1
)

// A packed is a number of 16 bits for each label, as digits of one number. So a sum of them takes
// one addition.
type packed int64

func pack(w [labels]int16) (p packed) {
	for y, x := range w {
		p += packed(x) << (16 * y)
	}
	return p
}

func (p packed) unpack() (w [labels]int16) {
	for y := range w {
		w[y] = int16(p)
		p = (p - packed(w[y])) >> 16
	}
	return w
}

// decode turns the scores of labels into those of the best paths up to them, and notes in back the
// label before each one.
func (m *Model) decode(a *analysis) {
	a.back = append(a.back[:0], [labels]uint8{})
	for k := 1; k < len(a.spots); k++ {
		before, here := &a.scores[k-1], &a.scores[k]
		var back [labels]uint8
		for y := range here {
			best := before[0] + int32(m.edges[0][y])
			for x := 1; x < labels; x++ {
				if s := before[x] + int32(m.edges[x][y]); s > best {
					best, back[y] = s, uint8(x)
				}
			}
			here[y] += best
		}
		a.back = append(a.back, back)
		if k%32 == 0 {
			rebase(here)
		}
	}
}

// rebase subtracts the best score, so that sums stay within 32 bits.
func rebase(scores *[labels]int32) {
	best := max(scores[0], scores[1], scores[2], scores[3])
	for y := range scores {
		scores[y] = max(scores[y]-best, impossible)
	}
}

// emit appends the cuts of the best path.
func (a *analysis) emit(dst []text.Cut) []text.Cut {
	last := len(a.spots) - 1
	y := uint8(0)
	for x, s := range a.scores[last] {
		if s > a.scores[last][y] {
			y = uint8(x)
		}
	}
	for k := last; k >= 0; k-- { // labels take the place of those before them
		y, a.back[k][0] = a.back[k][y], y
	}
	for k, i := range a.spots {
		label := a.back[k][0]
		if label == continues {
			continue
		}
		if k > 0 {
			dst[len(dst)-1].End = a.endBefore(int(i))
		}
		dst = append(dst, text.Cut{Start: int(a.chars[i].start), First: label == startsSentence, Inside: label == startsWord})
	}
	dst[len(dst)-1].End = a.endBefore(len(a.chars) - padding)
	return dst
}

// endBefore returns the byte where the last character before character i ends, white space aside.
func (a *analysis) endBefore(i int) int {
	for isBlank(a.chars[i-1].class) {
		i--
	}
	return int(a.chars[i].start)
}

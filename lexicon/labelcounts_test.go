package lexicon

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// labelled is a sentence with its labels.
type labelled struct{ words, labels []string }

// The fields of a sentence that was added follow from the other sentences.
func TestLabelCountsLeaveOneOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	vocabulary := []string{"may", "May", "MAY", "saw", "Saw", "SAW", "Ärzte", "ÄRZTE", "ärzte", ".", "x"}
	labels := []string{"O", "B-PER", "I-PER", "S-LOC", "NOUN", "B-creative-work", ""}
	for range 200 {
		sentences := make([]labelled, rng.IntN(5))
		for k := range sentences {
			for range rng.IntN(6) {
				sentences[k].words = append(sentences[k].words, vocabulary[rng.IntN(len(vocabulary))])
				sentences[k].labels = append(sentences[k].labels, labels[rng.IntN(len(labels))])
			}
		}
		all := NewLabelCounts()
		for _, s := range sentences {
			all.Add(s.words, s.labels)
		}
		for k, s := range sentences {
			others := NewLabelCounts()
			for i, o := range sentences {
				if i != k {
					others.Add(o.words, o.labels)
				}
			}
			c, err := others.Classes("seen")
			require.NoError(t, err)
			assert.Equal(t, c.Reader()(nil, s.words), all.LeaveOneOut(nil, s.words, s.labels))
		}
	}
}

func TestLabelCountsClasses(t *testing.T) {
	s := NewLabelCounts()
	empty, err := s.Classes("seen")
	require.NoError(t, err)
	assert.Empty(t, empty.Class("Rome"))
	s.Add([]string{"Rome", "saw", "a", "saw", "in", "May"}, []string{"B-LOC", "VERB", "", "NOUN", "O", "B-creative-work"})
	s.Add([]string{"Rome", "ROMA"}, []string{"S-LOC", "I-ORG"})
	c, err := s.Classes("seen")
	require.NoError(t, err)
	for word, class := range map[string]string{
		"Rome": "B-LOC|S-LOC",
		"rome": "B-LOC|S-LOC", // only seen in different case
		"ROME": "B-LOC|S-LOC", // the same via lower case
		"saw":  "NOUN|VERB",   // sorted by name
		"Saw":  "NOUN|VERB",
		"may":  "B-creative-work",
		"roma": "I-ORG",
		"a":    "", // its label is unknown
		"Oslo": "",
	} {
		assert.Equal(t, class, c.Class(word), word)
	}
	_, err = s.Classes("two words")
	require.ErrorIs(t, err, ErrName)

	var fields []string
	words, labels := []string{"Rome", "ROMA"}, []string{"S-LOC", "I-ORG"}
	fields = s.LeaveOneOut(fields, words, labels)
	assert.Equal(t, []string{"B-LOC", ""}, fields)
	assert.Zero(t, testing.AllocsPerRun(100, func() { fields = s.LeaveOneOut(fields[:0], words, labels) }))
}

// Equal sentences give equal bytes.
func TestLabelCountsIsDeterministic(t *testing.T) {
	sections := func() []Section {
		s := NewLabelCounts()
		for k := range 100 {
			s.Add([]string{string(rune('a' + k%26)), string(rune('A' + k%7))}, []string{"N", "V"})
		}
		c, err := s.Classes("seen")
		require.NoError(t, err)
		return Sections(c)
	}
	want := sections()
	for range 5 {
		assert.Equal(t, want, sections())
	}
}

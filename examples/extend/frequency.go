package extend

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

const frequencyKind = "frequency"

func init() { lexicon.Register(frequencyKind, decodeFrequency) }

// Frequency is a word resource. Its value for a word is the number of decimal digits of the word's
// count, or "" if the word has no count.
type Frequency struct {
	name   string
	counts map[string]uint64
}

var (
	_ lexicon.Lexicon = (*Frequency)(nil)
	_ features.Words  = (*Frequency)(nil) // each value depends on one word only
)

// NewFrequency returns a resource with the given column name and word counts. It copies the counts.
func NewFrequency(name string, counts map[string]uint64) *Frequency {
	return &Frequency{name: name, counts: maps.Clone(counts)}
}

// Name implements [lexicon.Lexicon].
func (f *Frequency) Name() string { return f.name }

// Kind implements [lexicon.Lexicon].
func (f *Frequency) Kind() string { return frequencyKind }

// Len implements [lexicon.Lexicon].
func (f *Frequency) Len() int { return len(f.counts) }

// Templates implements [lexicon.Lexicon].
func (f *Frequency) Templates() string { return fmt.Sprintf("u:%[1]s=%%x[0,%[1]s]\n", f.name) }

// WordReader implements [features.Words].
func (f *Frequency) WordReader() func(word string) string {
	return func(word string) string {
		if n, ok := f.counts[word]; ok {
			return fmt.Sprint(len(fmt.Sprint(n)))
		}
		return ""
	}
}

// Reader implements [lexicon.Lexicon].
func (f *Frequency) Reader() func(dst, words []string) []string {
	read := f.WordReader()
	return func(dst, words []string) []string {
		for _, word := range words {
			dst = append(dst, read(word))
		}
		return dst
	}
}

// Sections implements [lexicon.Lexicon]. It writes the name, then the words and counts sorted by
// word.
func (f *Frequency) Sections() []lexicon.Section {
	data := appendString(nil, f.name)
	for _, word := range slices.Sorted(maps.Keys(f.counts)) {
		data = binary.AppendUvarint(appendString(data, word), f.counts[word])
	}
	return []lexicon.Section{{Name: "freq", Data: data}}
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

var errShort = errors.New("frequency: section ends in the middle of an entry")

// decodeFrequency reads the output of Sections.
func decodeFrequency(sections map[string][]byte) (lexicon.Lexicon, error) {
	name, data, err := cutString(sections["freq"])
	if err != nil {
		return nil, err
	}
	counts := make(map[string]uint64)
	for len(data) > 0 {
		var word string
		if word, data, err = cutString(data); err != nil {
			return nil, err
		}
		n, size := binary.Uvarint(data)
		if size <= 0 {
			return nil, errShort
		}
		counts[word], data = n, data[size:]
	}
	return &Frequency{name: name, counts: counts}, nil
}

func cutString(data []byte) (string, []byte, error) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return "", nil, errShort
	}
	data = data[size:]
	return string(data[:n]), data[n:], nil
}

package annotation

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/structured"
)

// eachSpelling calls f with all spellings.
func eachSpelling(f func(Spelling)) {
	for _, s := range layouts {
		for letters := range letterNames {
			s.Letters = Letters(letters)
			f(s)
		}
	}
}

func TestSpellingNames(t *testing.T) {
	seen := map[string]bool{}
	eachSpelling(func(s Spelling) {
		got, err := ParseSpelling(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, got)
		seen[s.String()] = true
	})
	assert.Len(t, seen, 12)
	assert.Equal(t, "BIES-TYPE", Spelling{}.String())
	assert.Equal(t, "TYPE_BILU", Spelling{Letters: BILU, Underscore: true, TypeFirst: true}.String())
	assert.Equal(t, "Letters(9)-TYPE", Spelling{Letters: 9}.String())
	_, err := ParseSpelling("BILOU")
	assert.ErrorContains(t, err, "such as BILU-TYPE")
}

func TestParseScheme(t *testing.T) {
	for name, want := range map[string]Spelling{"bilou": {Letters: BILU}, "BMES": {Letters: BMES}, "bioes": {}} {
		scheme, spelling, err := ParseScheme(name)
		require.NoError(t, err)
		assert.Equal(t, structured.BIOES, scheme)
		assert.Equal(t, want, spelling)
	}
	scheme, _, err := ParseScheme("ioe2")
	require.NoError(t, err)
	assert.Equal(t, structured.IOE2, scheme)
	_, _, err = ParseScheme("bio3")
	assert.ErrorContains(t, err, "ioe1 or ioe2, bilou or bmes")
}

func TestSpellingReadsAndWrites(t *testing.T) {
	for _, c := range []struct {
		spelling     Spelling
		label, usual string
	}{
		{Spelling{}, "B-PER", "B-PER"},
		{Spelling{}, "NOUN", "NOUN"},
		{Spelling{Letters: BILU}, "L-a-b", "E-a-b"},
		{Spelling{Letters: BILU}, "U", "S"},
		{Spelling{Letters: BILU}, "O", "O"},
		{Spelling{Letters: BILU}, "X-PER", "X-PER"},
		{Spelling{Letters: BMES}, "M-PER", "I-PER"},
		{Spelling{Letters: BMES}, "M", "I"},
		{Spelling{Underscore: true}, "B_a_b-c", "B-a_b-c"},
		{Spelling{TypeFirst: true}, "creative-work-I", "I-creative-work"},
		{Spelling{TypeFirst: true}, "-I", "-I"},
		{Spelling{TypeFirst: true, Underscore: true, Letters: BILU}, "PER_U", "S-PER"},
		{Spelling{TypeFirst: true}, "", ""},
		{Spelling{Underscore: true}, "E-", "E-"},
	} {
		assert.Equal(t, c.usual, c.spelling.Read(c.label), "%v %s", c.spelling, c.label)
		assert.Equal(t, c.label, c.spelling.Write(c.usual), "%v %s", c.spelling, c.usual)
	}
	assert.Equal(t, "E-X", Spelling{Letters: BILU}.Read("E-X"), "BILU has no E")
}

// What is written in a spelling is detected, and read as it was.
func TestSpellingDetectorFindsWhatWasWritten(t *testing.T) {
	eachSpelling(func(s Spelling) {
		t.Run(s.String(), rapid.MakeCheck(func(t *rapid.T) {
			bioes := &Converter{From: structured.BIO, To: structured.BIOES}
			speller := Speller{Spelling: s}
			var d SpellingDetector
			// All letters occur.
			for _, labels := range [][]string{strings.Fields("B-X I-X E-X O S-Y B-Y I-Y E-Y"), anyLabels.Draw(t, "labels")} {
				labels, _ = bioes.Convert(nil, labels)
				written := speller.Write(nil, labels)
				require.Equal(t, labels, speller.Read(nil, written))
				for range 30 { // bare letters in the second sentence are then rare
					d.Add(speller.Write(nil, strings.Fields("B-X I-X E-X O S-Y")))
				}
				d.Add(written)
			}
			scheme, found := d.Result()
			assert.Equal(t, structured.BIOES, scheme)
			assert.Equal(t, s, found)
		}))
	})
}

func TestSpellingDetector(t *testing.T) {
	for _, c := range []struct {
		why, labels string
		scheme      structured.Scheme
		spelling    string
	}{
		{"nothing", "", structured.Plain, "BIES-TYPE"},
		{"BIO", "B-X I-X O B-Y", structured.BIO, "BIES-TYPE"},
		{"BIO with underscores in types", "B-a_b I-a_b O B-c_d", structured.BIO, "BIES-TYPE"},
		{"BILOU", "B-X L-X U-X O B-Y I-Y L-Y", structured.BIOES, "BILU-TYPE"},
		{"BMES", "B-X M-X E-X S-X O", structured.BIOES, "BMES-TYPE"},
		{"word segmentation", "B E S B M E S S\nB E", structured.BIOES, "BMES-TYPE"},
		{"bare BILOU", "B I L O U U\nB L", structured.BIOES, "BILU-TYPE"},
		{"underscore", "B_PER I_PER O B_LOC", structured.BIO, "BIES_TYPE"},
		{"underscore, only single tokens", "B_PER O B_LOC", structured.BIO, "BIES_TYPE"},
		{"IOB1 with underscores", "I_PER I_PER B_PER O", structured.IOB1, "BIES_TYPE"},
		{"the type first", "PER-B PER-I O LOC-B", structured.BIO, "TYPE-BIES"},
		{"the type first in BILOU", "PER_B PER_L O LOC_U", structured.BIOES, "TYPE_BILU"},
		{"one in a hundred is a slip", strings.Repeat("PER-B PER-I O\n", 99) + "o", structured.BIO, "TYPE-BIES"},
		{"plain with a hyphen", "NN-S VB-B NN IN O", structured.Plain, "BIES-TYPE"},
		{"plain, all with a hyphen and a letter", "NN-S VB-S JJ-S O", structured.Plain, "BIES-TYPE"},
		{"plain without O", "NN-B VB-B JJ-B", structured.Plain, "BIES-TYPE"},
		{"plain, letters in any order", "NN-S VB-I NN-E JJ-E NN-I VB-B\nJJ-I NN-S", structured.Plain, "BIES-TYPE"},
		{"parts of speech of one letter", "N O V L U A M E S B", structured.Plain, "BIES-TYPE"},
		{"one letter", "B B B", structured.Plain, "BIES-TYPE"},
		{"the letter B and O", "B O B B", structured.Plain, "BIES-TYPE"},
		{"letters of two spellings", "B-X M-X L-X O", structured.Plain, "BIES-TYPE"},
		{"parts of speech", "DET NOUN VERB X PUNCT", structured.Plain, "BIES-TYPE"},
	} {
		t.Run(c.why, func(t *testing.T) {
			var d SpellingDetector
			for line := range strings.SplitSeq(c.labels, "\n") {
				d.Add(strings.Fields(line))
			}
			scheme, spelling := d.Result()
			assert.Equal(t, c.scheme, scheme)
			assert.Equal(t, c.spelling, spelling.String())
		})
	}
}

// Real data have the scheme that a SchemeDetector finds, in the usual spelling.
func TestSpellingDetectorOnRealData(t *testing.T) {
	check := func(file string, column int, comment string, want structured.Scheme) {
		var d SpellingDetector
		for _, labels := range labelSentences(t, file, column, comment) {
			d.Add(labels)
		}
		scheme, spelling := d.Result()
		assert.Equal(t, want, scheme, "%s %d", file, column)
		assert.Zero(t, spelling, "%s %d", file, column)
	}
	for _, c := range realData {
		check(c.file, c.column, c.comment, structured.BIO)
	}
	for column := 2; column <= 10; column++ {
		check("ud-ewt/dev.conllu", column, "# ", structured.Plain)
	}
	check("conll2000/test.txt", 2, "", structured.Plain)
}

// Labels of any file are read without a panic, and the labels that are read come back from each
// spelling.
func FuzzSpelling(f *testing.F) {
	f.Add("B-PER L-PER U-LOC O\nB-LOC I-LOC L-LOC")
	f.Add("B M E S O\nPER_B PER-I")
	f.Add("B_a-b _B -I E- O \xff\n\nB-")
	f.Fuzz(func(t *testing.T, text string) {
		var d SpellingDetector
		var sentences [][]string
		for line := range strings.SplitSeq(text, "\n") {
			sentences = append(sentences, strings.Fields(line))
			d.Add(sentences[len(sentences)-1])
		}
		scheme, found := d.Result()
		if scheme == structured.Plain {
			require.Zero(t, found)
		}
		eachSpelling(func(s Spelling) {
			speller := Speller{Spelling: s}
			for _, labels := range sentences {
				usual := speller.Read(nil, labels)
				require.Len(t, usual, len(labels))
				require.Equal(t, usual, speller.Read(nil, speller.Write(nil, usual)), "%v %q", s, labels)
			}
		})
	})
}

func TestSpellerAllocatesOnlyForNewLabels(t *testing.T) {
	s := Speller{Spelling: Spelling{Letters: BILU, Underscore: true}}
	usual := strings.Fields("B-X I-X E-X O S-Y")
	written := s.Write(nil, usual)
	back := s.Read(nil, written)
	assert.Equal(t, usual, back)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		written = s.Write(written[:0], usual)
		back = s.Read(back[:0], written)
	}))
	s = Speller{}
	assert.Equal(t, written, s.Read(nil, written))
}

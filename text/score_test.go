package text

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const conllu = `# newdoc
# newpar
# sent_id = 1
# text = She didn't go.
1	She	she	PRON	_	_	0	_	_	_
2-3	didn't	_	_	_	_	_	_	_	_
2	did	do	AUX	_	_	0	_	_	_
3	n't	not	PART	_	_	0	_	_	_
4	go	go	VERB	_	_	0	_	_	SpaceAfter=No
5	.	.	PUNCT	_	_	0	_	_	_

# text = Why?
1	Why	why	ADV	_	_	0	_	_	SpaceAfter=No
2	?	?	PUNCT	_	_	0	_	_	_

# newpar
# text = Vámonos al mar
1-2	Vámonos	_	_	_	_	_	_	_	_
1	Vamos	_	VERB	_	_	0	_	_	_
2	nos	_	PRON	_	_	0	_	_	_
3-4	al	_	_	_	_	_	_	_	_
3	a	_	ADP	_	_	0	_	_	_
4	el	_	DET	_	_	0	_	_	_
5	mar	_	NOUN	_	_	0	_	_	_
5.1	e	_	NOUN	_	_	_	_	_	_

`

func reference(t *testing.T) *Reference {
	t.Helper()
	r, err := ReadReference(strings.NewReader(conllu), "test.conllu", 3)
	require.NoError(t, err)
	return r
}

func TestReadReference(t *testing.T) {
	r := reference(t)
	assert.Equal(t, "She didn't go. Why? \n\nVámonos al mar ", r.Text)
	require.Len(t, r.Tokens, 9)
	assert.Equal(t, ReferenceToken{Form: "didn't", Words: []string{"did", "n't"}, Labels: []string{"AUX", "PART"}, Spaced: true}, r.Tokens[1])
	assert.True(t, r.Tokens[4].First)
	assert.True(t, r.Tokens[6].Para)
}

// The columns of CoNLL-U Plus are those that the file names.
func TestReadReferenceOfPlus(t *testing.T) {
	for _, c := range []struct{ text, want, words string }{
		{"# global.columns = ID FORM NER MISC\n1\tAnna\tB-PER\t_\n2\tran\tO\tSpaceAfter=No\n3\t.\tO\t_\n\n1-2\tdu\t_\tSpaceAfter=No\n1\tde\tO\t_\n2\tle\tO\t_\n3\t!\tO\t_\n", "Anna ran. du! ", "Anna|ran|.|de|le|!"},
		{"# global.columns = MISC NER FORM ID\nSpaceAfter=No\tO\tran\t1\n_\tO\t.\t2\n", "ran. ", "ran|."},
		{"# global.columns = ID FORM\n1-2\tdu\n1\tde\n2\tle\n", "du ", "de|le"},
		{"# global.columns = FORM LABEL\nran\tO\n.\tO\n", "ran . ", "ran|."},
	} {
		r, err := ReadReference(strings.NewReader(c.text), "plus.conllup", 1)
		require.NoError(t, err)
		assert.Equal(t, c.want, r.Text)
		var words []string
		for _, token := range r.Tokens {
			assert.Len(t, token.Labels, len(token.Words))
			words = append(words, token.Words...)
		}
		assert.Equal(t, c.words, strings.Join(words, "|"))
	}
	empty, err := ReadReference(strings.NewReader(""), "empty", -1)
	require.NoError(t, err)
	assert.Empty(t, empty.Tokens)
}

// FuzzReadReference reads any bytes. The text has all forms in their order.
func FuzzReadReference(f *testing.F) {
	f.Add([]byte(conllu))
	f.Add([]byte("# global.columns = ID FORM NER MISC\n1-2\tdu\t_\tSpaceAfter=No\n1\tde\tO\t_\n2\tle\tO\t_\n3\t.\tO\t_\n"))
	f.Add([]byte("# global.columns = FORM ID\na\t1\n"))
	f.Add([]byte("# global.columns = FORM\na\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadReference(bytes.NewReader(data), "in", 0)
		if err != nil {
			return
		}
		rest := r.Text
		for _, token := range r.Tokens {
			_, after, found := strings.Cut(rest, token.Form)
			require.True(t, found)
			rest = after
			require.Len(t, token.Labels, len(token.Words))
		}
	})
}

func TestScoreOfTheReferenceItself(t *testing.T) {
	r := reference(t)
	s, ok := r.Score(Split(&Rules{Language: "en"}, r.Text).Sentences, nil)
	require.True(t, ok)
	// "Vámonos" and "al" are one word here: their words in the reference are not found.
	assert.Equal(t, Count{Gold: 9, Predicted: 9, Correct: 9}, s.Tokens)
	assert.Equal(t, Count{Gold: 12, Predicted: 10, Correct: 8}, s.Words)
	assert.Equal(t, Count{Gold: 3, Predicted: 3, Correct: 3}, s.Sentences)
}

func TestScoreOfOtherCuts(t *testing.T) {
	r := reference(t)
	labels := strings.Fields("PRON AUX VERB PUNCT ADV PUNCT NOUN NOUN NOUN")
	s, ok := r.Score(Split(&Rules{}, r.Text).Sentences, labels)
	require.True(t, ok)
	assert.Equal(t, Count{Gold: 9, Predicted: 9, Correct: 9}, s.Tokens)
	assert.Equal(t, Count{Gold: 12, Predicted: 9, Correct: 6}, s.Words, "didn't is in one piece")
	assert.Equal(t, Count{Gold: 12, Predicted: 9, Correct: 6}, s.Labels)

	s, ok = r.Score(Split(Space{}, r.Text).Sentences, nil)
	require.True(t, ok)
	assert.Equal(t, Count{Gold: 9, Predicted: 7, Correct: 5}, s.Tokens)
	assert.Equal(t, Count{Gold: 3, Predicted: 2, Correct: 1}, s.Sentences)

	_, ok = r.Score(Split(Space{}, "another text").Sentences, nil)
	assert.False(t, ok)
}

func TestF1(t *testing.T) {
	assert.InDelta(t, 2.0/3, Count{Gold: 2, Predicted: 4, Correct: 2}.F1(), 1e-15)
	assert.Zero(t, Count{}.F1())
}

func TestBest(t *testing.T) {
	best, s := Best(reference(t))
	require.NotNil(t, best)
	assert.Equal(t, "rules:en", best.Name())
	assert.Equal(t, 8, s.Words.Correct)
	best, _ = Best(new(Reference))
	assert.Nil(t, best)
}

func TestMalformedReference(t *testing.T) {
	_, err := ReadReference(strings.NewReader("3-1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n"), "bad.conllu", -1)
	assert.ErrorContains(t, err, `multiword token "3-1"`)
}

// The English treebank is a check on real text: the figures are lower bounds of those measured.
func TestEnglishTreebank(t *testing.T) {
	f, err := os.Open("../../shared/data/ud-ewt/dev.conllu")
	if err != nil {
		t.Skip("the shared data are absent")
	}
	defer f.Close()
	r, err := ReadReference(f, "dev.conllu", -1)
	require.NoError(t, err)
	best, s := Best(r)
	assert.Equal(t, "rules:en,hyphens", best.Name())
	assert.Greater(t, s.Tokens.F1(), 0.994)
	assert.Greater(t, s.Words.F1(), 0.991)
	assert.Greater(t, s.Sentences.F1(), 0.80)
}

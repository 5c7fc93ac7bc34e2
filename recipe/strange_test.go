package recipe

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStrangeSpans(t *testing.T) {
	for _, labels := range [][]string{
		{"B:PER", "I:PER", "O"}, {"U/LOC", "B/PER", "L/PER", "O"}, {"<PER>", "<LOC>", "O"}, {"<PER>", "</PER>", "O"},
		{"(PER*", "*", "*)", "(LOC)"}, {"(PER", "PER)", "_"}, {"PER(1", "LOC(2)", "O"},
	} {
		assert.Contains(t, StrangeSpans(labels), "look like spans in an unknown scheme", labels)
	}
	for _, labels := range [][]string{
		{"O"}, {"B-PER", "I-PER", "O"}, {"NN", "$(", "$,", "$.", "(", ")", ",", "``", "-LRB-", "PRP$"}, {"NN-S", "B", "I", "<unk>"},
		{"nsubj:pass", "acl:relcl", "root"}, {"Case=Nom", "_"}, {"B+NN", "VB", "S+NN", "NN", "X"}, {"I/NN", "NN/I", "NN"},
	} {
		assert.Empty(t, StrangeSpans(labels), labels)
	}
	assert.Equal(t, []string{`the labels look like spans in an unknown scheme, such as "B:PER", and are read as single labels; expected labels such as B-PER and I-PER`},
		Doubts("2", []string{"O", "B:PER", "I:PER"}, 9, true))
}

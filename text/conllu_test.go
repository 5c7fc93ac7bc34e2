package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendCoNLLU(t *testing.T) {
	d := Split(&Rules{Language: "en"}, "I don't\nski. No!\n")
	var b []byte
	for k := range d.Sentences {
		b = d.Sentences[k].AppendCoNLLU(b, d.Text, k == 0)
	}
	assert.Equal(t, `# newpar
# text = I don't ski.
1	I	_	_	_	_	_	_	_	_
2-3	don't	_	_	_	_	_	_	_	_
2	do	_	_	_	_	_	_	_	_
3	n't	_	_	_	_	_	_	_	_
4	ski	_	_	_	_	_	_	_	SpaceAfter=No
5	.	_	_	_	_	_	_	_	_

# text = No!
1	No	_	_	_	_	_	_	_	SpaceAfter=No
2	!	_	_	_	_	_	_	_	_

`, string(b))
}

// A reference that is read back has the same segmentation.
func FuzzCoNLLU(f *testing.F) {
	f.Add("I don't ski. No!\n\nDr. Zoë's 😀 e-mail: a@b.org (soon).")
	f.Add("\ufeffl'eau\r\n\r\n# text = x\n1\t2\n")
	f.Fuzz(func(t *testing.T, s string) {
		d := Split(&Rules{Language: "en", Hyphens: true}, s)
		if len(d.Sentences) == 0 || strings.ContainsRune(s, 0) { // files with NUL are binary
			return
		}
		var b []byte
		for k := range d.Sentences {
			b = d.Sentences[k].AppendCoNLLU(b, s, k == 0)
		}
		ref, err := ReadReference(bytes.NewReader(b), "text", -1)
		require.NoError(t, err)
		scores, ok := ref.Score(d.Sentences, nil)
		require.True(t, ok)
		for _, c := range []Count{scores.Tokens, scores.Words, scores.Sentences} {
			require.Equal(t, c.Gold, c.Correct)
			require.Equal(t, c.Gold, c.Predicted)
		}
	})
}

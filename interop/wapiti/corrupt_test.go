package wapiti

import (
	"bytes"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/interop/internal/damage"
)

// corruptions is how often each large model is damaged. The small model is damaged a hundred
// thousand times.
var corruptions = flag.Int("corruptions", 1000, "damages to each large model")

// use reads a model. If it is valid, use calls all accessors and tags with it. It reports whether
// the model is valid. The test fails if reading uses too much memory for the size of the file.
func use(t testing.TB, data []byte) bool {
	t.Helper()
	m, err := damage.Read(t, data, 32, Read) // names of a byte or two use up to 56 bytes each in a map
	if err != nil {
		require.ErrorIs(t, err, ErrModel)
		return false
	}
	damage.Visit(m)
	if m.Columns() <= 2 && len(m.Labels()) < 100 {
		in := strings.NewReader("ua *NOUN\nbin *ADP\n\n")
		if err := m.Label(io.Discard, in, "", Options{Scores: true, Posterior: true, NBest: 2}); err != nil {
			require.ErrorContains(t, err, "score") // weights of 1e308 overflow, which is an error
		}
	}
	return true
}

func TestEveryTruncationIsRefusedOrAModel(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 13
	}
	for _, name := range []string{"model.wapiti", "memm.wapiti", "raw.wapiti", "small.wapiti"} {
		data := file(t, name)
		lastLine := bytes.LastIndexByte(data[:len(data)-1], '\n')
		for n := 0; n < len(data); n += step {
			p := &parser{data: data[:n]}
			_, err := p.model()
			if err == nil && n < lastLine+4 { // the last weight may lose digits
				t.Fatalf("%s cut to %d bytes is still a model", name, n)
			}
		}
	}
}

// format contains the characters with a meaning in model files.
const format = "\x00\xff \n:0915ub*#%"

func TestDamagedModelsDoNoHarm(t *testing.T) {
	for name, rounds := range map[string]int{
		"small.wapiti": 100_000, "model.wapiti": *corruptions, "memm.wapiti": *corruptions, "raw.wapiti": *corruptions,
		"auto.wapiti": *corruptions,
	} {
		t.Run(name, func(t *testing.T) {
			damage.Rounds(t, file(t, name), format, rounds, use)
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"small.wapiti", "auto.wapiti", "raw.wapiti"} {
		f.Add(file(f, name))
	}
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			use(t, data)
		}
	})
}

func FuzzSentences(f *testing.F) {
	f.Add(file(f, "test.txt"), true)
	f.Add([]byte("a\tADP\r\n \n\nb  ADP  x\n#\n"), false)
	m := load(f, "auto.wapiti")
	f.Fuzz(func(t *testing.T, data []byte, labelled bool) {
		var out bytes.Buffer
		require.NoError(t, m.Label(&out, bytes.NewReader(data), "", Options{Labelled: labelled, Scores: true}))
		lines := 0
		for line := range bytes.Lines(data) {
			if len(bytes.Trim(line, " \t\n\v\f\r")) > 0 {
				lines++
			}
		}
		require.Equal(t, lines, bytes.Count(out.Bytes(), []byte("\n\n")))
	})
}

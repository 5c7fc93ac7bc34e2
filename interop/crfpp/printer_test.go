package crfpp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

func TestPrinterOfOthersScores(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.NoEdges)
	s.NodeAt(0)[1], s.NodeAt(1)[0] = 1, 2 // the odds are e to 1 and e^2 to 1
	rows := features.Rows{{"a", "x"}, {"b", "y"}}
	out, err := NewPrinter([]string{"N", "V"}, Options{Verbose: 1}).Append([]byte("> "), s, rows)
	require.NoError(t, err)
	assert.Equal(t, "> # 0.643914\na\tx\tV/0.731059\nb\ty\tN/0.880797\n\n", string(out))
	out, err = NewPrinter([]string{"N", "V"}, Options{NBest: 2}).Append(nil, s, rows)
	require.NoError(t, err)
	assert.Equal(t, "# 0 0.643914\na\tx\tV\nb\ty\tN\n\n# 1 0.236883\na\tx\tN\nb\ty\tN\n\n", string(out))

	for _, bad := range []*structured.Lattice{structured.NewLattice(1, 2, structured.NoEdges), structured.NewLattice(2, 3, structured.NoEdges)} {
		out, err := NewPrinter([]string{"N", "V"}, Options{}).Append([]byte("> "), bad, rows)
		require.ErrorIs(t, err, structured.ErrShape)
		assert.Equal(t, "> ", string(out))
	}
}

func TestPrinterAllocatesNothing(t *testing.T) {
	m := load(t, "model.crfpp")
	rows := features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}}
	var seq features.Sequence = rows // boxed once
	tagger := m.NewDecoder()
	for _, o := range []Options{{}, {Verbose: 2}, {NBest: 3}} {
		p := NewPrinter(m.Labels(), o)
		var buf []byte
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			require.NoError(t, tagger.Read(seq))
			var err error
			if buf, err = p.Append(buf[:0], tagger.Scores(), rows); err != nil {
				t.Fatal(err)
			}
		}), "%+v", o)
	}
}

package wapiti

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func TestPrinterOfOthersScores(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.NoEdges)
	s.NodeAt(0)[1], s.NodeAt(1)[0] = 1, 2 // the odds are e to 1 and e^2 to 1
	labels, lines := []string{"N", "V"}, []string{"a  x", "b y"}
	for _, c := range []struct {
		o     Options
		given []int
		want  string
	}{
		{Options{}, []int{0, 0}, "a  x\tV\nb y\tN\n\n"}, // ignored
		{Options{Only: true, Scores: true}, nil, "# 0 3.000000\nV\tV/1.000000\nN\tN/2.000000\n\n"},
		{Options{Scores: true, Posterior: true}, nil, "# 0 0.643914\na  x\tV\tV/0.731059\nb y\tN\tN/0.880797\n\n"},
		{Options{Force: true}, []int{0, -1}, "a  x\tN\nb y\tN\n\n"},
	} {
		out, err := NewPrinter(labels, c.o).Append([]byte("> "), s, lines, c.given)
		require.NoError(t, err)
		assert.Equal(t, "> "+c.want, string(out))
	}
	p := NewPrinter(labels, Options{Force: true})
	for _, given := range [][]int{nil, {0}, {0, 2}} {
		_, err := p.Append(nil, s, lines, given)
		require.ErrorIs(t, err, model.ErrInput)
	}
	for _, bad := range []*structured.Lattice{structured.NewLattice(1, 2, structured.NoEdges), structured.NewLattice(2, 3, structured.NoEdges)} {
		_, err := p.Append(nil, bad, lines, []int{0, 0})
		require.ErrorIs(t, err, structured.ErrShape)
	}
}

func TestPrinterAllocatesNothing(t *testing.T) {
	m := load(t, "model.wapiti")
	var seq features.Sequence = features.Rows{{"Maria", "NOUN"}, {"moved", "VERB"}} // boxed once
	lines := []string{"Maria NOUN", "moved VERB"}
	tagger := m.NewDecoder()
	for _, o := range []Options{{}, {Scores: true, Posterior: true}, {NBest: 3, Force: true}} {
		p := NewPrinter(m.Labels(), o)
		var buf []byte
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			if err := tagger.Read(seq); err != nil {
				t.Fatal(err)
			}
			var err error
			if buf, err = p.Append(buf[:0], tagger.Scores(), lines, []int{-1, 0}); err != nil {
				t.Fatal(err)
			}
		}), "%+v", o)
	}
}

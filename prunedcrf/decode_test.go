package prunedcrf

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
)

func trained(t testing.TB) map[string][]byte {
	templates, err := features.Parse(strings.NewReader("u:%x[0,form]\nu:c=%x[0,class]\n"), "t", features.DialectTrellis)
	require.NoError(t, err)
	read, err := cluster.Read(strings.NewReader("ab\tx\nb\ty\n"), "classes")
	require.NoError(t, err)
	classes, err := lexicon.NewClasses("class", read)
	require.NoError(t, err)
	d, err := NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 0}, Lexicons: []lexicon.Lexicon{classes}})
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"ab"}, {"b"}, {"c"}}, []string{"B-x", "I-x", "O"}, 1))
	m, _, err := Train(context.Background(), d, Options{Separator: "-"})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	sections, err := format.Parse(b.Bytes())
	require.NoError(t, err)
	return sections
}

// Sections with correct checksums and wrong contents are rejected, with the reason.
func TestDecodeRefuses(t *testing.T) {
	_, err := decode(trained(t))
	require.NoError(t, err)
	for _, c := range []struct{ section, old, new, says string }{
		{"settings", "{", "", "settings"},
		{"settings", `"bio"`, `"obi"`, "obi"},
		{"settings", `"Labels":[`, `"Labels":[],"Other":[`, "0 labels"},
		{"settings", `"Order":2`, `"Order":3`, "order 3"},
		{"settings", `"Threshold":`, `"Threshold":1`, "pruning threshold"},
		{"settings", `"Most":`, `"Most":-`, "pruning threshold"},
		{"settings", `"form":0`, `"form":-1`, "column -1"},
		{"settings", `"Dialect":"`, `"Dialect":"x`, "dialect"},
		{"settings", `"Template":"`, `"Template":"enp6`, "templates"},
		{"settings", `"Lexicons":1`, `"Lexicons":2`, "lexicon 1"},
		{"settings", `"Lexicons":1`, `"Lexicons":-1`, "-1 lexicons"},
		{"attrs", "", "\xff", "cut short"},
		{"attrs", "", "\x00\x00", "different ones"},
		{"counts", "", "\x00", ""},
		{"counts", "", "\x01\x00\x00\x00", "counts"},
		{"outcomes", "\x00\x00\x00\x00", "\xff\x00\x00\x00", "outcome"},
		{"outcomes", "", "\x00", ""},
		{"chain", "", "\x00", ""},
		{"chain", "\xff\xff\xff\xff", "\xfe\xff\xff\xff", "labels"},
		{"chain", "", "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff", "labels"},
		{"chain", "", "\xff\xff\xff\xff\x00\x00\x00\x00\x03\x00\x00\x00", "labels"},
		{"chain", "", "\xff\xff\xff\xff\x00\x00\x00\x00\x01\x00\x00\x00", "duplicate"},
		{"weights", "", "\x00\x00\x00\x00\x00\x00\x00\x00", "weights"},
		{"weights", "", "\x00", ""},
	} {
		sections := trained(t)
		data := sections[c.section]
		require.Contains(t, string(data), c.old)
		if c.old == "" {
			sections[c.section] = append(bytes.Clone(data), c.new...)
		} else {
			sections[c.section] = bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
		}
		_, err := decode(sections)
		require.Error(t, err, "%s with %q", c.section, c.new)
		assert.ErrorContains(t, err, c.says)
	}
}

// For any sections, decoding returns an error or a model that tags.
func FuzzDecode(f *testing.F) {
	s := trained(f)
	f.Add(s["settings"], s["attrs"], s["counts"], s["outcomes"], s["chain"], s["weights"], 2)
	f.Add([]byte("{}"), []byte("\x01a"), []byte{1, 0, 0, 0}, []byte{0, 0, 0, 0}, []byte{}, []byte{}, 0)
	f.Fuzz(func(t *testing.T, settings, attrs, counts, outcomes, chain, weights []byte, words int) {
		sections := map[string][]byte{
			"settings": settings, "attrs": attrs, "counts": counts, "outcomes": outcomes, "chain": chain, "weights": weights,
		}
		for name, data := range s {
			if strings.HasPrefix(name, "x0.") {
				sections[name] = data
			}
		}
		m, err := decode(sections)
		if err != nil || m.input.Columns > 16 || words < 0 || words > 4 {
			return
		}
		var seq features.Rows
		for range words {
			row := make([]string, max(m.input.Columns, 1))
			row[0] = "ab"
			seq = append(seq, row)
		}
		labels, err := m.Tag(seq)
		if err != nil {
			return // scores may overflow
		}
		require.Len(t, labels, words)
		var again bytes.Buffer
		require.NoError(t, m.Save(&again))
		_, err = Load(&again)
		require.NoError(t, err)
	})
}

func TestChainFindsWhatItHas(t *testing.T) {
	var c chain
	require.Equal(t, -1, c.find(none, 0, 0))
	n := 0
	for h := none; h < 6; h++ {
		for i := range 6 {
			for j := range 6 {
				if (h+i*j)%3 != 0 {
					require.True(t, c.add(h, i, j))
					require.False(t, c.add(h, i, j))
					n++
				}
			}
		}
	}
	require.Len(t, c.keys, n)
	for h := none; h < 6; h++ {
		for i := range 6 {
			for j := range 6 {
				if k := c.find(h, i, j); (h+i*j)%3 != 0 {
					require.Equal(t, [3]int32{int32(h), int32(i), int32(j)}, c.keys[k])
				} else {
					require.Equal(t, -1, k)
				}
			}
		}
	}
	require.Equal(t, -1, c.find(maxLabels-1, maxLabels-1, maxLabels-1))
}

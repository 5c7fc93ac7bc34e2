package semicrf

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/optimize"
)

func trained(t testing.TB) map[string][]byte {
	d := tiny(t)
	m, _, err := Train(context.Background(), d, Options{Penalty: optimize.Penalty{L2: 1}})
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
	for _, c := range []struct {
		section, old, new, says string
	}{
		{"settings", "{", "", "settings"},
		{"settings", `"bio"`, `"plain"`, "plain labels"},
		{"settings", `"bio"`, `"obi"`, "obi"},
		{"settings", `"MaxLength":`, `"MaxLength":9`, ""},
		{"settings", `"MaxLength":`, `"MaxLength":-`, "tokens per segment"},
		{"settings", `"form":0`, `"form":-1`, "column -1"},
		{"settings", `"form":0`, `"word":0`, "form"},
		{"settings", `"Dialect":"`, `"Dialect":"x`, "dialect"},
		{"settings", `"Template":"`, `"Template":"enp6`, "templates"},
		{"attrs", "", "\xff", "cut short"},
		{"segments", "", "\xff", "cut short"},
		{"attrs", "", "\x00\x00", "different ones"},
		{"counts", "", "\x00", ""},
		{"counts", "", "\x01\x00", "counts"},
		{"outcomes", "\x00\x00\x00\x00", "\xff\x00\x00\x00", "outcome"},
		{"outcomes", "", "\x00", ""},
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
	bad := trained(t)
	w, err := container.View[uint64](bytes.Clone(bad["weights"]))
	require.NoError(t, err)
	w[3] = 0x7ff0000000000000 // +Inf
	bad["weights"] = container.Bytes(w)
	_, err = decode(bad)
	assert.ErrorContains(t, err, "weight 3 is +Inf")
}

// For any sections, decoding returns an error or a model that tags.
func FuzzDecode(f *testing.F) {
	s := trained(f)
	f.Add(s["settings"], s["attrs"], s["counts"], s["outcomes"], s["segments"], s["weights"])
	f.Add([]byte("{}"), []byte("\x01a"), []byte{1, 0}, []byte{0, 0, 0, 0}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, settings, attrs, counts, outcomes, segments, weights []byte) {
		m, err := decode(map[string][]byte{
			"settings": settings, "attrs": attrs, "counts": counts, "outcomes": outcomes, "segments": segments, "weights": weights,
		})
		if err != nil || m.input.Columns > 16 {
			return
		}
		row := make([]string, m.input.Columns)
		row[m.input.Names["form"]] = "York"
		labels, err := m.Tag(features.Rows{row, row, row})
		if err != nil {
			return // scores may overflow
		}
		if len(labels) != 3 {
			t.Fatalf("%d labels for 3 tokens", len(labels))
		}
		var again bytes.Buffer
		if err := m.Save(&again); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(&again); err != nil {
			t.Fatalf("what was saved does not load: %v", err)
		}
	})
}

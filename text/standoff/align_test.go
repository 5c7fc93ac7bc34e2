package standoff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// labelled writes sentences as word/label/label, with a bar between sentences.
func labelled(sentences []standoff.Sentence) string {
	var b []string
	for k, s := range sentences {
		if k > 0 {
			b = append(b, "|")
		}
		for _, row := range s.Rows() {
			b = append(b, strings.Join(row, "/"))
		}
	}
	return strings.Join(b, " ")
}

func TestAlign(t *testing.T) {
	const s = "Anna-Maria Keller met Bo. She left."
	spans := func(parts ...string) (list []standoff.Span) {
		for _, p := range parts {
			list = append(list, span(s, p, "P", 0))
		}
		return list
	}
	for _, c := range []struct {
		why    string
		policy standoff.Policy
		layers int
		spans  []standoff.Span
		want   string
		report string
	}{
		{"spans of whole tokens", standoff.Strict, 0, spans("Anna-Maria Keller", "Bo"),
			"Anna-Maria/B-P Keller/I-P met/O Bo/B-P ./O | She/O left/O ./O", "2 of 2 spans labelled"},
		{"white space at the ends", standoff.Strict, 0, spans(" Keller "),
			"Anna-Maria/O Keller/B-P met/O Bo/O ./O | She/O left/O ./O", "1 of 1 spans labelled"},
		{"expand", standoff.Expand, 0, spans("Maria Kell", "B"),
			"Anna-Maria/B-P Keller/I-P met/O Bo/B-P ./O | She/O left/O ./O", "2 of 2 spans labelled; 2 expanded"},
		{"contract", standoff.Contract, 0, spans("Maria Keller me", "B"),
			"Anna-Maria/O Keller/B-P met/O Bo/O ./O | She/O left/O ./O", "1 of 2 spans labelled; 1 contracted; 1 cuts a token, dropped"},
		{"strict", standoff.Strict, 0, spans("Maria Keller", "Bo"),
			"Anna-Maria/O Keller/O met/O Bo/B-P ./O | She/O left/O ./O", "1 of 2 spans labelled; 1 cuts a token, dropped"},
		{"a span over a sentence end", standoff.Expand, 0, spans("Bo. She"),
			"Anna-Maria/O Keller/O met/O Bo/B-P ./I-P She/I-P left/O ./O", "1 of 1 spans labelled; 1 sentence ends inside a span removed"},
		{"overlap in one layer", standoff.Expand, 1, spans("Keller met", "Anna-Maria Keller met", "Bo"),
			"Anna-Maria/B-P Keller/I-P met/I-P Bo/B-P ./O | She/O left/O ./O", "2 of 3 spans labelled; 1 overlaps others, dropped"},
		{"overlap in two layers", standoff.Expand, 2, spans("Keller met", "Anna-Maria Keller met", "Keller", "Bo"),
			"Anna-Maria/B-P/O Keller/I-P/B-P met/I-P/I-P Bo/B-P/O ./O/O | She/O/O left/O/O ./O/O", "3 of 4 spans labelled; 1 overlaps others, dropped"},
		{"duplicates and empty spans", standoff.Expand, 2, append(spans("Bo", "Bo", " "), standoff.Span{Start: 3, End: 3, Label: "P"}),
			"Anna-Maria/O/O Keller/O/O met/O/O Bo/B-P/O ./O/O | She/O/O left/O/O ./O/O", "1 of 4 spans labelled; 2 covers no token, dropped; 1 repeats another, dropped"},
		{"a label without a name", standoff.Expand, 0, []standoff.Span{{Start: 0, End: 17}},
			"Anna-Maria/B Keller/I met/O Bo/O ./O | She/O left/O ./O", "1 of 1 spans labelled"},
	} {
		t.Run(c.why, func(t *testing.T) {
			var report standoff.Report
			a := standoff.Aligner{Tokenizer: &text.Rules{Language: "en"}, Policy: c.policy, Layers: c.layers, Report: &report}
			d := standoff.Document{Text: s, Spans: c.spans}
			sentences, err := a.Align(&d)
			require.NoError(t, err)
			assert.Equal(t, c.want, labelled(sentences))
			assert.Equal(t, c.report, report.String())
			assert.Equal(t, len(sentences), report.Sentences)
			for _, s := range sentences {
				rows, err := s.Corpus()
				require.NoError(t, err)
				assert.Equal(t, len(s.Tokens), rows.Len())
				assert.Equal(t, s.Labels[0], rows.Column(nil, 1))
			}
		})
	}
	_, err := new(standoff.Aligner).Align(&standoff.Document{Text: "a", Spans: []standoff.Span{{Start: 0, End: 2}}})
	assert.ErrorIs(t, err, standoff.ErrOffset)
}

func TestReportNamesFileLineAndText(t *testing.T) {
	r, err := standoff.NewReader(strings.NewReader("\n{\"id\": 7, \"text\": \"Annabel lives.\", \"label\": [[0, 4, \"PER\"], [7, 8, \"X\"]]}"), "in.jsonl", standoff.Options{})
	require.NoError(t, err)
	var d standoff.Document
	require.NoError(t, r.Read(&d))
	var report standoff.Report
	_, err = (&standoff.Aligner{Report: &report}).Align(&d)
	require.NoError(t, err)
	require.Len(t, report.Changes, 2)
	assert.Equal(t, `in.jsonl:2: document 7: span PER "Anna" expanded to "Annabel"`, report.Changes[0].String())
	assert.Equal(t, `in.jsonl:2: document 7: span X " " covers no token, dropped`, report.Changes[1].String())
	assert.Equal(t, 1, report.Count(standoff.Empty))
}

func TestPolicies(t *testing.T) {
	for _, p := range []standoff.Policy{standoff.Expand, standoff.Contract, standoff.Strict} {
		got, err := standoff.ParsePolicy(p.String())
		require.NoError(t, err)
		assert.Equal(t, p, got)
	}
	_, err := standoff.ParsePolicy("nearest")
	assert.ErrorContains(t, err, "expected expand, contract or strict")
}

// Every span is labelled as it was, or listed in the report.
func TestEverySpanIsAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument("a").Draw(t, "document")
		var report standoff.Report
		a := standoff.Aligner{
			Policy: standoff.Policy(rapid.IntRange(0, 2).Draw(t, "policy")),
			Layers: rapid.IntRange(0, 3).Draw(t, "layers"),
			Report: &report,
		}
		sentences, err := a.Align(&d)
		require.NoError(t, err)
		var back []standoff.Span
		for _, s := range sentences {
			for _, token := range s.Tokens {
				require.Equal(t, d.Text[token.Start.Byte:token.End.Byte], token.Text)
			}
			require.Len(t, s.Labels, max(a.Layers, 1))
			back = s.Spans(back)
		}
		require.Len(t, back, report.Labelled)
		dropped := 0
		for _, c := range report.Changes {
			if c.Became == "" {
				dropped++
			}
			require.True(t, slices.Contains(d.Spans, c.Span))
		}
		require.Equal(t, len(d.Spans), report.Labelled+dropped)
		if a.Policy == standoff.Strict {
			for _, s := range back { // nothing but white space was cut off
				require.True(t, slices.ContainsFunc(d.Spans, func(o standoff.Span) bool {
					return o.Label == s.Label && o.Start <= s.Start && s.End <= o.End
				}))
			}
		}
	})
}

// Labels of tokens to spans and back.
func TestTokenSpansAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := standoff.Document{Text: anyText.Draw(t, "text")}
		var tokens []text.Token
		for _, s := range text.Split(&text.Rules{}, d.Text).Sentences {
			tokens = append(tokens, s.Tokens...)
		}
		labels := make([]string, len(tokens))
		for k := range labels {
			labels[k] = rapid.SampledFrom([]string{"O", "B-X", "B-Y"}).Draw(t, "label")
			if k > 0 && labels[k-1] != "O" && rapid.Bool().Draw(t, "inside") {
				labels[k] = "I" + labels[k-1][1:]
			}
		}
		d.Tokens = tokens
		d.Spans = standoff.TokenSpans(nil, tokens, labels)
		sentences, err := (&standoff.Aligner{Policy: standoff.Strict}).Align(&d)
		require.NoError(t, err)
		if len(tokens) == 0 {
			require.Empty(t, sentences)
			return
		}
		require.Len(t, sentences, 1, "given tokens are one sentence")
		require.Equal(t, labels, sentences[0].Labels[0])
		require.Equal(t, d.Spans, sentences[0].Spans(nil))
	})
}

package trellis_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/structured"
)

// respelled returns CoNLL text with its last column in another scheme and spelling.
func respelled(t *testing.T, text string, scheme structured.Scheme, spelling annotation.Spelling) string {
	t.Helper()
	convert := annotation.Converter{From: structured.BIO, To: scheme}
	spell := annotation.Speller{Spelling: spelling}
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		var rows [][]string
		var labels []string
		for line := range strings.Lines(block) {
			row := strings.Split(strings.TrimSpace(line), "\t")
			rows, labels = append(rows, row), append(labels, row[len(row)-1])
		}
		labels, _ = convert.Convert(nil, labels)
		labels = spell.Write(nil, labels)
		for k, row := range rows {
			out.WriteString(strings.Join(append(row[:len(row)-1], labels[k]), "\t") + "\n")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// spellings are all that a file may have, with the name that a model stores.
var spellings = map[string]struct {
	scheme   structured.Scheme
	spelling annotation.Spelling
	labels   []string // of a person of one token and a company of three
}{
	"BILU-TYPE": {structured.BIOES, annotation.Spelling{Letters: annotation.BILU}, []string{"U-PER", "B-ORG", "I-ORG", "L-ORG"}},
	"BMES-TYPE": {structured.BIOES, annotation.Spelling{Letters: annotation.BMES}, []string{"S-PER", "B-ORG", "M-ORG", "E-ORG"}},
	"BIES_TYPE": {structured.BIO, annotation.Spelling{Underscore: true}, []string{"B_PER", "B_ORG", "I_ORG", "I_ORG"}},
	"TYPE-BIES": {structured.BIO, annotation.Spelling{TypeFirst: true}, []string{"PER-B", "ORG-B", "ORG-I", "ORG-I"}},
	"BILU_TYPE": {structured.BIOES, annotation.Spelling{Letters: annotation.BILU, Underscore: true}, []string{"U_PER", "B_ORG", "I_ORG", "L_ORG"}},
	"":          {structured.IOE2, annotation.Spelling{}, []string{"E-PER", "I-ORG", "I-ORG", "E-ORG"}},
}

func TestLabelsKeepTheirSpelling(t *testing.T) {
	for name, x := range spellings {
		for _, kind := range []string{"chain", "semi", "pruned"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				train := respelled(t, sample.Train, x.scheme, x.spelling)
				warn := func(text string) { assert.Empty(t, text, "known spellings") }
				c := trellis.Config{ModelType: kind, POS: "none", Epochs: new(8), Threads: 1, Warn: warn}
				if kind == "chain" {
					c.Scheme = "bioes" // another one than most files have
				}
				m, _, err := trellis.Train(t.Context(), stdin(train), c)
				require.NoError(t, err)
				assert.Equal(t, name, m.Labeller().Metadata().Map()["spelling"])

				// Whatever the model predicts has the spelling of the file and the types of the
				// corpus.
				path := filepath.Join(t.TempDir(), "spelt.model")
				require.NoError(t, m.SaveFile(path))
				m, err = trellis.Open(path)
				require.NoError(t, err)
				defer m.Close()
				var out bytes.Buffer
				gold := respelled(t, sample.Train, x.scheme, x.spelling)
				require.NoError(t, m.TagFiles(t.Context(), &out, stdin(gold), trellis.FileOptions{Threads: 1}))
				known := make(map[string]bool)
				for line := range strings.Lines(gold) {
					if row := strings.Fields(line); len(row) > 0 {
						known[row[2]] = true
					}
				}
				spans := 0
				for line := range strings.Lines(out.String()) {
					if row := strings.Fields(line); len(row) > 0 {
						assert.Truef(t, known[row[3]], "%q", row)
						if row[3] != "O" {
							spans++
						}
					}
				}
				assert.Greater(t, spans, 100)

				// Plain text has the same entities.
				d, err := m.TagText("Sofia lives in London.")
				require.NoError(t, err)
				spans = 0
				for _, s := range d.Sentences {
					spans += len(s.Entities)
				}
				assert.Positive(t, spans)

				// Files of any spelling have the same score.
				want, err := m.Evaluate(t.Context(), stdin(gold))
				require.NoError(t, err)
				assert.Greater(t, want.F1, 0.7)
				got, err := m.Evaluate(t.Context(), stdin(sample.Train))
				require.NoError(t, err)
				assert.Equal(t, want.F1, got.F1)
				for _, text := range []string{gold, sample.Train} {
					for _, scheme := range []string{"", "plain"} {
						_, err = m.EvaluateFiles(t.Context(), stdin(text), trellis.EvalOptions{Scheme: scheme, Warn: warn})
						require.NoError(t, err)
					}
				}
				columns, err := trellis.EvaluateColumns(t.Context(), stdin(out.String()), trellis.EvalOptions{Warn: warn})
				require.NoError(t, err)
				assert.Equal(t, want.F1, columns.F1)
			})
		}
	}
}

// Partial labels have the spelling of the file, too.
func TestPartialLabelsKeepTheirSpelling(t *testing.T) {
	for name, x := range spellings {
		if name == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			full := respelled(t, sample.Train, x.scheme, x.spelling)
			known := make(map[string]bool)
			var partial strings.Builder
			k := 0
			for line := range strings.Lines(full) {
				row := strings.Fields(line)
				if len(row) > 0 {
					known[row[2]] = true
					k++
					switch {
					case k%20 == 0:
						row[2] = "?"
					case k%20 == 10 && row[2] == "O":
						row[2] = "O|" + x.labels[0]
					}
				}
				partial.WriteString(strings.Join(row, "\t") + "\n")
			}
			dev := filepath.Join(t.TempDir(), "dev.conll")
			require.NoError(t, os.WriteFile(dev, []byte(full), 0o666))
			warn := func(text string) { assert.Empty(t, text, "a known spelling") }
			c := trellis.Config{POS: "none", Supervision: "partial", Epochs: new(8), Threads: 1, Warn: warn, Dev: trellis.Files(dev)}
			m, _, err := trellis.Train(t.Context(), stdin(partial.String()), c)
			require.NoError(t, err)
			assert.Equal(t, name, m.Labeller().Metadata().Map()["spelling"])
			labels, err := m.Tag([]string{"Sofia", "lives", "in", "London", "."})
			require.NoError(t, err)
			for _, label := range labels {
				assert.True(t, known[label], label)
			}
			r, err := m.Evaluate(t.Context(), stdin(full))
			require.NoError(t, err)
			assert.Greater(t, r.F1, 0.7)

			var out bytes.Buffer
			require.NoError(t, trellis.WriteAttributes(t.Context(), &out, stdin(partial.String()), trellis.Config{POS: "none", Supervision: "partial"}))
			assert.Contains(t, out.String(), "\nO|"+x.labels[0]+"\t")
		})
	}
}

func TestConvertReadsAndWritesSpellings(t *testing.T) {
	const bio = "Maria B-PER\nBlue B-ORG\nLake I-ORG\nBank I-ORG\n. O\n"
	for name, x := range spellings {
		var text strings.Builder
		for k, word := range []string{"Maria", "Blue", "Lake", "Bank"} {
			text.WriteString(word + " " + x.labels[k] + "\n")
		}
		text.WriteString(". O\n")
		var out bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &out, stdin(text.String()), trellis.ConvertOptions{Scheme: "bio"}), name)
		assert.Equal(t, bio, out.String(), name)
	}
	for scheme, labels := range map[string]string{
		"bilou": "U-PER B-ORG I-ORG L-ORG O", "bmes": "S-PER B-ORG M-ORG E-ORG O", "ioe2": "E-PER I-ORG I-ORG E-ORG O", "ioe1": "I-PER I-ORG I-ORG I-ORG O",
	} {
		var out bytes.Buffer
		require.NoError(t, trellis.Convert(t.Context(), &out, stdin(bio), trellis.ConvertOptions{Scheme: scheme}))
		in, err := corpus.NewReader(&out, "out", corpus.Options{}), error(nil)
		require.NoError(t, err)
		var s corpus.Sentence
		require.NoError(t, in.Read(&s))
		assert.Equal(t, labels, strings.Join(s.Column(nil, 1), " "))
	}
}

package crf

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// conll2000 compiles a file of CoNLL-2000 with the chunk preset. It skips if the data is missing.
func conll2000(b *testing.B, file string) *Dataset {
	b.Helper()
	text, err := os.ReadFile("../../shared/data/conll2000/" + file)
	if err != nil {
		b.Skip("the shared data is missing")
	}
	p, err := features.Preset("chunk")
	if err != nil {
		b.Fatal(err)
	}
	d, err := NewDataset(model.Input{Templates: p, Names: map[string]int{"form": 0, "pos": 1}})
	if err != nil {
		b.Fatal(err)
	}
	for _, rows := range read(b, string(text)) {
		if err := d.Add(rows, column(rows, 2), 1); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

// One pass over CoNLL-2000, with value and gradient of the objective, for each loss, on one thread.
func BenchmarkPass(b *testing.B) {
	d := conll2000(b, "train.txt")
	x := d.features(false, 0)
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	for k := range w {
		w[k] = float64(k%7-3) / 10
	}
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{Margin: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			o := newObjective(d, x, loss, 1)
			for b.Loop() {
				if _, err := o.Eval(b.Context(), grad, w); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Tokens())*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// ewt reads a file of EWT into memory. It skips if the data is missing.
func ewt(b *testing.B, file string) (all []*corpus.Sentence, tokens int) {
	b.Helper()
	f, err := os.Open("../../shared/data/ud-ewt/" + file)
	if err != nil {
		b.Skip("the shared data is missing")
	}
	defer f.Close()
	r := corpus.NewReader(f, file, corpus.Options{Format: corpus.CoNLLU})
	for {
		s := new(corpus.Sentence)
		if err := r.Read(s); err != nil {
			return all, tokens
		}
		all = append(all, s)
		tokens += s.Len()
	}
}

// tagging returns a POS model of EWT with the pos preset, as Open returns it, and unseen sentences.
func tagging(b *testing.B, w Precision) (*Model, []*corpus.Sentence, int) {
	b.Helper()
	train, _ := ewt(b, "train.conllu")
	fields := func(dst []string, s *corpus.Sentence, column int) []string {
		for t := range s.Len() {
			dst = append(dst, s.Field(t, column))
		}
		return dst
	}
	seen := lexicon.NewLabelCounts()
	var words, labels []string
	for _, s := range train {
		seen.Add(fields(nil, s, 1), fields(nil, s, 3))
	}
	classes, err := seen.Classes("seen")
	if err != nil {
		b.Fatal(err)
	}
	p, err := features.Preset("pos")
	if err != nil {
		b.Fatal(err)
	}
	d, err := NewDataset(model.Input{Templates: p, Columns: 10, Names: map[string]int{"form": 1}, Lexicons: []lexicon.Lexicon{classes}})
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range train {
		words, labels = fields(words[:0], s, 1), fields(labels[:0], s, 3)
		counted := features.SeenLabels{Sequence: s, Column: "seen", Fields: seen.LeaveOneOut(nil, words, labels)}
		if err := d.Add(counted, labels, 1); err != nil {
			b.Fatal(err)
		}
	}
	test, tokens := ewt(b, "test.conllu")
	return reopened(b, d, 8, w), test, tokens
}

// reopened trains a model for some iterations and returns it as Open does.
func reopened(b *testing.B, d *Dataset, iterations int, w Precision) *Model {
	b.Helper()
	m, _, err := Train(b.Context(), d, Options{Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: iterations}}, Penalty: optimize.Penalty{L2: 0.1}})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "model")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := m.Save(f, SaveOptions{Precision: w}); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	if m, err = Open(path); err != nil {
		b.Fatal(err)
	}
	return m
}

// Tagging the CoNLL-2000 test sentences, held in memory, on one core, with the chunk preset.
func BenchmarkTagChunks(b *testing.B) {
	m := reopened(b, conll2000(b, "train.txt"), 4, Float32)
	text, err := os.ReadFile("../../shared/data/conll2000/test.txt")
	if err != nil {
		b.Fatal(err)
	}
	var test []features.Sequence
	tokens := 0
	for _, s := range read(b, string(text)) {
		test, tokens = append(test, s), tokens+s.Len()
	}
	t := m.NewDecoder()
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range test {
			if err := t.Read(s); err != nil {
				b.Fatal(err)
			}
			if _, _, err := t.Best(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// Tagging the EWT test sentences, held in memory, on one core: in total, and by step.
func BenchmarkTag(b *testing.B) {
	m, test, tokens := tagging(b, Float32)
	t := m.NewDecoder()
	report := func(b *testing.B) {
		b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(tokens)/float64(b.N), "ns/token")
	}
	b.Run("best", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, s := range test {
				if err := t.Read(s); err != nil {
					b.Fatal(err)
				}
				if _, _, err := t.Best(); err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b)
	})
	b.Run("extract", func(b *testing.B) {
		for b.Loop() {
			for _, s := range test {
				t.printer.Reset(s)
				for i := range s.Len() {
					t.printer.Unigrams(i)
				}
			}
		}
		report(b)
	})
	b.Run("extract and score", func(b *testing.B) {
		for b.Loop() {
			for _, s := range test {
				if err := t.Read(s); err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b)
	})
	b.Run("decode", func(b *testing.B) {
		if err := t.Read(test[0]); err != nil {
			b.Fatal(err)
		}
		n := 0
		for b.Loop() {
			if _, _, err := t.Best(); err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n*test[0].Len()), "ns/token")
	})
}

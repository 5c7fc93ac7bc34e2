package explain_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A sentence is the input of a model of any kind.
type sentence struct {
	model.Sentence
	n int
}

// words returns names for the tokens.
func (s sentence) words() []string {
	words := make([]string, s.n)
	for t := range words {
		words[t] = fmt.Sprint("w", t)
	}
	return words
}

// A kind is a model with sentences that have few labellings, and long ones.
type kind struct {
	m         model.Labeller
	o         explain.Options
	sentences []sentence
	long      []sentence
	tolerance float64
}

// templates have attributes of all forms.
const templates = "u:w=%x[0,0]\nu:p=%x[-1,0]\nu:n=%x[1,0]\nu:%v[0,1]\nu\nb:w=%x[0,0]\nb:p=%x[-1,0]\nb\n"

// rowsOf returns a sentence of random words and numbers.
func rowsOf(rng *rand.Rand, n int) sentence {
	rows := make(features.Rows, n)
	for t := range rows {
		rows[t] = []string{string(rune('a' + rng.IntN(4))), []string{"0.5", "-2", "x"}[rng.IntN(3)]}
	}
	return sentence{model.Sentence{Columns: rows}, n}
}

// content returns a random model of columns with all attributes of the templates.
func content(t *testing.T, rng *rand.Rand, labels []string, scheme structured.Scheme) crf.Content {
	parsed, err := features.Parse(strings.NewReader(templates), "templates", features.DialectTrellis)
	require.NoError(t, err)
	c := crf.Content{Labels: labels, Scheme: scheme, Input: model.Input{Templates: parsed, Columns: 2, Names: map[string]int{"form": 0}}}
	program, err := c.Input.Program()
	require.NoError(t, err)
	ex := program.NewExtractor()
	seen := make(map[string]bool)
	for range 50 {
		ex.Reset(rowsOf(rng, 6).Columns)
		for at := range ex.Len() {
			names := ex.Unigrams(at)
			for _, v := range ex.Values(at) {
				names = append(names, v.Name)
			}
			for _, name := range names {
				if seen[string(name)] {
					continue
				}
				seen[string(name)] = true
				a := crf.Attribute{Name: string(name)}
				for j := range labels {
					if rng.IntN(3) > 0 {
						a.Weights = append(a.Weights, crf.LabelWeight{Label: j, Weight: rng.NormFloat64()})
					}
				}
				c.Attributes = append(c.Attributes, a)
			}
			for _, name := range ex.Bigrams(at) {
				if seen[string(name)] {
					continue
				}
				seen[string(name)] = true
				a := crf.BigramAttribute{Name: string(name)}
				for i := range labels {
					a.Weights = append(a.Weights, crf.PairWeight{From: i, To: rng.IntN(len(labels)), Weight: rng.NormFloat64()})
				}
				c.Bigrams = append(c.Bigrams, a)
			}
		}
	}
	for i := range labels {
		for j := range labels {
			if rng.IntN(4) > 0 {
				c.Transitions = append(c.Transitions, crf.PairWeight{From: i, To: j, Weight: rng.NormFloat64()})
			}
		}
	}
	return c
}

// chain returns the kind of a chain model, stored with a precision.
func chain(t *testing.T, rng *rand.Rand, c crf.Content, precision crf.Precision) kind {
	m, err := crf.New(c)
	require.NoError(t, err)
	k := kind{m: m, tolerance: 1e-9}
	if precision != crf.Float64 {
		var b bytes.Buffer
		require.NoError(t, m.Save(&b, crf.SaveOptions{Precision: precision, Strip: true}))
		k.m, err = crf.Load(&b)
		require.NoError(t, err)
		k.tolerance = 1e-5 // the tagger sums some weights in float32
	}
	for n := range 5 {
		k.sentences = append(k.sentences, rowsOf(rng, n), rowsOf(rng, n))
	}
	k.long = []sentence{rowsOf(rng, 60)}
	return k
}

func tiny(t *testing.T) *crf.Model {
	c := crf.Content{Labels: []string{"A", "B"}, Transitions: []crf.PairWeight{{From: 0, To: 1, Weight: 0.25}}}
	parsed, err := features.Parse(strings.NewReader("u:%x[0,0]\nb\n"), "templates", features.DialectTrellis)
	require.NoError(t, err)
	c.Input = model.Input{Templates: parsed, Columns: 1, Names: map[string]int{"form": 0}}
	c.Attributes = []crf.Attribute{{Name: "u:a", Weights: []crf.LabelWeight{{Label: 0, Weight: 2}, {Label: 1, Weight: 0.5}}},
		{Name: "u:b", Weights: []crf.LabelWeight{{Label: 1, Weight: 1}}}}
	m, err := crf.New(c)
	require.NoError(t, err)
	return m
}

// kinds returns models of all kinds.
func kinds(t *testing.T) map[string]kind {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	plain, spans := []string{"A", "B", "C"}, []string{"O", "B-X", "I-X", "E-X", "S-X"}
	list := map[string]kind{
		"plain float64": chain(t, rng, content(t, rng, plain, structured.Plain), crf.Float64),
		"plain float32": chain(t, rng, content(t, rng, plain, structured.Plain), crf.Float32),
		"plain int8":    chain(t, rng, content(t, rng, plain, structured.Plain), crf.Int8),
		"bio":           chain(t, rng, content(t, rng, []string{"O", "B-X", "I-X", "B-Y"}, structured.BIO), crf.Float64),
		"bioes":         chain(t, rng, content(t, rng, spans, structured.BIOES), crf.Float64),
		"tiny":          {m: tiny(t), tolerance: 1e-9},
	}
	k := list["tiny"]
	for n := range 6 {
		k.sentences = append(k.sentences, sentence{model.Sentence{Columns: make(wordRows, n)}, n})
	}
	list["tiny"] = k

	k = list["bioes"]
	k.o.Unconstrained = true
	list["bioes unconstrained"] = k
	for _, to := range []structured.Scheme{structured.BIO, structured.IOB1} {
		c := content(t, rng, spans, structured.BIOES)
		c.Meta.Output = to
		list["bioes to "+to.String()] = chain(t, rng, c, crf.Float64)
	}

	c := content(t, rng, plain, structured.Plain)
	c.Dictionary = map[uint64][]int{fingerprintOf("a"): {1}, fingerprintOf("b"): {0, 2}}
	list["dictionary"] = chain(t, rng, c, crf.Float64)
	k = list["dictionary"]
	k.o.NoDictionary = true
	list["without dictionary"] = k

	list["attributes"] = attributes(t, rng, plain)
	list["crfsuite random"] = suite(t, rng, plain)
	list["crfsuite"] = fromFile(t, "crfsuite", "tiny.model", "tiny.items", 1e-9)
	list["crf++"] = fromFile(t, "crfpp", "model.crfpp", "test.txt", 1e-5)
	list["crf++ small"] = fromFile(t, "crfpp", "small.crfpp.txt", "test.txt", 1e-5)
	list["crf++ odd"] = fromFile(t, "crfpp", "odd.crfpp", "test.txt", 1e-5)
	list["wapiti"] = fromFile(t, "wapiti", "model.wapiti", "test.txt", 1e-9)
	list["wapiti small"] = fromFile(t, "wapiti", "small.wapiti", "test.txt", 1e-9)
	list["wapiti two"] = fromFile(t, "wapiti", "two.wapiti", "test.txt", 1e-9)
	list["wapiti memm"] = fromFile(t, "wapiti", "memm.wapiti", "test.txt", 1e-9)
	for name, config := range map[string]trellis.Config{
		"semi bio": {ModelType: model.SemiMarkov}, "semi bioes": {ModelType: model.SemiMarkov, Scheme: "bioes"},
		"semi iob1": {ModelType: model.SemiMarkov, Scheme: "iob1"}, "semi ioe2": {ModelType: model.SemiMarkov, Scheme: "ioe2"},
		"pruned 0": {ModelType: model.Pruned, Order: new(0)}, "pruned 1": {Order: new(1), ModelType: model.Pruned}, "pruned 2": {Order: new(2)},
		"pruned spans": {Order: new(2), Label: "3"},
	} {
		list[name] = trained(t, rng, config)
	}
	addCalibrated(t, rng, list)
	return list
}

// addCalibrated adds models with a temperature and biases.
func addCalibrated(t *testing.T, rng *rand.Rand, list map[string]kind) {
	plain := model.Calibration{Temperature: 1.5, Bias: map[string]float64{"A": -0.75, "C": 0.5}}
	spans := model.Calibration{Temperature: 0.625, Bias: map[string]float64{"X": 0.75, "Y": -0.5}}
	for name, precision := range map[string]crf.Precision{"calibrated dictionary": crf.Float64, "calibrated int8": crf.Int8} {
		c := content(t, rng, []string{"A", "B", "C"}, structured.Plain)
		c.Meta.Calibration = plain
		if precision == crf.Float64 {
			c.Dictionary = map[uint64][]int{fingerprintOf("a"): {0, 1}, fingerprintOf("b"): {2}}
		}
		list[name] = chain(t, rng, c, precision)
	}
	c := content(t, rng, []string{"O", "B-X", "I-X", "E-X", "S-X"}, structured.BIOES)
	c.Meta.Output, c.Meta.Calibration = structured.BIO, spans
	list["calibrated bioes"] = chain(t, rng, c, crf.Float64)
	for name, config := range map[string]trellis.Config{
		"calibrated semi": {ModelType: model.SemiMarkov}, "calibrated semi ioe2": {ModelType: model.SemiMarkov, Scheme: "ioe2"},
		"calibrated pruned 1": {Order: new(1), ModelType: model.Pruned, Label: "3"}, "calibrated pruned 2": {Order: new(2), Label: "3"},
	} {
		k := trained(t, rng, config)
		k.m.Metadata().Calibration = spans
		list[name] = k
	}
}

// fingerprintOf returns the fingerprint of a word, as dictionaries have it.
func fingerprintOf(word string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(word))
	return h.Sum64()
}

// itemsOf returns a sentence of random attributes, some of them unknown or repeated.
func itemsOf(rng *rand.Rand, n int) sentence {
	items := make([][]attrfile.Attribute, n)
	for t := range items {
		for range rng.IntN(4) {
			items[t] = append(items[t], attrfile.Attribute{Name: string(rune('a' + rng.IntN(5))), Value: float64(rng.IntN(3)) / 2})
		}
	}
	return sentence{model.Sentence{Items: items}, n}
}

// withItems adds sentences of ready-made attributes.
func withItems(rng *rand.Rand, k kind) kind {
	for n := range 5 {
		k.sentences = append(k.sentences, itemsOf(rng, n), itemsOf(rng, n))
	}
	k.long = []sentence{itemsOf(rng, 60)}
	return k
}

// attributes returns the kind of a chain model of ready-made attributes.
func attributes(t *testing.T, rng *rand.Rand, labels []string) kind {
	c := crf.Content{Labels: labels}
	for _, name := range []string{"a", "b", "c", "d"} {
		a := crf.Attribute{Name: name}
		for j := range labels {
			a.Weights = append(a.Weights, crf.LabelWeight{Label: j, Weight: rng.NormFloat64()})
		}
		c.Attributes = append(c.Attributes, a)
	}
	m, err := crf.New(c)
	require.NoError(t, err)
	return withItems(rng, kind{m: m, tolerance: 1e-9})
}

// suite returns the kind of a random model of CRFsuite.
func suite(t *testing.T, rng *rand.Rand, labels []string) kind {
	c := crfsuite.Model{Labels: labels}
	for _, name := range []string{"a", "b", "c", "d"} {
		a := crfsuite.Attribute{Name: name}
		for j := range labels {
			a.Features = append(a.Features, crfsuite.Feature{Label: j, Weight: rng.NormFloat64()})
		}
		c.Attributes = append(c.Attributes, a)
	}
	c.Transitions = []crfsuite.Transition{{From: 0, To: 1, Weight: 1}, {From: 2, To: 1, Weight: -2}, {From: 1, To: 1, Weight: 0.5}}
	m, err := crfsuite.NewLabeller(&c)
	require.NoError(t, err)
	return withItems(rng, kind{m: m, tolerance: 1e-9})
}

// fromFile returns the kind of a model in the test data of another package. Its sentences are the
// starts of those of a file.
func fromFile(t *testing.T, tool, name, text string, tolerance float64) kind {
	folder := filepath.Join("..", "interop", tool, "testdata")
	data, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	k := kind{tolerance: tolerance}
	lines, err := os.ReadFile(filepath.Join(folder, text))
	require.NoError(t, err)
	switch tool {
	case "crfsuite":
		read, err := crfsuite.Read(data)
		require.NoError(t, err)
		k.m, err = crfsuite.NewLabeller(read)
		require.NoError(t, err)
		r := attrfile.NewReader(bytes.NewReader(lines), "")
		for {
			var s attrfile.Items
			if err := r.Read(&s); err == io.EOF {
				return k
			}
			n := min(4, len(s.Attributes))
			k.sentences = append(k.sentences, sentence{model.Sentence{Items: s.Attributes[:n]}, n})
			k.long = append(k.long, sentence{model.Sentence{Items: s.Attributes}, len(s.Attributes)})
		}
	case "crfpp":
		k.m, err = crfpp.Read(data)
	case "wapiti":
		k.m, err = wapiti.Read(data)
	}
	require.NoError(t, err)
	for part := range strings.SplitSeq(strings.TrimSpace(string(lines)), "\n\n") {
		var rows features.Rows
		for line := range strings.SplitSeq(part, "\n") {
			rows = append(rows, strings.Split(line, "\t"))
		}
		n := min(4, len(rows))
		k.sentences = append(k.sentences, sentence{model.Sentence{Columns: rows[:n]}, n})
		k.long = append(k.long, sentence{model.Sentence{Columns: rows}, len(rows)})
	}
	return k
}

// trained returns the kind of a model that is trained on random sentences. Column 3 holds spans,
// and column 4 labels with subtags.
func trained(t *testing.T, rng *rand.Rand, config trellis.Config) kind {
	var text strings.Builder
	to, err := structured.ParseScheme(cmp.Or(config.Scheme, "bio"))
	require.NoError(t, err)
	config.Scheme = ""
	converter := annotation.Converter{From: structured.BIO, To: to}
	for range 60 {
		s := rowsOf(rng, 1+rng.IntN(6))
		last := ""
		var labels, tags []string
		for at := range s.n {
			word := s.Columns.Field(at, 0)
			label, tag := "O", "pos=N|num=s"
			switch {
			case word == "a" && last == "a" && rng.IntN(4) > 0:
				label = "I-X"
			case word == "a" || word == "b" && rng.IntN(2) > 0:
				label = "B-X"
			case word == "c" && last == "b":
				label = "B-Y"
			}
			if last == "b" {
				tag = "pos=V|num=s"
			}
			if rng.IntN(2) > 0 {
				tag = strings.Replace(tag, "num=s", "num=p", 1)
			}
			labels, tags = append(labels, label), append(tags, tag)
			last = word
		}
		labels, _ = converter.Convert(nil, labels)
		for at := range s.n {
			fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", s.Columns.Field(at, 0), s.Columns.Field(at, 1), labels[at], tags[at])
		}
		text.WriteString("\n")
	}
	if config.ModelType != model.SemiMarkov && config.Label == "" {
		config.Label, config.LabelParts = "4", "|"
	} else {
		config.Label = "3"
	}
	file := filepath.Join(t.TempDir(), "templates")
	lines := "u:w=%x[0,0]\nu:p=%x[-1,0]\nu:n=%x[1,0]\nb\n"
	if config.ModelType != model.SemiMarkov { // which does not support values
		lines += "u:%v[0,1]\n"
	}
	require.NoError(t, os.WriteFile(file, []byte(lines), 0o600))
	config.Features, config.Epochs, config.Threads = file, new(3), 1
	source := corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text.String())}
	m, _, err := trellis.Train(context.Background(), source, config)
	require.NoError(t, err)
	k := kind{m: m.Labeller(), tolerance: 1e-9}
	for n := range 5 {
		k.sentences = append(k.sentences, rowsOf(rng, n), rowsOf(rng, n))
	}
	k.long = []sentence{rowsOf(rng, 60)}
	return k
}

// wordRows presents alternating words.
type wordRows []struct{}

func (w wordRows) Len() int              { return len(w) }
func (w wordRows) Field(t, _ int) string { return "ab"[t%2 : t%2+1] }

package model_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func TestMetadataKeepsTheTokenizer(t *testing.T) {
	want := model.Metadata{Tokenizer: "rules:en,hyphens"}
	got, err := model.ParseMetadata(want.Map())
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, "rules:en,hyphens", got.Facts()["tokenizer"])
	_, err = model.ParseMetadata(map[string]string{"tokenizer": "words"})
	assert.ErrorIs(t, err, model.ErrModel)
}

func TestMetadataKeepsWhatStartsDocuments(t *testing.T) {
	for _, by := range []string{model.FileDocuments, "misc.doc"} {
		want := model.Metadata{Document: by}
		got, err := model.ParseMetadata(want.Map())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestMetadataKeepsTheLearnedTokenizer(t *testing.T) {
	want := model.Metadata{Tokenizer: model.Learned, Segmenter: []byte("\x00\xff\n=\"")}
	got, err := model.ParseMetadata(want.Map())
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, map[string]string{"tokenizer": "learned"}, got.Facts())
	clone := got.Clone()
	clone.Segmenter[0] = 'x'
	assert.Equal(t, want, got)
	for says, bad := range map[string]model.Metadata{
		"the learned tokenizer is missing":                  {Tokenizer: model.Learned},
		`a learned tokenizer, but the tokenizer is ""`:      {Segmenter: want.Segmenter},
		`a learned tokenizer, but the tokenizer is "space"`: {Tokenizer: "space", Segmenter: want.Segmenter},
	} {
		_, err := model.ParseMetadata(bad.Map())
		require.ErrorIs(t, err, model.ErrModel)
		assert.ErrorContains(t, err, says)
	}
}

func TestTwin(t *testing.T) {
	for name, want := range map[string]string{"B-X": "S-X", "S-X": "B-X", "I-X": "E-X", "E-X": "I-X", "O": "O", "NOUN": "NOUN", "": ""} {
		assert.Equal(t, want, model.Twin(name))
	}
}

func TestCheckColumns(t *testing.T) {
	require.NoError(t, model.CheckColumns(features.Rows{{"a", "b"}}, 2))
	require.NoError(t, model.CheckColumns(features.Rows{}, 2))
	require.NoError(t, model.CheckColumns(features.Rows{{}}, 0))
	err := model.CheckColumns(model.NFC.Sequence(features.Rows{{"a"}}), 2)
	require.ErrorIs(t, err, model.ErrInput)
	err = model.CheckColumns(features.Rows{{"a", "b", "c"}, {"a", "b"}}, 3)
	assert.EqualError(t, err, "token 2: 2 columns, but the model reads column 3")
}

// An outside label stands for one or two inside labels. Its probability is their sum, and fixing it
// allows both.
func TestLabelsOfAnotherScheme(t *testing.T) {
	m, err := crf.New(crf.Content{
		Labels: []string{"O", "B-X", "S-X", "I-X", "E-X"}, Scheme: structured.BIOES,
		Meta: model.Metadata{Output: structured.BIO, Inside: structured.BIOES},
		Attributes: []crf.Attribute{
			{Name: "a", Weights: []crf.LabelWeight{{Label: 1, Weight: 1}, {Label: 2, Weight: 1.5}}},
			{Name: "b", Weights: []crf.LabelWeight{{Label: 4, Weight: 0.5}}},
		},
	})
	require.NoError(t, err)
	tagger, err := m.NewTagger(model.TagOptions{Probabilities: true, Spans: true})
	require.NoError(t, err)
	items := model.Sentence{Items: make([][]attrfile.Attribute, 2)}
	items.Items[0], items.Items[1] = []attrfile.Attribute{{Name: "a", Value: 1}}, []attrfile.Attribute{{Name: "b", Value: 1}}
	list, err := tagger.Label(items, nil)
	require.NoError(t, err)
	d := m.NewDecoder()
	require.NoError(t, d.ReadItems(items.Items))
	marginals, err := d.Marginals()
	require.NoError(t, err)
	require.Equal(t, "B-X", list[0].Labels[0])
	assert.InDelta(t, marginals.NodeAt(0)[1]+marginals.NodeAt(0)[2], list[0].Probabilities[0], 1e-12)
	require.NotEmpty(t, list[0].Spans)

	for _, given := range [][]string{{"B-X", "I-X"}, {"B-X", ""}, {"", "I-X"}, {"O", "O"}, {"B-X", "B-X"}} {
		list, err := tagger.Label(items, given)
		require.NoError(t, err)
		for k, name := range given {
			if name != "" {
				assert.Equal(t, name, list[0].Labels[k], "%v", given)
			}
		}
	}
	list, err = tagger.Label(items, []string{"I-X", "O"}) // no labelling within the scheme has these labels
	require.NoError(t, err)
	assert.Len(t, list[0].Labels, 2)
	_, err = tagger.Label(items, []string{"", "B-Y"})
	var unfit *model.TokenError
	require.ErrorAs(t, err, &unfit)
	assert.Equal(t, 1, unfit.Token)
	_, err = tagger.Label(model.Sentence{Columns: features.Rows{{"a"}}}, nil)
	require.ErrorIs(t, err, model.ErrInput)

	other, err := crf.New(crf.Content{Labels: []string{"O", "I-X"}, Scheme: structured.IOB1, Meta: model.Metadata{Output: structured.BIO, Inside: structured.IOB1}})
	require.NoError(t, err)
	_, err = other.NewTagger(model.TagOptions{Fixed: true})
	var option *model.OptionError
	require.ErrorAs(t, err, &option)
	assert.Equal(t, "fixed", option.Option)
}

// The length of a description grows with the number of weights, not with the square of the number
// of labels.
func TestDescriptionOfManyLabels(t *testing.T) {
	c := crf.Content{Transitions: []crf.PairWeight{{From: 1, To: 2, Weight: 3}, {From: 2, To: 0, Weight: -5}}}
	for j := range 20_000 {
		c.Labels = append(c.Labels, fmt.Sprint("label", j))
	}
	m, err := crf.New(c)
	require.NoError(t, err)
	d, err := m.Describe(1)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, d.WriteTable(&b))
	assert.Less(t, b.Len(), 1000)
	assert.Contains(t, b.String(), "label pairs\n   -5.0000  label2 label0\n")
	assert.NotContains(t, b.String(), "label1 label2")
}

// Open uses the first kind that recognises a file, otherwise the first of all.
func TestOpenByContent(t *testing.T) {
	var opened []string
	kind := func(name string) model.Kind {
		return model.Kind{Name: name, Detect: func(head []byte) bool { return strings.HasPrefix(string(head), name) },
			Load: func(r io.Reader) (model.Labeller, error) {
				text, err := io.ReadAll(r)
				opened = append(opened, name+" by "+string(text))
				return nil, err
			}}
	}
	kinds := []model.Kind{kind("first"), kind("second")}
	for _, text := range []string{"second of them", "first", "third", ""} {
		path := filepath.Join(t.TempDir(), "m")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := model.Open(path, kinds)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"second by second of them", "first by first", "first by third", "first by "}, opened)
	_, err := model.Open(filepath.Join(t.TempDir(), "missing"), kinds)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

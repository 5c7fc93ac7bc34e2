package crf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// nameModel returns a model for names with some input and attributes.
func nameModel(in model.Input, attributes ...crf.Attribute) (*crf.Model, error) {
	in.Names = map[string]int{"form": 0}
	return crf.New(crf.Content{Labels: []string{"O", "B-X"}, Scheme: structured.BIO, Input: in, Attributes: attributes})
}

func attribute(name string, label int) crf.Attribute {
	return crf.Attribute{Name: name, Weights: []crf.LabelWeight{{Label: label, Weight: 2}}}
}

func templatesOf(t *testing.T, source string) *features.Templates {
	t.Helper()
	templates, err := features.Parse(strings.NewReader(source), "own", features.DialectTrellis)
	require.NoError(t, err)
	return templates
}

// A model file holds the first model of a model that reads documents.
func TestFirstModelIsStored(t *testing.T) {
	first, err := nameModel(model.Input{Templates: templatesOf(t, "u:p=%x[-1,form]/%x[0,form]\n")}, attribute("u:p=Mr/Ann", 1))
	require.NoError(t, err)
	in := model.Input{Templates: templatesOf(t, "u:d=%x[0,doclabel]\n"), Lexicons: document.Columns(), First: first}
	m, err := nameModel(in, attribute("u:d=X5", 1), attribute("u:d=O", 0))
	require.NoError(t, err)

	var file bytes.Buffer
	require.NoError(t, m.Save(&file, crf.SaveOptions{}))
	again, err := crf.Load(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	var second bytes.Buffer
	require.NoError(t, again.Save(&second, again.Storage()))
	assert.Equal(t, file.Bytes(), second.Bytes())

	tagger, err := again.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	list := []model.Sentence{{Columns: features.Rows{{"Mr"}, {"Ann"}}}, {Columns: features.Rows{{"Ann"}}}}
	for _, document := range []bool{true, false} {
		if document {
			require.NoError(t, model.SetContext(tagger, list))
		} else {
			list[1].Context = nil
		}
		found, err := tagger.Label(list[1], nil)
		require.NoError(t, err)
		assert.Equal(t, []string{map[bool]string{true: "B-X", false: "O"}[document]}, found[0].Labels)
	}

	content, err := again.Content()
	require.NoError(t, err)
	copied, err := crf.New(content)
	require.NoError(t, err)
	assert.NotNil(t, copied.Input().First)
}

func TestFirstModelIsRefused(t *testing.T) {
	templates := templatesOf(t, "u:w=%x[0,form]\n")
	first, err := nameModel(model.Input{Templates: templates})
	require.NoError(t, err)
	for _, in := range []model.Input{{Templates: templates, First: first}, {Templates: templates, Lexicons: document.Columns()}} {
		_, err := nameModel(in)
		require.ErrorIs(t, err, model.ErrInput)
		assert.ErrorContains(t, err, "want both or none")
	}
	second, err := nameModel(model.Input{Templates: templates, Lexicons: document.Columns(), First: first})
	require.NoError(t, err)
	third, err := nameModel(model.Input{Templates: templates, Lexicons: document.Columns(), First: second})
	require.NoError(t, err)
	require.ErrorIs(t, third.Save(new(bytes.Buffer), crf.SaveOptions{}), model.ErrInput)
}

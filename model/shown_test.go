package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func TestShownIn(t *testing.T) {
	labels := []string{"O", "B-PER", "I-PER", "E-PER", "S-PER", "S", "NOUN"}
	for to, want := range map[structured.Scheme][]string{
		structured.Plain: labels,
		structured.BIOES: labels,
		structured.BIO:   {"O", "B-PER", "I-PER", "I-PER", "B-PER", "B", "NOUN"},
		structured.IO:    {"O", "I-PER", "I-PER", "I-PER", "I-PER", "I", "NOUN"},
		structured.IOE2:  {"O", "I-PER", "I-PER", "E-PER", "E-PER", "E", "NOUN"},
	} {
		assert.Equal(t, want, model.ShownIn(labels, to, annotation.Spelling{}), to)
	}
	bilou := annotation.Spelling{Letters: annotation.BILU, Underscore: true}
	assert.Equal(t, []string{"O", "B_PER", "I_PER", "L_PER", "U_PER", "U", "NOUN"}, model.ShownIn(labels, structured.Plain, bilou))
}

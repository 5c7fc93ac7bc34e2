package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestWarningsOfMisreadFiles expects one warning per file that looks misread, and the same labels.
func TestWarningsOfMisreadFiles(t *testing.T) {
	// The model reads no column but the words.
	model := modelOf(t, "--pos", "none", "--features", "ner", "testdata/train.conll")
	for name, c := range map[string]struct{ text, says string }{
		"Latin-1":            {"Anna\tNOUN\nM\xfcller\tPROPN\n\n\xc5sa\tPROPN\n", ":2: the text is not UTF-8 (2 tokens in the file); the words are read as bytes; convert the file, for example from Latin-1"},
		"a token a sentence": {strings.Repeat("Anna\tNOUN\n\n", 10), ": all 10 sentences have one token; expected blank lines only between sentences, and one token per line"},
		"no blank line":      {strings.Repeat("Anna\tNOUN\n", 501), ": 501 tokens in 1 sentences; expected a blank line after each sentence"},
		"other words":        {"a1\tX\na2\tX\na3\tX\na4\tX\na5\tX\n\nin\tX\na6\tX\na7\tX\na8\tX\na9\tX\na1\tX\n", `: the model knows 1 of 10 different words in the first 1000 lines, and not "a1"; expected words as in the training data; name the word column with the option form`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "text.conll", c.text)
			o := done(t, "", "tag", "--model", model, path)
			assert.Equal(t, "tagger: warning: "+path+c.says+"\n", o.errors)
			assert.Equal(t, strings.Count(c.text, "\n"), strings.Count(o.out, "\n"))
		})
	}
	few := done(t, strings.Repeat("Anna\tNOUN\n\n", 9), "tag", "--model", model)
	assert.Empty(t, few.errors, "may be nine words")

	odd := write(t, "odd.conll", "M\xfcller\tPROPN\tB-PER\nging\tVERB\tO\n")
	for _, args := range [][]string{
		{"eval", "--model", model, odd},
		{"train", "--quiet", "--epochs", "2", "--model", write(t, "new.model", ""), odd},
	} {
		assert.Equal(t, 1, strings.Count(done(t, "", args...).errors, "warning: "+odd+":1: the text is not UTF-8"), args[0])
	}
}

// TestAttributeModelOnWords reads a file of words with a model of attributes.
func TestAttributeModelOnWords(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"Anna\tO\nmet\tO\nJim\tO\n", `the model knows 0 of the first 3 attributes, and not "O"; expected an attribute file as in the training, with a label and attributes on each line`},
		{"Anna\nmet\nJim\n", "no line has an attribute, but the model reads only attributes; expected a label and attributes on each line, separated by tabs"},
	} {
		o := done(t, c.text, "tag", "--model", itemsModel(t))
		assert.Equal(t, "tagger: warning: stdin: "+c.says+"\n", o.errors)
	}
}

// TestWarningsOfColumns expects a warning about files with other columns than the training files,
// unless the command line names the word column.
func TestWarningsOfColumns(t *testing.T) {
	model := modelOf(t, "--pos", "none", "testdata/train.conll")
	const says = "tagger: warning: stdin: %s columns, but the training files have 3; column 1 is read as words, one per line; name the word column with the option form\n"
	for text, columns := range map[string]string{
		"Anna\tx\tO\ty\tz\n": "5", "Anna\tPROPN\tB-PER\n": "", "Anna\tPROPN\n": "", "Anna\n": "",
	} {
		want := ""
		if columns != "" {
			want = strings.Replace(says, "%s", columns, 1)
		}
		o := done(t, text, "tag", "--model", model)
		assert.Equal(t, want, o.errors, text)
		told := done(t, text, "tag", "--model", model, "--form", "1")
		assert.Empty(t, told.errors)
		assert.Equal(t, o.out, told.out)
	}
	assert.Empty(t, done(t, "1\tAnna\t_\tNOUN\t_\t_\t_\t_\t_\t_\n", "tag", "--model", model).errors, "CoNLL-U names its columns")
}

// TestEvalOfOtherColumns scores what are not gold labels and predicted labels.
func TestEvalOfOtherColumns(t *testing.T) {
	model := nerModel(t)
	two := done(t, "Anna\tB-PER\nmet\tO\nJim\tB-PER\n", "eval", "-").errors
	assert.Equal(t, `tagger: warning: stdin: columns 1 (gold) and 2 (predicted): the gold labels, such as "Anna" and "Jim", and the predicted labels, such as "B-PER", `+
		"have nothing in common; name the columns with the options label and predicted, or the model that predicts with the option model\n", two)

	var words strings.Builder
	for k := range 300 {
		fmt.Fprintf(&words, "word%d\tNOUN\n", k)
	}
	assert.Contains(t, done(t, words.String()+"NOUN\tNOUN\n", "eval", "-").errors, "the gold labels look like words, such as ")

	o := done(t, "", "eval", "--model", model, "--label", "2", "testdata/train.conll")
	assert.Equal(t, `tagger: warning: testdata/train.conll: the gold labels, such as "PROPN" and "PUNCT", and the predicted labels, such as "B-LOC" and "B-PER", `+
		"have nothing in common; name the column of the gold labels with the option label\n", o.errors)

	strange := done(t, "Anna\tB:PER\tO\nKeller\tI:PER\tO\n", "eval", "-").errors
	assert.Equal(t, `tagger: warning: stdin: the gold labels look like spans in an unknown scheme, such as "B:PER", and are read as single labels; expected labels such as B-PER and I-PER`+"\n", strange)
}

// TestEvalOfOtherOutput scores output of tag that has no predicted labels in its last column, or
// several labellings of each sentence. It is an error, because the scores would mean nothing.
func TestEvalOfOtherOutput(t *testing.T) {
	tag := func(args ...string) string {
		return done(t, "", append([]string{"tag", "--model", nerModel(t), "testdata/dev.conll"}, args...)...).out
	}
	for _, c := range []struct{ flags, says string }{
		{"--probs", "stdin:1: column 5 has probabilities, not labels; use --label 3 --predicted 4, or --calibration to score the probabilities\n"},
		{"--span-probs", "stdin:1: column 5 has probabilities, not labels; use --label 3 --predicted 4, or --calibration to score the probabilities\n"},
		{"--probs --span-probs", "stdin:1: column 6 has probabilities, not labels; use --label 3 --predicted 4, or --calibration to score the probabilities\n"},
		{"--nbest 2", "stdin:9: labelling 2 of the same sentence; expected one labelling per sentence; write it without --nbest\n"},
	} {
		o := tagger(t, tag(strings.Fields(c.flags)...), "eval", "-")
		assert.Equal(t, exitFailed, o.status, c.flags)
		assert.Empty(t, o.out)
		assert.Equal(t, "tagger: "+c.says, o.errors)
	}
	want := done(t, tag(), "eval", "-")
	assert.Empty(t, want.errors)
	assert.Equal(t, want.out, done(t, tag("--probs"), "eval", "--label", "3", "--predicted", "4", "-").out)
	assert.Equal(t, want.out, done(t, tag("--nbest", "1"), "eval", "-").out)
}

// TestTrainOnLayers trains on columns of spans. The label is the outermost layer, and no column of
// spans becomes a feature, so the model tags plain words.
func TestTrainOnLayers(t *testing.T) {
	const nested = "Bank\tO\tB-ORG\tO\nof\tO\tI-ORG\tO\nOslo\tO\tI-ORG\tB-LOC\nlends\tO\tO\tO\n\nAnna\tO\tB-PER\tO\npays\tO\tO\tO\nRome\tO\tB-LOC\tO\n"
	file := write(t, "nested.conll", nested)
	path, o := trained(t, "", "--quiet", file)
	assert.Equal(t, "tagger: warning: "+file+": column 3 holds the labels, the outermost layer of spans; ignored: spans of the same types in column 4; name another layer with the option label\n", o.errors)
	assert.Empty(t, done(t, "Bank\nof\nOslo\n", "tag", "--model", path).errors)

	path, o = trained(t, "", "--label", "4", file)
	assert.Contains(t, o.errors, "label in column 4; not read: spans in column 3\n")
	assert.NotContains(t, o.errors, "warning")
	assert.Equal(t, "Bank O\nof O\nOslo B-LOC\n", done(t, "Bank\nof\nOslo\n", "tag", "--model", path).out)

	// Phrases are no layer of names.
	file = write(t, "names.conll", "Anna NNP B-NP B-PER\npays VBZ B-VP O\nOslo NNP B-NP B-LOC\n")
	_, o = trained(t, "", file)
	assert.Contains(t, o.errors, "label in column 4, part of speech in column 2; not read: spans in column 3\n")
	assert.NotContains(t, o.errors, "warning")
}

// TestSpansInCoNLLU tags CoNLL-U with a model of names. The labels go to MISC, and no column is
// overwritten unless --label names it.
func TestSpansInCoNLLU(t *testing.T) {
	model := modelOf(t, "--pos", "none", "testdata/train.conll")
	const text = "# text = Anna met Maria\n1\tAnna\t_\tPROPN\t_\t_\t_\t_\t_\tA=1\n2\tmet\t_\tVERB\t_\t_\t_\t_\t_\t_\n3\tMaria\t_\tPROPN\t_\t_\t_\t_\t_\tNE=O\n\n"
	o := done(t, text, "tag", "--model", model)
	assert.Empty(t, o.errors)
	assert.Equal(t, "# text = Anna met Maria\n1\tAnna\t_\tPROPN\t_\t_\t_\t_\t_\tA=1|NE=B-PER\n2\tmet\t_\tVERB\t_\t_\t_\t_\t_\t_\n3\tMaria\t_\tPROPN\t_\t_\t_\t_\t_\tNE=B-PER\n\n", o.out)
	gold := write(t, "gold.conllu", o.out)

	assert.Regexp(t, `\tA=1\|NE=B-PER\|Prob=0\.\d+\n`, done(t, text, "tag", "--model", model, "--probs").out)
	assert.Contains(t, done(t, text, "tag", "--model", model, "--label", "UPOS").out, "\tAnna\t_\tB-PER\t_\t_\t_\t_\t_\tA=1\n")
	assert.Contains(t, done(t, text, "tag", "--model", model, "--label", "misc.X").out, "\tA=1|X=B-PER\n")
	assert.Equal(t, o.out, done(t, o.out, "tag", "--model", model, "--fixed").out)
	assert.Contains(t, done(t, "1\tmet\t_\t_\t_\t_\t_\t_\t_\tNE=B-PER\n", "tag", "--model", model, "--fixed").out, "\tNE=B-PER\n")

	for _, args := range [][]string{{"--model", model, gold}, {"--model", model, "--label", "misc.NE", gold}, {"--system", gold, "--label", "misc.NE", gold},
		{"--label", "misc.NE", "--predicted", "misc.NE", gold}} {
		e := done(t, "", append([]string{"eval", "--samples", "0"}, args...)...)
		assert.Contains(t, e.out, "3 tokens in 1 sentences with 2 spans; found 2 spans, correct 2\n", args)
		assert.Empty(t, e.errors)
	}
	e := done(t, text, "eval", "--model", model, "-")
	assert.Equal(t, "tagger: warning: stdin: no token has an entry NE= in MISC, so all gold labels are O; name the gold labels with the option label\n", e.errors)

	// A model that is trained on the entries writes them, too.
	own, trainOutput := trained(t, "", "--label", "misc.NE", gold)
	assert.Contains(t, trainOutput.errors, "label in misc.NE\n")
	assert.Equal(t, o.out, done(t, text, "tag", "--model", own).out)
	assert.Contains(t, done(t, "", "eval", "--model", own, gold).out, "correct 2")
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// A set is a data set, split into training, development and test data.
type set struct {
	name  string
	label string // column, as for tagger train
	chunk bool   // the peer uses the features of CRFsuite's chunking tutorial
	plain bool   // the labels are those of single tokens

	train, dev, test files
	// share n > 0 moves every n-th block of the training data to the development data.
	share int
	// block is the number of adjacent sentences that stay together; 0 means 1.
	block int
}

// files are patterns of paths in the folder of the data, and how they are read.
type files struct {
	patterns []string
	skip     func(k int) bool             // leaves out the k-th of the sorted paths; nil means none
	read     func(string) ([]byte, error) // converts a file to columns; nil means as it is
	marks    bool                         // each file is a document: a line -DOCSTART- marks its first sentence
}

func paths(patterns ...string) files { return files{patterns: patterns} }

// sets are the data sets of the study. Files without development data give every tenth sentence, or
// every tenth block where neighbours belong together. Thai has no test data: of the second file,
// 151 of 160 texts are in the first.
var sets = []set{
	{name: "CoNLL-2000", chunk: true, train: paths("conll2000/train.txt"), test: paths("conll2000/test.txt"), share: 10, block: 20},
	{name: "EWT UPOS", plain: true, label: "UPOS", train: paths("ud-ewt/train.conllu"), dev: paths("ud-ewt/dev.conllu"), test: paths("ud-ewt/test.conllu")},
	{name: "EWT XPOS", plain: true, label: "XPOS", train: paths("ud-ewt/train.conllu"), dev: paths("ud-ewt/dev.conllu"), test: paths("ud-ewt/test.conllu")},
	{name: "EWT FEATS", plain: true, label: "FEATS", train: paths("ud-ewt/train.conllu"), dev: paths("ud-ewt/dev.conllu"), test: paths("ud-ewt/test.conllu")},
	{name: "Twitter POS", plain: true, train: paths("twpos-en/oct27.splits/oct27.train"), dev: paths("twpos-en/oct27.splits/oct27.dev"), test: paths("twpos-en/oct27.splits/oct27.test")},
	{name: "NerKor UPOS", plain: true, train: nerkor("train", 2), dev: nerkor("devel", 2), test: nerkor("test", 2)},
	{name: "WNUT-17", train: paths("wnut17/train.conll"), dev: paths("wnut17/dev.conll"), test: paths("wnut17/test.conll")},
	{name: "UNER Danish", label: "3", train: paths("uner-danish-ddt/train.iob2"), dev: paths("uner-danish-ddt/dev.iob2"), test: paths("uner-danish-ddt/test.iob2")},
	{name: "GermEval", label: "3", train: paths("germeval2014/test.tsv"), test: paths("germeval2014/dev.tsv"), share: 10},
	{name: "German LER", train: paths("german-ler/ler_dev.conll"), test: paths("german-ler/ler_test.conll"), share: 10},
	{name: "LitBank", train: litbank(func(k int) bool { return k > 1 }), dev: litbank(func(k int) bool { return k == 1 }), test: litbank(func(k int) bool { return k == 0 })},
	{name: "NerKor NER", train: nerkor("train", 5), dev: nerkor("devel", 5), test: nerkor("test", 5)},
	{name: "usaddress", train: parsed("space", "usaddress/training/labeled.xml"), test: parsed("space", "usaddress/measure_performance/labeled.xml"), share: 5},
	{name: "Thai words", train: segmented("wisesight-wordseg-th/wisesight-1000-samples-tokenised.label"), share: 5},
	{name: "anystyle", train: parsed("rules,whole-lines", "anystyle-references/core.xml"), test: parsed("rules,whole-lines", "anystyle-references/gold.xml"), share: 5},
}

// nerkor returns the words and one further column of a part of NerKor. The other columns are gold
// annotations, which plain text does not have.
func nerkor(part string, column int) files {
	return files{patterns: []string{"nerkor-hu/" + part + "/*/*.conllup"}, marks: true, read: func(path string) ([]byte, error) { return columns(path, 0, column) }}
}

// litbank returns the words and outer names of books. Keep selects them by their number modulo 10.
func litbank(keep func(k int) bool) files {
	return files{
		patterns: []string{"litbank-en/*.tsv"},
		skip:     func(k int) bool { return !keep(k % 10) },
		read:     func(path string) ([]byte, error) { return columns(path, 0, 1) },
		marks:    true,
	}
}

// parsed returns the words and fields of documents in XML.
func parsed(tokenizer, path string) files {
	return files{patterns: []string{path}, read: func(path string) ([]byte, error) { return fields(path, tokenizer) }}
}

// columns returns selected columns of a file with tabs and without its comments.
func columns(path string, list ...int) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		row := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(row) > 1 {
			for k, c := range list {
				if k > 0 {
					b.WriteByte('\t')
				}
				if c >= len(row) {
					return nil, fmt.Errorf("%s: line %q has no column %d", path, line, c+1)
				}
				b.WriteString(row[c])
			}
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// segmented returns the characters of texts in which bars separate words. The first character of a
// word has the label B-W, the others I-W.
func segmented(path string) files {
	return files{patterns: []string{path}, read: func(path string) ([]byte, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		for line := range strings.Lines(string(text)) {
			for word := range strings.SplitSeq(strings.TrimSpace(line), "|") {
				label := "B-W"
				for _, r := range word {
					if unicode.IsSpace(r) {
						r = '_' // a space is no value of a column
					}
					fmt.Fprintf(&b, "%c\t%s\n", r, label)
					label = "I-W"
				}
			}
			b.WriteByte('\n')
		}
		return b.Bytes(), nil
	}}
}

// fields converts documents in XML to columns. Neighbours with the same label are one field.
func fields(path, tokenizerName string) ([]byte, error) {
	tokenizer, err := text.New(tokenizerName)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := standoff.NewReader(f, path, standoff.Options{Format: standoff.XML})
	if err != nil {
		return nil, err
	}
	aligner := standoff.Aligner{Tokenizer: tokenizer}
	var b bytes.Buffer
	for {
		var d standoff.Document
		if err := r.Read(&d); errors.Is(err, io.EOF) {
			return b.Bytes(), nil
		} else if err != nil {
			return nil, err
		}
		var joined []standoff.Span
		for _, s := range d.Spans {
			if n := len(joined) - 1; n >= 0 && joined[n].Label == s.Label && strings.TrimSpace(d.Text[joined[n].End:s.Start]) == "" {
				joined[n].End = s.End
			} else {
				joined = append(joined, s)
			}
		}
		d.Spans = joined
		sentences, err := aligner.Align(&d)
		if err != nil {
			return nil, err
		}
		for _, s := range sentences {
			for _, row := range s.Rows() {
				b.WriteString(strings.Join(row, "\t") + "\n")
			}
			b.WriteByte('\n')
		}
	}
}

// A split holds the files of a set, ready to train on.
type split struct{ train, dev, test string }

// prepare writes the parts of a set to a folder. It limits the training data to a number of tokens;
// 0 means all.
func (s *set) prepare(data, dir string, limit int) (split, error) {
	var p split
	train, err := s.train.load(data)
	if err != nil {
		return p, err
	}
	dev := []byte(nil)
	if s.share > 0 {
		train, dev = cut(train, s.share, s.block, s.share-1)
	} else if dev, err = s.dev.load(data); err != nil {
		return p, err
	}
	test, err := s.test.load(data)
	if err != nil {
		return p, err
	}
	base := filepath.Join(dir, strings.ReplaceAll(s.name, " ", "-"))
	p = split{base + ".train", base + ".dev", base + ".test"}
	return p, errors.Join(
		os.WriteFile(p.train, first(train, limit), 0o644), os.WriteFile(p.dev, dev, 0o644), os.WriteFile(p.test, test, 0o644))
}

// load reads the files as one.
func (f *files) load(data string) ([]byte, error) {
	var list []string
	for _, pattern := range f.patterns {
		found, err := filepath.Glob(filepath.Join(data, pattern))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%w: %s", os.ErrNotExist, filepath.Join(data, pattern))
		}
		list = append(list, found...)
	}
	slices.Sort(list)
	var b bytes.Buffer
	for k, path := range list {
		if f.skip != nil && f.skip(k) {
			continue
		}
		read := f.read
		if read == nil {
			read = os.ReadFile
		}
		text, err := read(path)
		if err != nil {
			return nil, err
		}
		if f.marks {
			b.WriteString(mark)
			text = bytes.TrimLeft(text, "\r\n")
		}
		b.Write(text)
	}
	return b.Bytes(), nil
}

// mark precedes the first sentence of a document.
const mark = "-DOCSTART-\n"

// cut moves every share-th block of adjacent sentences, from the first-th on, out of the training
// data. If the text has marks, a block is a document.
func cut(text []byte, share, block, first int) (train, dev []byte) {
	block = max(block, 1)
	marked := bytes.HasPrefix(text, []byte(mark))
	k, number := 0, -1
	for sentence := range sentences(text) {
		if !marked && k%block == 0 || bytes.HasPrefix(sentence, []byte(mark)) {
			number++
		}
		if number%share == first {
			dev = append(dev, sentence...)
		} else {
			train = append(train, sentence...)
		}
		k++
	}
	return train, dev
}

// foldBlock is the least number of adjacent sentences that folds keep together, because neighbours
// share names and topics.
const foldBlock = 20

// fold writes a fold of the training data: it becomes the development data, and the rest the
// training data.
func (p split) fold(block, k, folds int) (split, error) {
	text, err := os.ReadFile(p.train)
	if err != nil {
		return p, err
	}
	train, dev := cut(text, folds, max(block, foldBlock), k)
	base := fmt.Sprintf("%s.%d-%d", p.train, k+1, folds)
	p = split{base + ".train", base + ".dev", p.test}
	return p, errors.Join(os.WriteFile(p.train, train, 0o644), os.WriteFile(p.dev, dev, 0o644))
}

// first returns the first sentences with about a number of lines; 0 means all.
func first(text []byte, lines int) []byte {
	if lines == 0 {
		return text
	}
	n, size := 0, 0
	for sentence := range sentences(text) {
		if n += bytes.Count(sentence, []byte("\n")); n > lines {
			break
		}
		size += len(sentence)
	}
	return text[:size]
}

// sentences yields the groups of lines between blank lines, with the blank lines after them.
func sentences(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start, end, blank := 0, 0, false
		for line := range bytes.Lines(text) {
			empty := len(bytes.TrimSpace(line)) == 0
			if blank && !empty {
				if !yield(text[start:end]) {
					return
				}
				start = end
			}
			blank = empty
			end += len(line)
		}
		if end > start {
			yield(text[start:end])
		}
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// repeats is the number of copies of the test data that the programs label.
const repeats = 10

// A task is a data set whose test data all programs label.
type task struct {
	name        string
	train, test string
	label       []string // flags of tagger that choose the labels
	templates   string   // features of the peers
	columns     bool     // the files have the columns that the templates read, form and pos
}

// tagging compares the speed of labelling text.
func (b *bench) tagging(ctx context.Context) error {
	for _, t := range []task{
		{name: "CoNLL-2000 chunks", train: "conll2000/train.txt", test: "conll2000/test.txt", templates: "internal/accuracy/tutorial.txt", columns: true},
		{name: "EWT UPOS", train: "ud-ewt/train.conllu", test: "ud-ewt/test.conllu", label: []string{"--label", "UPOS"}, templates: "internal/accuracy/peer.txt"},
	} {
		programs, tokens, err := b.programs(ctx, t)
		if err != nil {
			return err
		}
		title := fmt.Sprintf("%s, test data %d times", t.name, repeats)
		if err := b.compare(ctx, title, tokens, programs); err != nil {
			return err
		}
	}
	return nil
}

// programs trains the models of a task and returns the programs that label its test data.
func (b *bench) programs(ctx context.Context, t task) ([]program, int, error) {
	id := strings.Fields(t.name)[0] + "."
	tagger := b.path("tagger")
	train := func(name string, args ...string) (string, error) {
		return b.once(id+name, func(path string) error { return b.do(ctx, append(args, path, b.set(t.train))...) })
	}
	attributes := func(name, of string) (string, error) {
		return b.once(id+name, func(path string) error {
			return b.do(ctx, slices.Concat([]string{tagger, "features", "--features", t.templates}, t.label, []string{"--output", path, of})...)
		})
	}
	repeat := func(name, of string) (string, error) {
		return b.once(id+name, func(path string) error { return copies(path, of, repeats) })
	}
	input, err := repeat("test", b.set(t.test))
	if err != nil {
		return nil, 0, err
	}
	normal, err := train("default", slices.Concat([]string{tagger, "train", "--quiet"}, t.label, []string{"--model"})...)
	if err != nil {
		return nil, 0, err
	}
	scheme := []string{"--scheme", "bio"}
	if !t.columns {
		scheme = nil
	}
	same, err := train("same", slices.Concat([]string{tagger, "train", "--quiet", "--features", t.templates, "--loss", "cross-entropy", "--epochs", "30"}, scheme, t.label, []string{"--model"})...)
	if err != nil {
		return nil, 0, err
	}
	learn, err := attributes("train.crfsuite", b.set(t.train))
	if err != nil {
		return nil, 0, err
	}
	tags, err := attributes("test.crfsuite", b.set(t.test))
	if err != nil {
		return nil, 0, err
	}
	ready, err := repeat("test10.crfsuite", tags)
	if err != nil {
		return nil, 0, err
	}
	tokens, err := count(ready)
	if err != nil {
		return nil, 0, err
	}
	var list []program
	if b.crfsuite != "" {
		model, err := b.once(id+"crfsuite", func(path string) error {
			return b.do(ctx, b.crfsuite, "learn", "-a", "lbfgs", "-p", "c2=1", "-p", "max_iterations=30", "-m", path, learn)
		})
		if err != nil {
			return nil, 0, err
		}
		list = append(list, program{"`crfsuite tag`", []string{b.crfsuite, "tag", "-m", model, ready}, true})
	}
	if b.wapiti != "" || b.crfppTest != "" {
		more, err := b.columnPeers(ctx, id, t, learn, tags)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, more...)
	}
	for _, m := range []struct{ name, model string }{{"same features", same}, {"default", normal}} {
		for _, threads := range []string{"1", "2"} {
			list = append(list, program{
				fmt.Sprintf("`tagger tag --threads %s`, %s", threads, m.name),
				[]string{tagger, "tag", "--threads", threads, "--model", m.model, input}, false})
		}
	}
	return list, tokens, nil
}

// columnPeers trains the models of Wapiti and CRF++, which read columns, and returns their
// programs. For templates that they do not know, the columns are the attributes themselves.
func (b *bench) columnPeers(ctx context.Context, id string, t task, learn, tags string) ([]program, error) {
	templates, train, test := id+"templates", b.set(t.train), b.set(t.test)
	if t.columns {
		source, err := os.ReadFile(t.templates)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(b.path(templates), peerTemplates(source), 0o644); err != nil {
			return nil, err
		}
	} else {
		names, err := attributeNames(learn)
		if err != nil {
			return nil, err
		}
		var source bytes.Buffer
		for k := range names {
			fmt.Fprintf(&source, "U%d:%%x[0,%d]\n", k, k)
		}
		source.WriteString("B\n")
		if err := os.WriteFile(b.path(templates), source.Bytes(), 0o644); err != nil {
			return nil, err
		}
		for _, f := range []struct {
			name, of string
			path     *string
		}{{"train.columns", learn, &train}, {"test.columns", tags, &test}} {
			if *f.path, err = b.once(id+f.name, func(path string) error { return writeColumns(path, f.of, names) }); err != nil {
				return nil, err
			}
		}
	}
	input, err := b.once(id+"test10.columns", func(path string) error { return copies(path, test, repeats) })
	if err != nil {
		return nil, err
	}
	var list []program
	if b.wapiti != "" {
		full, err := b.once(id+"wapiti", func(path string) error {
			return b.do(ctx, b.wapiti, "train", "-a", "l-bfgs", "-1", "0", "-2", "2", "-i", "8", "-t", "2", "-p", b.path(templates), train, path)
		})
		if err != nil {
			return nil, err
		}
		compact, err := b.once(id+"wapiti-l1", func(path string) error {
			return b.do(ctx, b.wapiti, "train", "-a", "sgd-l1", "-i", "20", "-c", "-p", b.path(templates), train, path)
		})
		if err != nil {
			return nil, err
		}
		list = append(list,
			program{"`wapiti label`", []string{b.wapiti, "label", "-m", full, input}, true},
			program{"`wapiti label`, compact L1 model", []string{b.wapiti, "label", "-m", compact, input}, true})
	}
	if b.crfppTest != "" {
		model, err := b.once(id+"crfpp", func(path string) error {
			return b.do(ctx, b.crfppLearn, "-m", "5", "-p", "2", b.path(templates), train, path)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, program{"`crf_test`", []string{b.crfppTest, "-m", model, input}, true})
	}
	return list, nil
}

// peerTemplates rewrites templates that read only words and parts of speech for Wapiti and CRF++.
func peerTemplates(source []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(source) {
		switch line[0] {
		case 'u':
			line = bytes.ReplaceAll(bytes.ReplaceAll(line, []byte(",form]"), []byte(",0]")), []byte(",pos]"), []byte(",1]"))
			out.WriteString("U" + string(line[1:]))
		case 'b':
			out.WriteString("B\n")
		}
	}
	return out.Bytes()
}

// kind returns the name of the template of an attribute. The attributes of a flag are templates of
// their own.
func kind(attribute string) string {
	name, value, _ := strings.Cut(attribute, "=")
	if name == `u\:has` {
		return name + "=" + value
	}
	return name
}

// attributeNames returns the names of the templates in an attribute file, in the order of their
// first use.
func attributeNames(path string) ([]string, error) {
	var names []string
	seen := make(map[string]bool)
	err := eachLine(path, func(line string) error {
		for attribute := range strings.SplitSeq(line, "\t") {
			if name := kind(attribute); strings.HasPrefix(attribute, `u\:`) && !seen[name] {
				names, seen[name] = append(names, name), true
			}
		}
		return nil
	})
	return names, err
}

// writeColumns writes the attributes of a file as columns, with the label in the last one.
func writeColumns(path, attributes string, names []string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	place := make(map[string]int)
	for k, name := range names {
		place[name] = k
	}
	err = eachLine(attributes, func(line string) error {
		if line == "" {
			_, err := w.WriteString("\n")
			return err
		}
		fields := strings.Split(line, "\t")
		row := slices.Repeat([]string{"_"}, len(names)+1)
		row[len(names)] = fields[0]
		for _, attribute := range fields[1:] {
			if k, ok := place[kind(attribute)]; ok {
				row[k] = strings.ReplaceAll(attribute, " ", "_")
			}
		}
		_, err := w.WriteString(strings.Join(row, "\t") + "\n")
		return err
	})
	return errors.Join(err, w.Flush(), f.Close())
}

// copies writes n copies of a file of sentences, each of which ends with an empty line.
func copies(path, of string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for range n {
		if err := eachLine(of, func(line string) error {
			_, err := w.WriteString(line + "\n")
			return err
		}); err != nil {
			return err
		}
		if _, err := w.WriteString("\n"); err != nil {
			return err
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

// count returns the number of lines that are not empty.
func count(path string) (n int, err error) {
	err = eachLine(path, func(line string) error {
		if line != "" {
			n++
		}
		return nil
	})
	return n, err
}

// eachLine visits the lines of a file.
func eachLine(path string, visit func(line string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadString('\n')
		if line == "" && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		if err := visit(strings.TrimSuffix(line, "\n")); err != nil {
			return err
		}
	}
}

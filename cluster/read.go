package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

var (
	// ErrFormat means that a line is neither path, word and count nor word and name, or differs in
	// format from the first line.
	ErrFormat = errors.New("want path, word and count, or word and name of its cluster")
	// ErrTwice means that a word has two clusters.
	ErrTwice = errors.New("has two clusters")
)

// Read reads the clusters of words, one word per line. The first line determines the format: path,
// word and count, as written by Write and by Liang's program, or word and cluster name. Three
// fields are path, word and count if the first consists of 0 and 1 and the last is an integer.
//
// Tabs separate the fields if the first line has one, else runs of spaces. Empty lines are skipped.
// A word may be repeated with the same cluster. Errors are *corpus.ParseError values with name as
// the file.
func Read(r io.Reader, name string) (*Clusters, error) {
	p := parser{lines: newLines(r, name), paths: make(map[string]string), clusters: newClusters(nil, false)}
	for p.lines.next() {
		if len(bytes.Trim(p.lines.text, "\r \t")) == 0 {
			continue
		}
		if err := p.line(string(p.lines.text)); err != nil {
			p.lines.fail(err)
		}
	}
	if p.lines.err != nil {
		return nil, p.lines.err
	}
	return p.clusters, nil
}

// parser reads lines, all in the format of the first one.
type parser struct {
	lines    *lines
	clusters *Clusters
	begun    bool
	tabs     bool
	paths    map[string]string // shared path strings
}

func (p *parser) line(text string) error {
	if !p.begun {
		p.tabs = strings.Contains(text, "\t")
	}
	var fields []string
	if p.tabs {
		fields = strings.Split(strings.TrimRight(text, "\r"), "\t")
	} else {
		fields = strings.Fields(text)
	}
	if !p.begun {
		p.begun, p.clusters.tree = true, len(fields) == 3
	}
	w, err := p.word(fields)
	if err != nil {
		return err
	}
	if k, ok := p.clusters.index[w.Text]; ok {
		if p.clusters.words[k].Path != w.Path {
			return fmt.Errorf("%q %w", w.Text, ErrTwice)
		}
		return nil
	}
	p.clusters.index[w.Text] = int32(len(p.clusters.words))
	p.clusters.words = append(p.clusters.words, w)
	return nil
}

func (p *parser) word(fields []string) (Word, error) {
	var w Word
	switch {
	case p.clusters.tree && len(fields) == 3:
		count, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil || count < 0 || strings.Trim(fields[0], "01") != "" {
			return w, ErrFormat
		}
		w = Word{Text: fields[1], Path: fields[0], Count: int(count)}
	case !p.clusters.tree && len(fields) == 2 && fields[1] != "":
		w = Word{Text: fields[0], Path: fields[1]}
	default:
		return w, ErrFormat
	}
	if w.Text == "" {
		return w, ErrFormat
	}
	path, ok := p.paths[w.Path]
	if !ok {
		path = strings.Clone(w.Path)
		p.paths[path] = path
	}
	return Word{Text: strings.Clone(w.Text), Path: path, Count: w.Count}, nil
}

// Head is the number of bytes of a file that IsText needs.
const Head = 64 << 10

// IsText reports whether a file that starts with head has one sentence per line, rather than one
// token per line. This is the case if the number of fields differs between two lines. Tabs separate
// the fields if the first line has one, else blanks. Lines that start with # do not count. With
// fewer than two lines, the result is true.
func IsText(head []byte) bool {
	if len(head) >= Head {
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	lines, columns, tabs := 0, 0, false
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if len(bytes.Trim(line, " \t")) == 0 || line[0] == '#' {
			continue
		}
		if lines == 0 {
			tabs = bytes.IndexByte(line, '\t') >= 0
		}
		n := len(bytes.Fields(line))
		if tabs {
			n = bytes.Count(line, []byte("\t")) + 1
		}
		if lines > 0 && n != columns {
			return true
		}
		lines, columns = lines+1, n
	}
	return lines < 2
}

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
	// ErrFormat says that a line is neither path, word and count nor word and name, or not as the first one.
	ErrFormat = errors.New("want path, word and count, or word and name of its cluster")
	// ErrTwice says that a word has two clusters.
	ErrTwice = errors.New("has two clusters")
)

// Read reads the clusters of words, a word a line. A line is path, word and count, as Write and
// Liang's program write them, or word and name of the cluster, as the first one shows; three fields are
// the former if the first is made of 0 and 1 and the last is a whole number. Fields are parted by tabs if
// the first line has one, else by runs of spaces. Lines of nothing are skipped, and a word may come again
// with the same cluster. Errors are *corpus.ParseError values, with name for the file.
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

// A parser reads lines, all of which are as the first one.
type parser struct {
	lines    *lines
	clusters *Clusters
	begun    bool
	tabs     bool
	paths    map[string]string // one copy of each
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

// Head is how many bytes of a file IsText needs.
const Head = 64 << 10

// IsText tells whether what a file begins with is a sentence a line, rather than a token a line: whether
// the number of fields differs between two lines. Fields are parted by tabs if the first line has one,
// else by blanks; lines that start with # do not count. Where the lines are fewer than two, it is text.
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

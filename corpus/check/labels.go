package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// rareLabel is the number of occurrences in the training data below which a label is rare.
const rareLabel = 10

// checkLabels checks the labels of a sentence and counts its spans.
func (c *Checker) checkLabels(s *Sentence, into *set) {
	for t, label := range s.Labels {
		if label == "" || label == "_" {
			c.find(Warning, "unlabelled", "tokens without a label", c.at(s.Line(t), fmt.Sprintf("%q", shortened(s.Words[t]))))
		}
	}
	if c.Scheme == structured.Plain {
		return
	}
	spans := annotation.AppendSpans(nil, s.Labels)
	for _, x := range spans {
		into.spans[x.Type]++
	}
	if len(spans) == 0 {
		into.empty++
	}
	c.converter.From, c.converter.To = c.Scheme, c.Scheme
	c.repaired, _ = c.converter.Convert(c.repaired[:0], s.Labels)
	for t, label := range s.Labels {
		want := c.repaired[t]
		if label == want || label == "" || label == "_" {
			continue
		}
		if letter, _ := structured.SplitLabel(label); letter == 'O' {
			c.find(Error, "foreign-label", "labels that are no labels of "+c.Scheme.String(), c.at(s.Line(t), fmt.Sprintf("%s at %q", label, shortened(s.Words[t]))))
			continue
		}
		before := "at the start"
		if t > 0 {
			before = "after " + s.Labels[t-1]
		}
		c.find(Error, "ill-formed", "ill-formed labels in "+c.Scheme.String(),
			c.at(s.Line(t), fmt.Sprintf("%s %s at %q; expected %s", label, before, shortened(s.Words[t]), want)))
	}
}

// checkSets compares the labels of the sets.
func (c *Checker) checkSets() {
	train := c.sets[Train]
	if train == nil || len(train.lengths) == 0 {
		return
	}
	for _, k := range []Set{Dev, Test} {
		other := c.sets[k]
		if other == nil {
			continue
		}
		c.listNames(Warning, "unknown-label", fmt.Sprintf("labels of %s that train does not have", k), k, other.labels, func(name string) bool { return train.labels[name] == 0 })
		mine, its := train.labels, other.labels
		if c.Scheme != structured.Plain {
			mine, its = train.spans, other.spans
		}
		c.listNames(Note, "missing-label", fmt.Sprintf("labels of train that %s does not have", k), k, mine, func(name string) bool { return its[name] == 0 })
	}
	counts := train.labels
	if c.Scheme != structured.Plain {
		counts = train.spans
	}
	c.listNames(Note, "rare-label", fmt.Sprintf("labels with fewer than %d cases in train", rareLabel), Train, counts, func(name string) bool { return counts[name] < rareLabel })
	c.checkBalance(train)
	n := len(train.lengths)
	switch {
	case train.oneToken == n && n > 1:
		c.find(Error, "one-token", "all sentences have one token (expected blank lines only between sentences)", c.ofSet(Train, fmt.Sprintf("%d sentences", n)))
	case 10*train.oneToken > 3*n:
		c.find(Note, "one-token", "many sentences have one token", c.ofSet(Train, fmt.Sprintf("%d of %d sentences", train.oneToken, n)))
	}
}

// usualShare is the share of tokens or sentences from which labels are unbalanced.
const usualShare = 0.95

// checkBalance looks for a label that almost all tokens have.
func (c *Checker) checkBalance(s *set) {
	all := 0
	for _, n := range s.labels {
		all += n
	}
	most := counted(s.labels)[0]
	switch share := float64(most.Count) / float64(all); {
	case len(s.labels) == 1:
		c.find(Warning, "one-label", "all tokens have the same label (name another label column?)", c.ofSet(Train, most.Name))
	case share > usualShare:
		c.find(Note, "balance", "almost all tokens have the same label", c.ofSet(Train, fmt.Sprintf("%.1f%% are %s", 100*share, most.Name)))
	}
	if n := len(s.lengths); c.Scheme != structured.Plain && float64(s.empty) > usualShare*float64(n) {
		c.find(Note, "balance", "almost all sentences are without spans", c.ofSet(Train, fmt.Sprintf("%d of %d sentences", s.empty, n)))
	}
}

// listNames adds a finding that lists names. Each name is a case.
func (c *Checker) listNames(s Severity, check, message string, of Set, counts map[string]int, found func(name string) bool) {
	var list []string
	for _, x := range counted(counts) {
		if found(x.Name) {
			list = append(list, fmt.Sprintf("%s %d", x.Name, x.Count))
		}
	}
	if len(list) == 0 {
		return
	}
	const most = 20
	text := strings.Join(list[:min(len(list), most)], ", ")
	if len(list) > most {
		text += ", ..."
	}
	c.find(s, check, message, c.ofSet(of, text))
	c.found[check+"\x00"+message].Count = len(list)
}

// ofSet returns an example that concerns a set.
func (c *Checker) ofSet(s Set, text string) Example { return Example{File: s.String(), Text: text} }

// columns finds the columns of a file with the same value in all rows.
type columns struct {
	values []string // of the first row
	same   []bool
	rows   int
}

func (x *columns) add(s *corpus.Sentence) {
	if x.values == nil {
		for k := range s.Columns() {
			x.values, x.same = append(x.values, strings.Clone(s.Field(0, k))), append(x.same, true)
		}
	}
	for t := range s.Len() {
		for k, same := range x.same {
			x.same[k] = same && s.Field(t, k) == x.values[k]
		}
	}
	x.rows += s.Len()
}

// fewRows is the number of rows below which equal values mean nothing.
const fewRows = 20

// checkColumns reports columns with the same value in all rows.
func (c *Checker) checkColumns() {
	for k, x := range c.empty {
		if x.rows < fewRows {
			continue
		}
		for at := range x.values {
			if x.same[at] {
				c.find(Note, "constant-column", "columns with the same value in all rows", Example{File: c.files[k], Text: fmt.Sprintf("column %d is always %q", at+1, shortened(x.values[at]))})
			}
		}
	}
}

// lineEnds looks at the line ends of a file.
type lineEnds struct {
	crlf, lf    int
	ended       bool // the last line has a line end
	text, blank bool // there is text; it ends with a blank line
}

func (e *lineEnds) add(text string) {
	if text == "" {
		return
	}
	all := strings.Count(text, "\n")
	crlf := strings.Count(text, "\r\n")
	e.crlf, e.lf, e.text = e.crlf+crlf, e.lf+all-crlf, true
	body, ended := strings.CutSuffix(text, "\n")
	body = strings.TrimSuffix(body, "\r")
	e.ended = ended
	e.blank = ended && strings.TrimLeft(body[strings.LastIndexByte(body, '\n')+1:], " \t") == ""
}

// checkEnd reports how the current file ends its lines.
func (c *Checker) checkEnd() {
	switch e := &c.ends; {
	case !e.text:
	case !e.ended:
		c.find(Note, "end", "files without a line end after the last line", c.at(0, "the last line has no line end"))
	case !e.blank:
		c.find(Note, "end", "files without a blank line at the end (sentences would merge if files are joined)", c.at(0, "no blank line after the last sentence"))
	}
	if e := &c.ends; e.crlf > 0 && e.lf > 0 {
		c.find(Note, "line-ends", "files with two kinds of line ends", c.at(0, fmt.Sprintf("%d lines end in CR LF, %d in LF", e.crlf, e.lf)))
	}
}

// sameLabels reports whether two sentences have the same labels.
func (c *Checker) sameLabels(a, b *sentence) bool {
	return slices.EqualFunc(c.tokens[a.start:a.end], c.tokens[b.start:b.end], func(x, y token) bool { return x.label == y.label })
}

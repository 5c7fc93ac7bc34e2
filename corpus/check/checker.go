package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/structured"
)

// A Set is what sentences are for.
type Set int

// Sets of sentences.
const (
	Train Set = iota
	Dev
	Test
)

var setNames = enum.Names[Set]{Train: "train", Dev: "dev", Test: "test"}

// String returns train, dev or test.
func (s Set) String() string { return setNames.String(s) }

// A Sentence is what a [Checker] reads.
type Sentence struct {
	Words  []string
	Labels []string         // one per word, in the usual spelling
	Line   func(t int) int  // line of a token
	Rows   *corpus.Sentence // the sentence as it was read; nil for other formats
	Ready  bool             // Words are ready-made attributes
}

// A Checker collects sentences. The zero value is ready to use, for labels that encode no spans.
type Checker struct {
	Scheme   structured.Scheme // of the labels; set it before the first Add
	Examples int               // number of examples per finding; 0 means 3

	files []string
	set   Set // of the current file
	sets  [3]*set
	found map[string]*finding

	numbers map[string]int32 // of words and of labels
	names   []string
	words   []word // by number; also for labels, unused

	tokens    []token    // of all sentences
	sentences []sentence // in the order of reading

	converter annotation.Converter
	repaired  []string
	empty     []*columns // by file
	ends      lineEnds
}

// A token is one token with its place.
type token struct{ word, label, line int32 }

// A sentence is a run of tokens.
type sentence struct {
	start, end int32
	file       int32
	set        Set
}

// A set has the counts of one set.
type set struct {
	files, oneToken, empty int
	lengths                []int
	labels, spans          map[string]int
}

// A finding is a Finding that is being collected.
type finding struct {
	Finding
	order int
}

// File starts a file of a set. Call it before Add, which adds sentences of this file.
func (c *Checker) File(s Set, name string) {
	if c.numbers == nil {
		c.numbers, c.found = make(map[string]int32), make(map[string]*finding)
	}
	if c.sets[s] == nil {
		c.sets[s] = &set{labels: make(map[string]int), spans: make(map[string]int)}
	}
	c.sets[s].files++
	c.files = append(c.files, name)
	c.empty = append(c.empty, new(columns))
	c.set, c.ends = s, lineEnds{}
}

// Find adds a case of a check that the caller made, to the current file. The line may be 0.
func (c *Checker) Find(s Severity, check, message string, line int, text string) {
	c.find(s, check, message, Example{File: c.files[len(c.files)-1], Line: line, Text: text})
}

// find adds a case to a finding.
func (c *Checker) find(s Severity, check, message string, e Example) {
	key := check + "\x00" + message
	f := c.found[key]
	if f == nil {
		f = &finding{Finding{Severity: s, Check: check, Message: message}, len(c.found)}
		c.found[key] = f
	}
	f.Count++
	if len(f.Examples) < cmp.Or(c.Examples, 3) {
		f.Examples = append(f.Examples, e)
	}
}

// number returns the number of a string.
func (c *Checker) number(s string) int32 {
	n, ok := c.numbers[s]
	if !ok {
		n = int32(len(c.names))
		s = strings.Clone(s)
		c.numbers[s] = n
		c.names, c.words = append(c.names, s), append(c.words, word{})
	}
	return n
}

// Add adds a sentence of the current file.
func (c *Checker) Add(s Sentence) {
	k := len(c.files) - 1
	x := sentence{start: int32(len(c.tokens)), file: int32(k), set: c.set}
	into := c.sets[x.set]
	for t, text := range s.Words {
		line := s.Line(t)
		n := c.number(text)
		w := &c.words[n]
		if !s.Ready {
			if w.count == [3]int32{} {
				w.odd = oddities(text)
			}
			if w.odd != 0 {
				c.oddWord(text, w.odd, line)
			}
		}
		w.count[x.set]++
		label := c.number(s.Labels[t])
		into.labels[s.Labels[t]]++
		c.tokens = append(c.tokens, token{n, label, int32(line)})
	}
	x.end = int32(len(c.tokens))
	c.sentences = append(c.sentences, x)
	into.lengths = append(into.lengths, len(s.Words))
	if len(s.Words) == 1 {
		into.oneToken++
	}
	c.checkLabels(&s, into)
	c.checkLength(&s)
	if s.Rows != nil {
		c.empty[k].add(s.Rows)
		c.ends.add(s.Rows.String())
	}
}

// End ends the current file. Rest is the text after its last sentence.
func (c *Checker) End(rest string) {
	c.ends.add(rest)
	c.checkEnd()
}

// longSentence is the length from which sentences are noted.
const longSentence = 250

func (c *Checker) checkLength(s *Sentence) {
	if n := len(s.Words); n > longSentence {
		c.find(Note, "long-sentence", fmt.Sprintf("sentences of more than %d tokens", longSentence), c.at(s.Line(0), fmt.Sprintf("%d tokens", n)))
	}
}

// at returns an example in the current file.
func (c *Checker) at(line int, text string) Example {
	return Example{File: c.files[len(c.files)-1], Line: line, Text: text}
}

// place returns an example at a token that was added.
func (c *Checker) place(s *sentence, t int32, text string) Example {
	return Example{File: c.files[s.file], Line: int(c.tokens[t].line), Text: text}
}

// Report returns the result for all sentences. Call it once, after the last sentence.
func (c *Checker) Report() *Report {
	c.checkSets()
	c.checkSentences()
	c.checkConsistency()
	c.checkColumns()
	c.checkForms()
	r := &Report{Scheme: c.Scheme.String(), Findings: []Finding{}}
	for k, s := range c.sets {
		if s != nil {
			r.Sets = append(r.Sets, c.summary(Set(k), s))
		}
	}
	list := make([]*finding, 0, len(c.found))
	for _, f := range c.found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.order, b.order))
	})
	for _, f := range list {
		r.Findings = append(r.Findings, f.Finding)
	}
	return r
}

func (c *Checker) summary(k Set, s *set) Summary {
	slices.Sort(s.lengths)
	r := Summary{Set: k.String(), Files: s.files, Sentences: len(s.lengths), OneToken: s.oneToken, Labels: counted(s.labels)}
	unknown := 0
	for _, w := range c.words {
		n := int(w.count[k])
		r.Tokens += n
		if n > 0 {
			r.Words++
		}
		if w.count[Train] == 0 {
			unknown += n
		}
	}
	if k != Train && r.Tokens > 0 && c.sets[Train] != nil {
		r.Unknown = new(float64(unknown) / float64(r.Tokens))
	}
	percentile := func(p float64) int {
		if len(s.lengths) == 0 {
			return 0
		}
		return s.lengths[int(math.Ceil(p*float64(len(s.lengths))))-1]
	}
	r.Lengths = Lengths{Median: percentile(0.5), P90: percentile(0.9), P99: percentile(0.99), Longest: percentile(1)}
	if c.Scheme != structured.Plain {
		r.Spans, r.Empty = counted(s.spans), s.empty
	}
	return r
}

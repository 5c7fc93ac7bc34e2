package standoff

import (
	"fmt"
	"slices"
	"sort"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/text"
)

// A Policy decides about spans that cut a token, because they start or end inside it.
type Policy int

const (
	// Expand extends the span to the ends of the token.
	Expand Policy = iota
	// Contract leaves the token out of the span, and drops a span without other tokens.
	Contract
	// Strict drops the span.
	Strict
)

var policyNames = enum.Names[Policy]{Expand: "expand", Contract: "contract", Strict: "strict"}

// String returns the name that ParsePolicy reads.
func (p Policy) String() string { return policyNames.String(p) }

// ParsePolicy reads expand, contract or strict.
func ParsePolicy(name string) (Policy, error) { return policyNames.Parse("alignment", name) }

// MarshalText returns the name of the policy.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText sets p to the policy that ParsePolicy reads.
func (p *Policy) UnmarshalText(name []byte) (err error) {
	*p, err = ParsePolicy(string(name))
	return err
}

// An Aligner turns the spans of documents into labels of tokens. The zero value uses the rules of
// package text, expands spans and keeps one layer. It is safe for concurrent use without a Report.
type Aligner struct {
	Tokenizer text.Tokenizer // nil: text.Rules
	Policy    Policy
	// Layers is the number of label columns, at least 1. Spans that overlap go to different layers:
	// the longest to the first one that is free. Spans without a free layer are dropped.
	Layers int
	Report *Report // unless nil, counts what becomes of the spans
}

// A Sentence is a sentence of a document with the labels of its tokens.
type Sentence struct {
	text.Sentence
	Labels [][]string // by layer and token, in BIO
}

// Rows returns a row for each token: its text and its label in each layer.
func (s *Sentence) Rows() [][]string {
	rows := make([][]string, len(s.Tokens))
	for t, token := range s.Tokens {
		rows[t] = append(rows[t], token.Text)
		for _, layer := range s.Labels {
			rows[t] = append(rows[t], layer[t])
		}
	}
	return rows
}

// Corpus returns the rows as a sentence that a model can train on.
func (s *Sentence) Corpus() (*corpus.Sentence, error) { return corpus.NewSentence(s.Rows()) }

// Spans appends the spans that the labels of all layers spell, in bytes of the document.
func (s *Sentence) Spans(dst []Span) []Span {
	for _, layer := range s.Labels {
		dst = TokenSpans(dst, s.Tokens, layer)
	}
	return dst
}

// run is a span as a run of tokens.
type run struct {
	first, end int // tokens
	span       Span
}

// Align returns the sentences of a document with labels. Document.Tokens, if there are any, are one
// sentence. A span that goes beyond a sentence joins it with the next one. Spans that are not part
// of the text are an error.
func (a *Aligner) Align(d *Document) ([]Sentence, error) {
	for _, s := range d.Spans {
		if s.Start < 0 || s.End < s.Start || s.End > len(d.Text) {
			return nil, &corpus.ParseError{File: d.File, Line: d.Line,
				Err: fmt.Errorf("%w: found the span %d to %d in a text of %d bytes", ErrOffset, s.Start, s.End, len(d.Text))}
		}
	}
	tokens, starts := a.tokens(d)
	report := a.Report
	if report == nil {
		report = new(Report)
	}
	report.Documents++
	report.Spans += len(d.Spans)
	report.Tokens += len(tokens)
	labels := make([][]string, max(a.Layers, 1))
	for k := range labels {
		labels[k] = slices.Repeat([]string{"O"}, len(tokens))
	}
	for _, r := range layer(d, a.runs(d, tokens, report), labels, report) {
		report.Labelled++
		for t := r.first + 1; t < r.end; t++ {
			if starts[t] {
				starts[t] = false
				report.Joined++
			}
		}
	}
	sentences := cutAt(tokens, labels, starts)
	report.Sentences += len(sentences)
	return sentences, nil
}

// tokens returns all tokens, and which of them start a sentence.
func (a *Aligner) tokens(d *Document) ([]text.Token, []bool) {
	if d.Tokens != nil {
		starts := make([]bool, len(d.Tokens))
		if len(starts) > 0 {
			starts[0] = true
		}
		return d.Tokens, starts
	}
	tokenizer := a.Tokenizer
	if tokenizer == nil {
		tokenizer = &text.Rules{}
	}
	sentences := text.Split(tokenizer, d.Text).Sentences
	n := 0
	for _, s := range sentences {
		n += len(s.Tokens)
	}
	tokens, starts := make([]text.Token, 0, n), make([]bool, 0, n)
	for _, s := range sentences {
		for k, t := range s.Tokens {
			tokens, starts = append(tokens, t), append(starts, k == 0)
		}
	}
	return tokens, starts
}

// runs finds the tokens of each span, by the policy.
func (a *Aligner) runs(d *Document, tokens []text.Token, report *Report) []run {
	var runs []run
	for _, s := range d.Spans {
		first := sort.Search(len(tokens), func(k int) bool { return tokens[k].End.Byte > s.Start })
		end := sort.Search(len(tokens), func(k int) bool { return tokens[k].Start.Byte >= s.End })
		if first >= end || s.Start == s.End {
			report.add(d, Empty, s, "")
			continue
		}
		left, right := tokens[first].Start.Byte < s.Start, tokens[end-1].End.Byte > s.End
		kind := Expanded
		switch {
		case !left && !right:
			runs = append(runs, run{first, end, s})
			continue
		case a.Policy == Contract:
			kind = Contracted
			if left {
				first++
			}
			if right {
				end--
			}
		case a.Policy == Strict:
			end = first
		}
		if first >= end {
			report.add(d, Cut, s, "")
			continue
		}
		report.add(d, kind, s, d.Text[tokens[first].Start.Byte:tokens[end-1].End.Byte])
		runs = append(runs, run{first, end, s})
	}
	return runs
}

// layer labels the tokens of each run in the first layer where they are free, the longest runs
// first. It returns the runs that found a layer.
func layer(d *Document, runs []run, labels [][]string, report *Report) (placed []run) {
	slices.SortStableFunc(runs, func(x, y run) int {
		if n := (y.end - y.first) - (x.end - x.first); n != 0 {
			return n
		}
		return x.first - y.first
	})
	seen := make(map[run]bool)
	for _, r := range runs {
		same := run{r.first, r.end, Span{Label: r.span.Label}}
		if seen[same] {
			report.add(d, Duplicate, r.span, "")
			continue
		}
		seen[same] = true
		free := slices.IndexFunc(labels, func(list []string) bool {
			return !slices.ContainsFunc(list[r.first:r.end], func(l string) bool { return l != "O" })
		})
		if free < 0 {
			report.add(d, Overlapping, r.span, "")
			continue
		}
		bio(labels[free][r.first:r.end], r.span.Label)
		placed = append(placed, r)
	}
	return placed
}

// bio fills the labels of a span.
func bio(labels []string, typ string) {
	first, next := "B", "I"
	if typ != "" {
		first, next = "B-"+typ, "I-"+typ
	}
	for t := range labels {
		labels[t] = next
	}
	labels[0] = first
}

// cutAt cuts tokens and labels into sentences.
func cutAt(tokens []text.Token, labels [][]string, starts []bool) []Sentence {
	var list []Sentence
	for from := 0; from < len(tokens); {
		end := from + 1
		for end < len(tokens) && !starts[end] {
			end++
		}
		s := Sentence{Sentence: text.Sentence{Tokens: tokens[from:end:end]}}
		s.Start, s.End = tokens[from].Start, tokens[end-1].End
		for _, layer := range labels {
			s.Labels = append(s.Labels, layer[from:end:end])
		}
		list = append(list, s)
		from = end
	}
	return list
}

func (r *Report) add(d *Document, kind Kind, s Span, became string) {
	line := s.Line
	if line == 0 {
		line = d.Line
	}
	r.Changes = append(r.Changes, Change{Kind: kind, File: d.File, Line: line, Document: d.ID, Span: s, Text: d.Covered(s), Became: became})
}

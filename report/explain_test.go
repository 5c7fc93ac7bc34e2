package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

// share returns a share with labels that are separated by spaces.
func share(weight float64, labels string) *explain.Share {
	return &explain.Share{Labels: strings.Fields(labels), Weight: weight}
}

// withWords returns an explanation whose tokens have a chosen label and candidates.
func withWords(words ...string) *explain.Explanation {
	x := &explain.Explanation{Kind: model.Chain, Score: 7.25, Probability: 0.75}
	x.SetText(words)
	for t := range x.Tokens {
		token := &x.Tokens[t]
		token.Label, token.Probability = "O", 0.99
		token.Candidates = []explain.Candidate{{Label: "O", Probability: 0.99}}
		if t > 0 {
			token.Transitions = []explain.Transition{{From: "O", To: "O", Weight: 0.5}}
		}
	}
	return x
}

// explainedSpans explains a sentence of a chain of spans with BIOES inside.
func explainedSpans() *explain.Explanation {
	x := withWords("Maria", "lives", "in", "Oslo", ".")
	x.File, x.Line = "story.conll", 12
	x.Tokens[0].Note, x.Tokens[0].Only = "the tag dictionary or pruning allows only O", []string{"O"}
	oslo := &x.Tokens[3]
	oslo.Label, oslo.Probability, oslo.Gold = "B-LOC", 0.8125, "B-ORG"
	oslo.Candidates = []explain.Candidate{
		{Label: "B-LOC", Probability: 0.8125, Inside: []string{"B-LOC", "S-LOC"}}, {Label: "B-PER", Probability: 0.175, Inside: []string{"B-PER", "S-PER"}},
		{Label: "B-ORG", Probability: 0.004, Inside: []string{"B-ORG", "S-ORG"}}, {Label: "O", Probability: 0.003},
	}
	oslo.Transitions = []explain.Transition{{From: "O", To: "S-LOC", Weight: 0.5}, {From: "O", To: "B-LOC", Weight: 0.25}, {From: "O", To: "S-PER"}, {From: "O", To: "S-ORG", Weight: -1}}
	x.Tokens[4].Transitions = []explain.Transition{{From: "S-LOC", To: "O", Weight: 1}, {From: "S-PER", To: "O", Weight: -1}}
	oslo.Attributes = []explain.Attribute{
		{Name: "u:w=Oslo", Value: 1, Weights: map[string]float64{"S-LOC": 1.5, "S-PER": -0.5, "B-LOC": 0.25}},
		{Name: "u:v3", Value: 0.5, Weights: map[string]float64{"S-PER": 2}},
	}
	oslo.Contrast = &explain.Contrast{
		Label: "B-PER", From: 3, Labels: []string{"B-PER"}, Score: 5.75, Probability: 0.167, Difference: 1.5,
		Parts: []explain.Part{
			{Kind: explain.AttributePart, Token: 3, Name: "u:w=Oslo", Difference: 2, Chosen: share(1.5, "S-LOC"), Other: share(-0.5, "S-PER")},
			{Kind: explain.AttributePart, Token: 3, Name: "u:v3", Value: 0.5, Difference: -1, Other: share(1, "S-PER")},
			{Kind: explain.TransitionPart, Token: 4, Difference: 0.5, Chosen: share(0, "S-LOC O"), Other: share(-0.5, "S-PER O")},
		},
		Decisive: []int{0},
	}
	x.RunnerUp = x.Labelling(oslo.Contrast)
	x.NBest = []explain.Labelling{{Labels: []string{"O", "O", "O", "B-LOC", "O"}, Score: 7.25, Probability: 0.75}, *x.RunnerUp}
	return x
}

// explainedParts explains a sentence with parts of all kinds.
func explainedParts() *explain.Explanation {
	x := withWords("Zoë", "😀", "", "東京都庁", strings.Repeat("long", 8))
	x.Score, x.Probability = -31234.5, 1e-9
	for t := range x.Tokens {
		x.Tokens[t].Candidates = append(x.Tokens[t].Candidates, explain.Candidate{Label: "pos=N|num=s", Probability: 0.01, Subtags: []string{"pos=N", "num=s"}})
	}
	token := &x.Tokens[1]
	token.Attributes = []explain.Attribute{{Name: "u", Value: -2, Weights: map[string]float64{"O": 1}, Subtags: map[string]float64{"pos=N": 0.5, "num=s": -3}}}
	c := &explain.Contrast{Label: "pos=N|num=s", From: 1, Labels: []string{"pos=N|num=s", "pos=N|num=s"}, Score: -31235, Difference: 0.5, Decisive: []int{0, 2}}
	c.Parts = []explain.Part{
		{Kind: explain.SegmentPart, Token: 1, End: 3, Name: "2 tokens", Difference: 12345, Chosen: share(12345, "PER")},
		{Kind: explain.NormalizationPart, Token: 2, Difference: -3, Other: share(3, "O")},
		{Kind: explain.AttributePart, Token: 1, Name: "u", Subtag: "pos=N", Value: -2, Difference: 1, Other: share(-1, "pos=N|num=s")},
		{Kind: explain.TransitionPart, Token: 2, Name: "three labels", Difference: -0.5, Chosen: share(-0.5, "O O O")},
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		c.Parts = append(c.Parts, explain.Part{Kind: explain.AttributePart, Token: 1, Name: name, Difference: -0.25, Other: share(0.25, "O")})
	}
	token.Contrast = c
	return x
}

// hostileExplanation explains a sentence whose texts are all bad.
func hostileExplanation(bad string) *explain.Explanation {
	x := withWords(bad, bad)
	x.File, x.Line = bad, 3
	for t := range x.Tokens {
		token := &x.Tokens[t]
		token.Label, token.Gold, token.Note, token.Only = bad, "x"+bad, bad, []string{bad}
		token.Candidates = []explain.Candidate{{Label: bad, Probability: 0.5, Inside: []string{bad}}, {Label: "x" + bad, Probability: math.NaN()}}
		token.Attributes = []explain.Attribute{{Name: bad, Value: 1, Weights: map[string]float64{bad: 1}}}
		token.Transitions = []explain.Transition{{From: bad, To: bad}}
		token.Contrast = &explain.Contrast{Label: "x" + bad, From: t, Labels: []string{"x" + bad}, Parts: []explain.Part{
			{Kind: explain.AttributePart, Token: t, Name: bad, Difference: 1, Chosen: &explain.Share{Labels: []string{bad}, Weight: 1}},
		}, Decisive: []int{0}}
	}
	x.RunnerUp = x.Labelling(x.Tokens[1].Contrast)
	x.NBest = []explain.Labelling{*x.RunnerUp, *x.RunnerUp}
	return x
}

const bad = "</svg></style><script>alert('x')</script> \" & \x1b[31m \x00 \xff \u202e \u2028 ]]> \ufffe"

func explanations() map[string][]*explain.Explanation {
	return map[string][]*explain.Explanation{
		"explained": {explainedSpans(), explainedParts(), withWords(), withWords("one")},
		"hostile.explained": {func() *explain.Explanation {
			x := hostileExplanation(bad)
			for t := range x.Tokens {
				x.Tokens[t].Candidates[1].Probability = 0.25 // JSON has no NaN
			}
			return x
		}()},
	}
}

var explanationOutputs = map[string]func(w io.Writer) report.ExplanationWriter{
	"html": func(w io.Writer) report.ExplanationWriter {
		return report.NewExplanationHTML(w, report.ExplanationHTMLOptions{Language: "en"})
	},
	"txt": func(w io.Writer) report.ExplanationWriter {
		return report.NewExplanationText(w, report.ExplanationTextOptions{})
	},
	"256.ansi": func(w io.Writer) report.ExplanationWriter {
		return report.NewExplanationText(w, report.ExplanationTextOptions{Colors: report.Colors256, Top: 2})
	},
	"jsonl": report.NewExplanationJSON,
}

// explained returns what a writer makes of explanations.
func explained(t testing.TB, open func(io.Writer) report.ExplanationWriter, list ...*explain.Explanation) string {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	for _, x := range list {
		require.NoError(t, w.Write(x))
	}
	require.NoError(t, w.Close())
	return b.String()
}

func TestExplanationsGolden(t *testing.T) {
	for set, list := range explanations() {
		outputs := make(map[string]string)
		for ending, open := range explanationOutputs {
			outputs[ending] = explained(t, open, list...)
		}
		var svg bytes.Buffer
		require.NoError(t, report.Lattice(&svg, list[0], report.LatticeOptions{Standalone: true}))
		outputs["svg"] = svg.String()
		for ending, got := range outputs {
			file := filepath.Join("testdata", set+"."+ending)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, file)
		}
	}
}

func TestExplanationJSONIsTheExplanation(t *testing.T) {
	for _, x := range []*explain.Explanation{explainedSpans(), explainedParts()} {
		var got explain.Explanation
		require.NoError(t, json.Unmarshal([]byte(explained(t, report.NewExplanationJSON, x)), &got))
		assert.Equal(t, *x, got)
	}
}

var (
	latticeElements = map[string][]string{
		"svg": {"class", "xmlns", "width", "height", "viewBox", "role", "aria-label"}, "path": {"class", "d"}, "title": nil, "style": nil,
		"a": {"href", "class", "data-token", "data-label", "aria-label"}, "g": {"class", "data-token", "data-label", "role", "aria-label"},
		"rect": {"class", "x", "y", "width", "height", "rx", "fill-opacity"}, "text": {"class", "x", "y"},
	}
	heading  = regexp.MustCompile(`(?s)<h2 [^>]*>([^<]*)</h2>`)
	colour   = regexp.MustCompile(`\x1b\[[0-9;]*m`)
	tagStart = regexp.MustCompile(`<(/?[a-zA-Z0-9]*)`)
)

// checkLattice checks that a lattice is well-formed XML without foreign elements and attributes. It
// returns the labels of the nodes.
func checkLattice(t *testing.T, x *explain.Explanation, o report.LatticeOptions) (labels []string) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.Lattice(&b, x, o))
	d := xml.NewDecoder(&b)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return labels
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			allowed, ok := latticeElements[token.Name.Local]
			for _, a := range token.Attr {
				ok = ok && slices.Contains(allowed, a.Name.Local)
				if a.Name.Local == "data-label" {
					labels = append(labels, a.Value)
				}
			}
			if !ok {
				require.Fail(t, "foreign element or attribute", "%v", token)
			}
		case xml.EndElement, xml.CharData:
		default:
			require.Fail(t, "comment or instruction", "%T", token)
		}
	}
}

// pageElements are the elements of pages of explanations.
var pageElements = strings.Fields("html head meta title style body h1 h2 h3 p b bdi section header div a details summary span table caption tr td th i ol li svg g path rect text")

// checkExplained checks that all outputs of an explanation have the structure of the writers.
func checkExplained(t *testing.T, x *explain.Explanation) {
	t.Helper()
	checkLattice(t, x, report.LatticeOptions{Standalone: true})
	checkLattice(t, x, report.LatticeOptions{ID: x.Text})
	page := explained(t, explanationOutputs["html"], x)
	for _, m := range tagStart.FindAllStringSubmatch(strings.TrimPrefix(page, "<!DOCTYPE html>"), -1) {
		if name := strings.TrimPrefix(m[1], "/"); !slices.Contains(pageElements, name) {
			require.Fail(t, "foreign element", "%q", m[1])
		}
	}
	require.Equal(t, 1, strings.Count(page, "<!"))
	require.NotContains(t, page, "ZgotmplZ")
	title := heading.FindStringSubmatch(page)
	require.NotNil(t, title)
	require.Equal(t, onPage(x.Text), html.UnescapeString(title[1]))

	for _, colors := range []report.Colors{report.NoColors, report.Colors16, report.Colors256} {
		got := explained(t, func(w io.Writer) report.ExplanationWriter {
			return report.NewExplanationText(w, report.ExplanationTextOptions{Colors: colors})
		}, x)
		if colors != report.NoColors {
			got = colour.ReplaceAllString(got, "")
		}
		at := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0) })
		require.Negative(t, at, "control character in %q", got)
	}
}

func TestExplanationsWithstandHostileText(t *testing.T) {
	checkExplained(t, hostileExplanation(bad))
	for _, list := range explanations() {
		for _, x := range list {
			checkExplained(t, x)
		}
	}
}

func FuzzExplanation(f *testing.F) {
	for _, s := range []string{bad, "", "B-PER", "a b", "\xff\xfe", "<!--", "\r\n\t\v", "}{&#0;", "x\u0085\u009b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkExplained(t, hostileExplanation(s)) })
}

func TestLatticeNodes(t *testing.T) {
	x := explainedSpans()
	assert.Equal(t, []string{"O", "O", "O", "B-LOC", "B-PER", "B-ORG", "O"}, checkLattice(t, x, report.LatticeOptions{}))
	x.Tokens[3].Gold = ""
	assert.Equal(t, []string{"O", "O", "O", "B-LOC", "B-PER", "O"}, checkLattice(t, x, report.LatticeOptions{}))
	x.RunnerUp = nil
	assert.Equal(t, []string{"O", "O", "O", "B-LOC", "O"}, checkLattice(t, x, report.LatticeOptions{Least: 0.5}))
	assert.Equal(t, []string{"O", "O", "O", "B-LOC", "B-PER", "B-ORG", "O", "O"}, checkLattice(t, x, report.LatticeOptions{Least: 1e-9}))
	assert.Contains(t, report.LatticeCSS(), ".lattice .best")
}

// Without attributes, nodes are no links.
func TestBriefPage(t *testing.T) {
	x := explainedSpans()
	assert.Contains(t, explained(t, explanationOutputs["html"], x), `<a href="#s1-3-0"`)
	x.Tokens[3].Attributes = nil
	page := explained(t, explanationOutputs["html"], x)
	assert.NotContains(t, page, "<a ")
	assert.NotContains(t, page, `class="panel"`)
	assert.Contains(t, page, "<g class=\"node")
}

func TestExplanationTop(t *testing.T) {
	got := explained(t, func(w io.Writer) report.ExplanationWriter {
		return report.NewExplanationText(w, report.ExplanationTextOptions{Top: 1})
	}, explainedParts())
	assert.Contains(t, got, "7 others")
	assert.NotContains(t, got, "normalization")
	got = explained(t, explanationOutputs["txt"], explainedParts())
	assert.Contains(t, got, "-0.75  3 others")

	x := explainedParts() // that was cut before
	c := x.Tokens[1].Contrast
	c.Parts, c.Others = c.Parts[:4], &explain.Others{Count: 4, Difference: -1}
	got = explained(t, func(w io.Writer) report.ExplanationWriter {
		return report.NewExplanationText(w, report.ExplanationTextOptions{Top: 2})
	}, x)
	assert.Contains(t, got, "-0.50  6 others")
	assert.Contains(t, explained(t, explanationOutputs["html"], x), "4 others")
}

func TestExplanationWritersRefuseInconsistentExplanations(t *testing.T) {
	for name, spoil := range map[string]func(x *explain.Explanation){
		"labels":    func(x *explain.Explanation) { x.Tokens[3].Contrast.From = 5 },
		"negative":  func(x *explain.Explanation) { x.Tokens[3].Contrast.From = -1 },
		"part":      func(x *explain.Explanation) { x.Tokens[3].Contrast.Parts[1].Token = 5 },
		"nbest":     func(x *explain.Explanation) { x.NBest[1].Labels = nil },
		"runner-up": func(x *explain.Explanation) { x.RunnerUp.Labels = []string{"O"} },
	} {
		x := explainedSpans()
		spoil(x)
		for _, ending := range []string{"html", "txt"} {
			require.ErrorIs(t, explanationOutputs[ending](io.Discard).Write(x), report.ErrExplanation, name)
		}
		require.ErrorIs(t, report.Lattice(io.Discard, x, report.LatticeOptions{}), report.ErrExplanation, name)
	}
}

func TestExplanationWritersReportErrorsOfTheFile(t *testing.T) {
	for ending, open := range explanationOutputs {
		assert.ErrorIs(t, open(full{}).Write(explainedSpans()), io.ErrShortWrite, ending)
	}
	w := explanationOutputs["html"](io.Discard)
	require.NoError(t, w.Close())
	assert.EqualError(t, w.Write(explainedSpans()), "html page: written after Close")
}

func ExampleNewExplanationText() {
	w := report.NewExplanationText(os.Stdout, report.ExplanationTextOptions{})
	if err := w.Write(explainedSpans()); err != nil { // as Explain of a trellis.Model returns it
		panic(err)
	}
	// Output:
	// story.conll:12: Maria lives in Oslo .
	// score 7.25, probability 75.0%; runner-up 16.7%: Oslo B-PER
	//
	// 1 Maria  O 99.0%; the tag dictionary or pruning allows only O
	//
	// 4 Oslo  B-LOC 81.2% (gold B-ORG), not B-PER 17.5%, by +1.50
	//    +2.00  u:w=Oslo         S-LOC 1.50  not S-PER -0.50
	//    -1.00  u:v3 (0.5)       not S-PER 1.00
	//    +0.50  transition at 5  S-LOC O 0.00  not S-PER O -0.50
	//           without the strongest part, B-PER wins
	//
	// best labellings
	//   1   75.0%  7.25  O O O B-LOC O
	//   2   16.7%  5.75  Oslo B-PER
}

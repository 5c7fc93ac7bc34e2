package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/structured"
)

// analysed returns a page about sentences of word/gold/predicted triples. rename changes all its
// texts.
func analysed(t testing.TB, scheme structured.Scheme, rename func(string) string, list ...string) *report.Analysis {
	t.Helper()
	scorer := &metrics.Scorer{Scheme: &scheme, Keep: true, Calibrator: new(metrics.Calibrator)}
	var sentences []analysis.Sentence
	var train analysis.Training
	for k, tokens := range list {
		s := analysis.Sentence{File: rename("test.conll")}
		for t, token := range strings.Fields(tokens) {
			parts := strings.Split(token, "/")
			s.Lines, s.Words = append(s.Lines, 10*k+t+1), append(s.Words, rename(parts[0]))
			s.Gold, s.Predicted = append(s.Gold, relabel(parts[1], rename)), append(s.Predicted, relabel(parts[2], rename))
			s.Probabilities, s.Known = append(s.Probabilities, 1/float64(t+2)), append(s.Known, t > 0)
		}
		sentences = append(sentences, s)
		require.NoError(t, scorer.Add(metrics.Pair{Gold: s.Gold, Predicted: s.Predicted, Known: s.Known, Probabilities: s.Probabilities}))
		if k == 0 {
			train.Add(s.Words, s.Gold)
		}
	}
	scores := scorer.Results()
	var err error
	scores.Intervals, err = metrics.Bootstrap(scorer.Sentences(), metrics.Resampling{Samples: 20})
	require.NoError(t, err)
	a, err := analysis.New(&scores, sentences, analysis.Options{Training: &train, Resampling: metrics.Resampling{Samples: 20}, Context: 2, MaxErrors: 3})
	require.NoError(t, err)
	return &report.Analysis{
		Title: rename("ner.model on test.conll"), Kind: "chain", Data: []string{rename("test.conll")}, Analysis: a,
		Model: &model.Description{
			File: rename("ner.model"), Bytes: 123456, Weights: "float32", Scheme: "bio", Templates: rename("preset ner"), Labels: []string{rename("O"), rename("B-PER")},
			Attributes: 12, Features: 34, Notes: map[string]string{rename("loss"): rename("hinge"), "sentences": "2", "tokens": "9"},
			Transitions: []model.LabelPair{{From: rename("O"), To: rename("O"), Weight: 1.25}, {From: rename("O"), To: rename("B-PER"), Weight: -0.5}},
			Strongest:   map[string][]model.StrongAttribute{rename("B-PER"): {{Attribute: rename("w=Anna"), Weight: 2.5}, {Attribute: rename("w=in"), Weight: -1}}},
		},
		Steps: []analysis.Step{{Step: 1, Objective: 10, Dev: new(0.5)}, {Step: 2, Objective: 5, Dev: new(0.75)}, {Step: 3, Objective: 4.5, Dev: new(0.7)}},
	}
}

// relabel changes the type of a span label, or a label without a type.
func relabel(label string, rename func(string) string) string {
	if prefix, typ, ok := strings.Cut(label, "-"); ok {
		return prefix + "-" + rename(typ)
	}
	if label == "O" {
		return label
	}
	return rename(label)
}

func same(s string) string { return s }

func hostile(s string) string { return s + "</script><script>alert(1)</script>\x00\xff\u202e\"'&<b>" }

var spanLines = []string{"Anna/B-PER/B-PER Keller/I-PER/O lives/O/O in/O/O Oslo/B-LOC/B-ORG ./O/O", "He/O/B-PER met/O/O Bo/B-PER/O in/O/O New/B-LOC/B-LOC York/I-LOC/I-LOC"}

func analyses(t testing.TB) map[string]*report.Analysis {
	return map[string]*report.Analysis{
		"analysis-spans":   analysed(t, structured.BIO, same, spanLines...),
		"analysis-tags":    analysed(t, structured.Plain, same, "a/DET/DET dog/NOUN/VERB runs/VERB/VERB", "a/DET/DET run/NOUN/NOUN"),
		"analysis-hostile": analysed(t, structured.BIO, hostile, spanLines...),
	}
}

func pageOf(t testing.TB, a *report.Analysis) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, a.WriteHTML(&b))
	return b.String()
}

func TestAnalysisGolden(t *testing.T) {
	for name, a := range analyses(t) {
		text, err := json.MarshalIndent(a, "", " ")
		require.NoError(t, err)
		for ending, got := range map[string]string{".html": pageOf(t, a), ".json": string(text) + "\n"} {
			path := filepath.Join("testdata", name+ending)
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, path)
		}
	}
}

// The policy of the page allows exactly its own script.
func TestAnalysisScript(t *testing.T) {
	for name, a := range analyses(t) {
		got := pageOf(t, a)
		scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(got, -1)
		require.Len(t, scripts, 1, name)
		hash := sha256.Sum256([]byte(scripts[0][1]))
		policy := regexp.MustCompile(`Security-Policy" content="([^"]*)"`).FindStringSubmatch(got)
		assert.Equal(t, "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'", html.UnescapeString(policy[1]))
		assert.NotContains(t, got, "ZgotmplZ")
		for _, outside := range []string{"src=", "url(", "@import", "<link", "http://", "https://"} {
			assert.NotContains(t, got, outside)
		}
	}
}

func TestAnalysisPage(t *testing.T) {
	got := pageOf(t, analyses(t)["analysis-spans"])
	for _, part := range []string{
		`<dt>F1</dt><dd>25.00%</dd>`, `<th scope="row"><bdi>PER</bdi></th><td>0.00%</td>`, "The 3 most confident of 4 errors: 1 missed, 1 spurious, 1 type, 1 boundary.",
		`title="LOC as ORG: 1">1</td>`, `title="PER as missed: 1">1</td>`, `title="spurious as PER: 1">1</td>`, `<td class="minus" style="--p:0.40" title="O to B-PER: -0.5000">-0.5</td>`,
		"75.00% in step 2", `<td>&#43;2.500</td><td><code>w=Anna</code></td>`, `<dt>trained on</dt><dd>2 sentences, 9 tokens</dd>`, "<dt>loss</dt><dd>hinge</dd>",
		`<li data-kind="boundary" data-labels="[&#34;PER&#34;,&#34;PER&#34;]"><p><b>boundary</b><span>confidence 33.33%</span><span>test.conll:1</span></p>`,
		`<mark class="c0 wrong" data-label="PER">Anna Keller</mark> lives in …`, `<mark class="c0 wrong" data-label="PER">Anna</mark> <u>Keller</u> lives in …`,
	} {
		assert.True(t, strings.Contains(got, part), part)
	}
}

func TestAnalysisIntervals(t *testing.T) {
	a := analyses(t)["analysis-spans"]
	assert.Contains(t, pageOf(t, a), "<th scope=\"col\">95% interval</th>")
	a.Scores.Intervals.Level = 0.9
	got := pageOf(t, a)
	assert.Contains(t, got, "<th scope=\"col\">90% interval</th>")
	assert.Contains(t, got, "Ranges are 90% bootstrap intervals")
	a.Scores.Intervals = nil
	for k := range a.Types {
		a.Types[k].Intervals = nil
	}
	got = pageOf(t, a)
	assert.NotContains(t, got, "interval")
	assert.Contains(t, got, "micro average")
}

// Parts without content have no section.
func TestAnalysisOfFewParts(t *testing.T) {
	got := pageOf(t, &report.Analysis{})
	assert.Contains(t, got, "<title>Analysis of labels</title>")
	assert.NotContains(t, got, "<section")
	got = pageOf(t, &report.Analysis{Analysis: &analysis.Analysis{NumErrors: 1, Errors: []analysis.Error{{
		Kind: analysis.WrongLabel, File: "f", Words: []string{"a"}, End: 1, Gold: []analysis.Mark{{End: 1, Label: "X", Error: true}},
	}}}})
	assert.Equal(t, 1, strings.Count(got, "<section"))
	assert.Contains(t, got, "<p>1 error, the most confident first.")
	assert.NotContains(t, got, "Not on this page")
	got = pageOf(t, &report.Analysis{Model: &model.Description{}, Analysis: &analysis.Analysis{}})
	assert.Contains(t, got, "Not on this page: the learning curve needs the log of the training; scores by frequency and of seen labels of words need the training data.")
	got = pageOf(t, &report.Analysis{Model: &model.Description{}, Steps: []analysis.Step{{Step: 1}}, Analysis: &analysis.Analysis{Spans: true}})
	assert.Contains(t, got, "Not on this page: scores by frequency and of seen entities need the training data.")
	restarted := pageOf(t, &report.Analysis{Steps: []analysis.Step{{Step: 1}, {Run: 1, Step: 1, Objective: 3}}})
	assert.Contains(t, restarted, "run 1</text>")
	assert.NotContains(t, restarted, "Development score")
}

// The page of an audit speaks of suspects, not of errors.
func TestAnalysisOfAudit(t *testing.T) {
	a := analyses(t)["analysis-spans"]
	a.Audit, a.Model, a.NumErrors = true, nil, len(a.Errors)
	got := pageOf(t, a)
	assert.Contains(t, got, "<h2>Suspects</h2>\n<p>3 labels in doubt, the most doubtful first:")
	assert.Contains(t, got, "<span>file</span>")
	assert.Contains(t, got, "<span>model</span>")
	assert.Contains(t, got, "with the labels of the file as gold labels")
	assert.NotContains(t, got, "<span>gold</span>")
	assert.NotContains(t, got, "error,")
}

func TestAnalysisOfManyLabels(t *testing.T) {
	d := &model.Description{}
	for k := range 100 {
		d.Labels = append(d.Labels, "L"+strconv.Itoa(k))
		d.Transitions = append(d.Transitions, model.LabelPair{From: "L0", To: "L" + strconv.Itoa(k), Weight: float64(k)})
	}
	got := pageOf(t, &report.Analysis{Model: d})
	assert.Contains(t, got, "The table has the 40 labels with the strongest transitions, of 100.")
	assert.Equal(t, 1600, strings.Count(got, "<td "))
	assert.Contains(t, got, ">99.0</td>")
	assert.NotContains(t, got, ">10.0</td>")
}

func TestAnalysisErrors(t *testing.T) {
	a := analyses(t)["analysis-spans"]
	full := errors.New("full")
	require.ErrorIs(t, a.WriteHTML(failing{full}), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

var element = regexp.MustCompile(`</?[a-zA-Z!][^\s>]*`)

// No text changes the elements of the page.
func FuzzAnalysisHTML(f *testing.F) {
	for _, s := range []string{"x", "</script>", "\x00\xff", "\"'><img>", "{{.}}", "-->", "<!--", "javascript:", "\u2028"} {
		f.Add(s)
	}
	elements := func(t testing.TB, s string) []string {
		a := analysed(t, structured.BIO, func(text string) string { return text + s }, spanLines...)
		return element.FindAllString(pageOf(t, a), -1)
	}
	want := elements(f, "x")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "-") { // would separate the prefix of a label
			return
		}
		require.Equal(t, want, elements(t, s))
	})
}

package report_test

import (
	"bytes"
	"html"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

// outputsOf returns the constructor of a text writer.
func outputsOf(s report.Style, c report.Colors) func(io.Writer) report.Writer {
	return func(w io.Writer) report.Writer { return report.NewText(w, report.TextOptions{Style: s, Colors: c}) }
}

const attributes = `class="c[0-9]+ k[0-9]+" data-label="([^"<>]*)"( title="[^"<>]*")?( style="--p:[01]\.[0-9]+")?`

var (
	articles = regexp.MustCompile(`(?s)<article dir="auto"( class="tags")?>(.*?)</article>`)
	tags     = regexp.MustCompile(`<mark ` + attributes + `>|<span>|</(mark|span)>`)
	labels   = regexp.MustCompile(`data-label="([^"]*)"`)
	legend   = regexp.MustCompile(`(?s)<nav aria-label="Labels">(.*)</nav>`)
	chip     = regexp.MustCompile(`<label class="c[0-9]+" title="Show only this label"><input type="checkbox" id="k[0-9]+"><bdi>([^<>]*)</bdi> ([0-9]+)</label>`)
)

// onPage returns a text as HTML can hold it.
func onPage(s string) string { return strings.ReplaceAll(string([]rune(s)), "\x00", "\ufffd") }

// checkHTML checks that a page has no elements but those of the writer. It also checks that the
// article has the text and the labels of the document, and that the legend counts them.
func checkHTML(t *testing.T, d *model.Document) {
	t.Helper()
	for _, style := range []report.Style{report.Spans, report.Tags} {
		got := written(t, func(w io.Writer) report.Writer { return report.NewHTML(w, report.HTMLOptions{Style: style}) }, d)
		require.NotContains(t, got, "<script")
		list := articles.FindAllStringSubmatch(got, -1)
		require.Len(t, list, 1)
		body := list[0][2]

		count := make(map[string]int)
		var want, found []string
		for _, s := range d.Sentences {
			for _, label := range s.Labels {
				if style == report.Tags {
					want = append(want, onPage(label))
					count[label]++
				}
			}
			for _, e := range s.Entities {
				if style == report.Spans {
					want = append(want, onPage(e.Label))
					count[e.Label]++
				}
			}
		}
		for _, m := range labels.FindAllStringSubmatch(body, -1) {
			found = append(found, html.UnescapeString(m[1]))
		}
		require.Equal(t, want, found)

		require.Equal(t, strings.Count(body, "<span>"), strings.Count(body, "</span>"))
		plain := tags.ReplaceAllString(body, "")
		require.NotContains(t, plain, "<")
		require.NotContains(t, plain, ">")
		require.Equal(t, onPage(d.Text), html.UnescapeString(plain))

		nav := legend.FindStringSubmatch(got)
		require.NotNil(t, nav)
		chips := chip.FindAllStringSubmatch(nav[1], -1)
		require.Len(t, chips, len(count))
		sum := 0
		for _, c := range chips {
			n, err := strconv.Atoi(c[2])
			require.NoError(t, err)
			sum += n
		}
		require.Equal(t, len(want), sum)
	}
}

func TestHTML(t *testing.T) {
	for _, list := range golden(t) {
		for _, d := range list {
			checkHTML(t, d)
		}
	}
}

func TestHTMLLegend(t *testing.T) {
	got := written(t, outputs["html"], golden(t)["names"]...)
	var list []string
	for _, m := range chip.FindAllStringSubmatch(got, -1) {
		list = append(list, m[1]+" "+m[2])
	}
	assert.Equal(t, []string{"PER 6", "LOC 5", "ORG 3", "DATE 2", "WORK_OF_ART 1"}, list)
	assert.Contains(t, got, `title="PER 99.3%" style="--p:0.99"`)
	assert.Contains(t, got, "<p>6 documents, 7 sentences, 85 tokens, 17 entities</p>")
}

func TestHTMLKeepsPunctuationOnTheLine(t *testing.T) {
	d := withTags(t, "Wait, (Ed) doesn't ... go.", false, "A B C D E F G H I J")
	got := written(t, outputs["html"], d)
	var groups []string
	for _, m := range regexp.MustCompile(`<span>(.*?)</span>`).FindAllStringSubmatch(got, -1) {
		groups = append(groups, tags.ReplaceAllString(m[1], " "))
	}
	assert.Equal(t, []string{" Wait  , ", " Ed  ) ", " does  n&#39;t ", " go  . "}, groups)
}

func TestHTMLOfNumbersThatAreNoProbability(t *testing.T) {
	d := withTags(t, "a b c", false, "X X X")
	d.Sentences[0].Probabilities = []float64{math.NaN(), -1, math.Inf(1)}
	got := written(t, outputs["html"], d)
	assert.Equal(t, 2, strings.Count(got, `title="X 0.0%" style="--p:0.20"`))
	assert.Equal(t, 1, strings.Count(got, `title="X 100.0%" style="--p:1.00"`))
}

func TestHTMLPage(t *testing.T) {
	var b bytes.Buffer
	w := report.NewHTML(&b, report.HTMLOptions{Title: "</title><b>", Language: `en"><b>`})
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	got := b.String()
	assert.Contains(t, got, "<title>&lt;/title&gt;&lt;b&gt;</title>")
	assert.Contains(t, got, `<html lang="en&#34;&gt;&lt;b&gt;">`)
	assert.Equal(t, 1, strings.Count(got, "</html>"))
	assert.NotContains(t, got, "<b>")
	assert.NotContains(t, got, "ZgotmplZ") // what html/template writes for a value that is unsafe
	assert.EqualError(t, w.Write(&model.Document{}), "html page: written after Close")
	assert.NotContains(t, written(t, outputs["html"], golden(t)["hostile"]...), "ZgotmplZ")
}

func FuzzHTML(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, s, label string, choice []byte) { checkHTML(t, made(s, label, choice)) })
}

package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/model"
)

// An Analysis is the content of a page about the quality of labels: the scores and errors of a
// model, with a description of the model and of its training. It marshals to JSON with the same
// numbers. Parts that are nil or empty have no section on the page.
type Analysis struct {
	Title string             `json:"title,omitempty"`
	Kind  string             `json:"kind,omitempty"` // of the model
	Model *model.Description `json:"model,omitempty"`
	Data  []string           `json:"data,omitempty"`  // files that the scores are about
	Steps []analysis.Step    `json:"steps,omitempty"` // of the training
	// Audit says that the errors are labels that an audit of package study doubts.
	Audit bool `json:"audit,omitempty"`
	*analysis.Analysis
}

//go:embed analysis.gohtml
var analysisSource string

//go:embed analysis.js
var analysisScript string

var analysisPage = template.Must(template.New("analysis").Funcs(template.FuncMap{
	"percent": percent, "ratio": func(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) }, "valid": valid,
	"pieces": pieces, "labels": labelsOf,
}).Parse(analysisSource))

// percent writes a fraction as WriteTable of metrics does.
func percent(v float64) string { return fmt.Sprintf("%.2f%%", 100*v) }

// WriteHTML writes the page. It needs no other file. Its script only filters the errors: without
// it, all errors are visible. The page adapts to narrow screens, dark mode and print.
func (a *Analysis) WriteHTML(w io.Writer) error {
	hash := sha256.Sum256([]byte(analysisScript))
	v := &analysisView{
		Analysis: a, Title: valid(cmp.Or(a.Title, "Analysis of labels")), Script: template.JS(analysisScript), Hues: cssOfHues,
		Style: template.CSS(plots.Style), Light: template.CSS(plots.Light), Dark: template.CSS(plots.Dark),
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'",
	}
	var err error
	if a.Analysis != nil {
		v.Figures, v.Tables, v.Level = a.figures(), a.tables(), a.level()
		v.Confusion, v.Labels = a.confusion(), a.errorLabels()
		if v.Calibration, err = a.reliability(); err != nil {
			return err
		}
	}
	if v.Curves, err = a.curves(); err != nil {
		return err
	}
	if a.Model != nil {
		v.Facts, v.Settings = a.facts(), a.settings()
		v.Transitions, v.Strongest, v.Missing = a.transitions(), a.strongest(), a.missing()
	}
	var b bytes.Buffer
	if err := analysisPage.Execute(&b, v); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// An analysisView is what the template shows.
type analysisView struct {
	*Analysis
	Title, Policy      string
	Level              string // of the intervals
	Script             template.JS
	Style, Light, Dark template.CSS
	Hues               []hueCSS

	Figures         []figure
	Facts, Settings [][2]string
	Curves          []template.HTML
	Tables          []scoreTable
	Confusion       *heatMap
	Transitions     *heatMap
	Calibration     template.HTML
	Strongest       []strongList
	Missing         string
	Labels          []string // of errors
}

// A figure is a number of the summary.
type figure struct{ Name, Value, Note string }

// figures returns the main scores with their intervals.
func (a *Analysis) figures() []figure {
	s := a.Scores
	if s == nil {
		return nil
	}
	list := []figure{{Name: "accuracy of tokens", Value: percent(s.Accuracy), Note: a.interval(metrics.Accuracy)}}
	if a.Spans {
		list = append([]figure{
			{"F1", percent(s.F1), a.interval(metrics.F1)},
			{"precision", percent(s.Precision), a.interval(metrics.Precision)},
			{"recall", percent(s.Recall), a.interval(metrics.Recall)},
		}, list...)
	}
	list = append(list, figure{"whole sentences", percent(s.SentenceAccuracy), a.interval(metrics.SentenceAccuracy)})
	if s.Known != nil {
		list = append(list, figure{"known words", percent(s.Known.Accuracy), "of " + strconv.Itoa(s.Known.Tokens)},
			figure{"unknown words", percent(s.Unknown.Accuracy), "of " + strconv.Itoa(s.Unknown.Tokens)})
	}
	return list
}

func (a *Analysis) interval(m metrics.Measure) string {
	if a.Scores.Intervals == nil {
		return ""
	}
	return rangeText(a.Scores.Intervals.Measures[m])
}

// level returns the level of the intervals, or "" without intervals.
func (a *Analysis) level() string {
	if a.Scores == nil || a.Scores.Intervals == nil {
		return ""
	}
	return fmt.Sprintf("%g%%", 100*a.Scores.Intervals.Level)
}

func rangeText(v metrics.Interval) string { return percent(v.Low) + " to " + percent(v.High) }

// facts describes the model and the data.
func (a *Analysis) facts() [][2]string {
	d := a.Model
	list := [][2]string{
		{"model", strings.TrimSpace(d.File + " " + sizeText(d.Bytes))}, {"kind", a.Kind},
		{"labels", fmt.Sprintf("%d, scheme %s", len(d.Labels), d.Scheme)},
		{"attributes", strconv.Itoa(d.Attributes)}, {"features", fmt.Sprintf("%d, weights %s", d.Features, d.Weights)},
		{"templates", d.Templates}, {"trained on", trainedOn(d.Notes)},
	}
	list = slices.DeleteFunc(list, func(f [2]string) bool { return f[1] == "" })
	for k := range list {
		list[k][1] = valid(list[k][1])
	}
	return list
}

func sizeText(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf("(%.1f MB)", float64(bytes)/1e6)
}

func trainedOn(notes map[string]string) string {
	if notes["sentences"] == "" {
		return ""
	}
	return notes["sentences"] + " sentences, " + notes["tokens"] + " tokens"
}

// missing names the sections that need further files.
func (a *Analysis) missing() string {
	var list []string
	if len(a.Steps) == 0 {
		list = append(list, "the learning curve needs the log of the training")
	}
	if a.Analysis != nil && len(a.ByFrequency) == 0 {
		list = append(list, "scores by frequency and of seen entities need the training data")
		if !a.Spans {
			list[len(list)-1] = "scores by frequency and of seen labels of words need the training data"
		}
	}
	return strings.Join(list, "; ")
}

// settings lists the settings of the training and other notes.
func (a *Analysis) settings() (list [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(a.Model.Notes)) {
		list = append(list, [2]string{valid(name), valid(a.Model.Notes[name])})
	}
	return list
}

// inline draws a panel.
func inline(p plots.Panel) (template.HTML, error) {
	var b bytes.Buffer
	err := plots.WriteInline(&b, p)
	return template.HTML(b.String()), err // plots escapes all texts
}

// curves draws the development score and the loss by step.
func (a *Analysis) curves() ([]template.HTML, error) {
	score := plots.Panel{Title: "Development score by step", X: "step", Y: "score in %", Lines: true}
	loss := plots.Panel{Title: "Loss by step", X: "step", Y: "loss with penalty", Lines: true}
	restarts := slices.ContainsFunc(a.Steps, func(s analysis.Step) bool { return s.Run > 0 })
	best := -1
	for k, s := range a.Steps {
		if s.Dev != nil && (best < 0 || *s.Dev > *a.Steps[best].Dev) {
			best = k
		}
	}
	add := func(p *plots.Panel, run int, q plots.Point) {
		name := ""
		if restarts {
			name = "run " + strconv.Itoa(run)
		}
		at := slices.IndexFunc(p.Series, func(s plots.Series) bool { return s.Name == name })
		if at < 0 {
			at = len(p.Series)
			p.Series = append(p.Series, plots.Series{Name: name})
		}
		p.Series[at].Points = append(p.Series[at].Points, q)
	}
	for k, s := range a.Steps {
		add(&loss, s.Run, plots.Point{X: float64(s.Step), Y: s.Objective})
		if s.Dev == nil {
			continue
		}
		q := plots.Point{X: float64(s.Step), Y: 100 * *s.Dev}
		if k == best {
			q.Label = fmt.Sprintf("%s in step %d", percent(*s.Dev), s.Step)
		}
		add(&score, s.Run, q)
	}
	var list []template.HTML
	for _, p := range []plots.Panel{score, loss} {
		if len(p.Series) == 0 {
			continue
		}
		drawing, err := inline(p)
		if err != nil {
			return nil, err
		}
		list = append(list, drawing)
	}
	return list, nil
}

// reliability draws accuracy by probability.
func (a *Analysis) reliability() (template.HTML, error) {
	if a.Scores == nil || a.Scores.Calibration == nil || len(a.Scores.Calibration.Bins) == 0 {
		return "", nil
	}
	s := plots.Series{}
	for _, b := range a.Scores.Calibration.Bins {
		s.Points = append(s.Points, plots.Point{X: b.Mean, Y: b.Accuracy, Label: strconv.Itoa(b.Tokens)})
	}
	return inline(plots.Panel{Title: "Reliability, with numbers of tokens", X: "probability of the label", Y: "accuracy", Lines: true, Diagonal: true, Series: []plots.Series{s}})
}

// A scoreRow is a row of a table of scores.
type scoreRow struct {
	Name string
	metrics.Score
	Counts    bool   // the row has counts
	Average   bool   // of all rows
	Interval  string // of F1; may be ""
	Low, High float64
}

// averages returns the micro, macro and weighted averages.
func (a *Analysis) averages() []scoreRow {
	if a.Scores == nil {
		return nil
	}
	micro := scoreRow{Name: "micro average", Score: a.Scores.Score, Counts: true, Average: true}
	if in := a.Scores.Intervals; in != nil {
		micro.setInterval(in.Measures[metrics.F1])
	}
	average := func(name string, v metrics.Average) scoreRow {
		return scoreRow{Name: name, Average: true, Score: metrics.Score{Precision: v.Precision, Recall: v.Recall, F1: v.F1}}
	}
	return []scoreRow{micro, average("macro average", a.Macro), average("weighted average", a.Weighted)}
}

func (r *scoreRow) setInterval(v metrics.Interval) {
	r.Interval, r.Low, r.High = rangeText(v), v.Low, v.High
}

func rowOf(g *analysis.Group) scoreRow {
	r := scoreRow{Name: valid(cmp.Or(g.Name, "-")), Score: g.Score, Counts: true}
	if v, ok := g.Intervals[metrics.F1]; ok {
		r.setInterval(v)
	}
	return r
}

// A scoreTable is a table of scores.
type scoreTable struct {
	ID, Short, Title string
	First            string // heads the names
	Full             bool   // with precision and recall, not only accuracy
	Types            bool   // with averages
	Interval         string // heads the intervals; "" if there are none
	Rows             []scoreRow
}

func (a *Analysis) tables() (list []scoreTable) {
	unit := "label"
	if a.Spans {
		unit = "type"
	}
	add := func(t scoreTable, groups []analysis.Group) {
		if len(groups) == 0 {
			return
		}
		for _, g := range groups {
			t.Rows = append(t.Rows, rowOf(&g))
		}
		if t.Types {
			t.Rows = append(t.Rows, a.averages()...)
		}
		if slices.ContainsFunc(t.Rows, func(r scoreRow) bool { return r.Interval != "" }) {
			t.Interval = strings.TrimSpace(a.level() + " interval")
		}
		t.Full = t.Full || a.Spans
		list = append(list, t)
	}
	add(scoreTable{ID: "types", Short: "By " + unit, Title: "Scores by " + unit, First: unit, Full: true, Types: true}, a.Types)
	add(scoreTable{ID: "length", Short: "By length", Title: "Scores by length", First: "length"}, a.ByLength)
	word := "uses in training"
	if a.Spans {
		word = "uses of the rarest word"
	}
	add(scoreTable{ID: "frequency", Short: "By frequency", Title: "Scores by frequency in the training data", First: word}, a.ByFrequency)
	add(scoreTable{ID: "novelty", Short: "Seen and unseen", Title: "Seen and unseen in the training data", First: "in training"}, a.ByNovelty)
	return list
}

// A strongList holds the strongest attributes of a label.
type strongList struct {
	Label string
	List  []strongAttribute
}

type strongAttribute struct{ Attribute, Weight string }

func (a *Analysis) strongest() (list []strongList) {
	for k, of := range []map[string][]model.StrongAttribute{a.Model.Strongest, a.Model.StrongestParts} {
		for _, label := range slices.Sorted(maps.Keys(of)) {
			if len(of[label]) == 0 {
				continue
			}
			s := strongList{Label: valid(label)}
			if k == 1 {
				s.Label = "subtag " + s.Label
			}
			for _, x := range of[label] {
				s.List = append(s.List, strongAttribute{valid(x.Attribute), fmt.Sprintf("%+.3f", x.Weight)})
			}
			list = append(list, s)
		}
	}
	return list
}

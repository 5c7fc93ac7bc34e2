package trellis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/calibration"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Methods of calibration for a target.
const (
	CalibrateBias      = "bias"
	CalibrateThreshold = "threshold"
)

// CalibrateOptions are the options of [Model.Calibrate]. The zero value fits a temperature.
type CalibrateOptions struct {
	// Method is how to reach targets: CalibrateBias (or "") adds biases to the scores of spans or
	// labels. CalibrateThreshold drops spans with lower probabilities than a threshold; labels must
	// encode spans.
	Method string
	// Target selects biases or thresholds: "f1", "precision=X" for the greatest recall at this
	// precision, or "recall=X" for the greatest precision at this recall; "" means none. For labels
	// that encode no spans, f1 is the accuracy, and the other two need Types.
	Target string
	// Types has targets of single span types, or of labels that encode no spans: "PER=recall=0.9".
	Types []string

	KeepProbabilities bool // fit no temperature

	Folds   int    // for held-out scores; 0 means 5
	Seed    uint64 // of the test whether a gain in F1 is more than chance
	Threads int    // 0 means one per core

	Format    corpus.Format
	Documents DocumentOptions
	Label     string // gold label column; "" means as in training
	Form      string // word column; "" means as in training
	Warn      func(string)
}

// CalibrationReport describes a calibration. All scores except HeldOut are of the sentences that
// the calibration was fitted to.
type CalibrationReport struct {
	Sentences int `json:"sentences"`
	// Unlikely counts sentences whose gold labels have probability 0, for example because the model
	// lacks a label. The temperature leaves them out.
	Unlikely    int               `json:"unlikely"`
	Calibration model.Calibration `json:"calibration"`
	Before      CalibrationScores `json:"before"`
	After       CalibrationScores `json:"after"`
	HeldOut     *HeldOutScores    `json:"held_out,omitempty"` // nil without targets
}

// CalibrationScores are scores with and without a calibration.
type CalibrationScores struct {
	*metrics.Results
	Loss float64 `json:"loss"` // negative log-likelihood of the gold labels per token
}

// HeldOutScores compare each fold without biases or thresholds, and with those fitted to the other
// folds.
type HeldOutScores struct {
	Before metrics.Score `json:"before"`
	After  metrics.Score `json:"after"`
	P      float64       `json:"p"`    // probability of such a difference in F1 by chance
	Kept   bool          `json:"kept"` // false: F1 does not gain more than chance, so there are none
}

// Calibrate fits a calibration to labelled sentences that the model has not seen, such as the
// development data. It returns a copy of the model with the calibration, which replaces an earlier
// one. Only biases and thresholds change labels.
//
// Biases, thresholds and temperature are numbers that SaveFile stores with the model. A target that
// the sentences do not allow is an error. Models of other tools are an [ErrKind]: import them
// first. Calibrate keeps the scores of all sentences in memory.
func (m *Model) Calibrate(ctx context.Context, data Source, o CalibrateOptions) (*Model, *CalibrationReport, error) {
	fit, err := o.check(m.labeller)
	if err != nil {
		return nil, nil, err
	}
	raw, err := m.calibrated(model.Calibration{})
	if err != nil {
		return nil, nil, err
	}
	set, err := calibration.NewSet(raw.labeller)
	if err != nil {
		return nil, nil, m.about(fmt.Errorf("%w: %w", ErrKind, err))
	}
	set.Threads = workers.ForTagging(o.Threads)
	list, err := o.read(ctx, raw.labeller, data, set)
	if err != nil {
		return nil, nil, err
	}
	r := new(CalibrationReport)
	r.Sentences, r.Unlikely = set.Len()
	if fit != nil && o.Method != CalibrateThreshold {
		found, err := set.Fit(ctx, *fit)
		if err != nil {
			return nil, nil, refuseKey(err)
		}
		r.Calibration.Bias, r.HeldOut = found.Values, heldOut(found)
	}
	if !o.KeepProbabilities {
		if r.Calibration.Temperature, err = set.Temperature(ctx, r.Calibration.Bias); err != nil {
			return nil, nil, err
		}
	}
	made, err := raw.calibrated(r.Calibration)
	if err != nil {
		return nil, nil, err
	}
	if fit != nil && o.Method == CalibrateThreshold {
		spans, err := spansOf(made.labeller, list)
		if err != nil {
			return nil, nil, err
		}
		found, err := set.FitThresholds(ctx, spans, *fit)
		if err != nil {
			return nil, nil, refuseKey(err)
		}
		r.Calibration.Threshold, r.HeldOut = found.Values, heldOut(found)
		made.labeller.Metadata().Calibration = r.Calibration.Clone()
	}
	for _, side := range []struct {
		m  *Model
		to *CalibrationScores
	}{{raw, &r.Before}, {made, &r.After}} {
		c := side.m.labeller.Metadata().Calibration
		if side.to.Loss, err = set.Loss(ctx, c.Bias, c.Gamma()); err != nil {
			return nil, nil, err
		}
		if side.to.Results, err = scored(side.m.labeller, list); err != nil {
			return nil, nil, err
		}
	}
	return made, r, nil
}

// refuseKey blames an unknown type or label on its option.
func refuseKey(err error) error {
	if errors.Is(err, calibration.ErrKey) {
		return model.Refuse("type", "{type}: %w", err)
	}
	return err
}

// spansOf returns the spans of sentences with their probabilities. It leaves out sentences without
// tokens, as calibration.Set does.
func spansOf(m model.Labeller, list []labelled) ([][]model.Span, error) {
	t, err := m.NewTagger(model.TagOptions{Spans: true})
	if err != nil {
		return nil, err
	}
	var all [][]model.Span
	for _, s := range list {
		if len(s.gold) == 0 {
			continue
		}
		found, err := t.Label(s.Sentence, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.Clone(found[0].Spans))
	}
	return all, nil
}

// check returns what to fit, or nil if there are no targets.
func (o *CalibrateOptions) check(m model.Labeller) (*calibration.Options, error) {
	switch o.Method {
	case "", CalibrateBias:
	case CalibrateThreshold:
		if err := model.CheckThresholds(m); err != nil {
			return nil, model.Refuse("method", "{method} %s: %w", o.Method, err)
		}
		if o.Target == "" && len(o.Types) == 0 {
			return nil, model.Refuse("method", "{method} %s: want a target; name it with {target} or {type}", o.Method)
		}
	default:
		return nil, model.Refuse("method", "{method} %q: want %s or %s", o.Method, CalibrateBias, CalibrateThreshold)
	}
	fit := &calibration.Options{Folds: o.Folds, Seed: o.Seed, Keys: make(map[string]calibration.Target)}
	if o.Folds < 0 || o.Folds == 1 {
		return nil, model.Refuse("folds", "{folds} %d: want at least 2", o.Folds)
	}
	if o.Target != "" {
		t, err := calibration.ParseTarget(o.Target)
		if err != nil {
			return nil, model.Refuse("target", "{target} %w", err)
		}
		if t.Measure != metrics.F1 && !model.SpellsSpans(m) {
			return nil, model.Refuse("target", "{target} %s: the labels of the model encode no spans; name a label with {type}", t)
		}
		fit.Target = &t
	}
	for _, text := range o.Types {
		at := max(strings.LastIndex(text, "=f1"), strings.LastIndex(text, "=precision="), strings.LastIndex(text, "=recall="))
		if at < 0 {
			return nil, model.Refuse("type", "{type} %q: want NAME=TARGET, such as PER=recall=0.9", text)
		}
		t, err := calibration.ParseTarget(text[at+1:])
		if err != nil {
			return nil, model.Refuse("type", "{type} %w", err)
		}
		fit.Keys[text[:at]] = t
	}
	if fit.Target == nil && len(fit.Keys) == 0 {
		return nil, nil
	}
	return fit, nil
}

// calibrated returns a copy of the model with another calibration.
func (m *Model) calibrated(c model.Calibration) (*Model, error) {
	var file bytes.Buffer
	if err := m.save(&file); err != nil {
		return nil, err
	}
	l, err := model.Load(&file, kinds)
	if err != nil {
		return nil, m.about(err)
	}
	l.Metadata().Calibration = c.Clone()
	own := newModel(l, m.storage)
	own.path = m.path
	return own, nil
}

// A labelled sentence is in memory.
type labelled struct {
	model.Sentence
	gold []string
}

// read reads sentences into memory, and adds them to a set.
func (o *CalibrateOptions) read(ctx context.Context, m model.Labeller, data Source, set *calibration.Set) (list []labelled, err error) {
	from := reading(m, o.Format, o.Documents)
	from.Labelled = true
	err = eachInput(ctx, data, from, func(in *input.Input) error {
		f, err := newFit(m, in, o.Label, o.Form)
		if err != nil {
			return err
		}
		if f.label.Column < 0 {
			return in.AtStart(model.Refuse("label", "no gold label column; name it with {label}"))
		}
		err = in.Each(func(s *input.Sentence) error {
			own := &input.Sentence{Items: *s.Items.Clone(), Rows: *s.Rows.Clone()}
			x := labelled{f.Sentence(own), slices.Clone(in.Labels(nil, s, f.label))}
			if err := set.Add(x.Sentence, x.gold); err != nil {
				return at(in, s, err)
			}
			list = append(list, x)
			return nil
		})
		in.Warn(o.Warn)
		warnAll(o.Warn, f.doubts)
		return err
	})
	return list, err
}

// scored scores a model and its probabilities on sentences in memory.
func scored(m model.Labeller, list []labelled) (*metrics.Results, error) {
	scorer := newScorer(m)
	scorer.Calibrator = new(metrics.Calibrator)
	t, err := m.NewTagger(model.TagOptions{Probabilities: true})
	if err != nil {
		return nil, err
	}
	all := spelled{score: scorer, model: m}
	for _, s := range list {
		found, err := t.Label(s.Sentence, nil)
		if err != nil {
			return nil, err
		}
		p := metrics.Pair{Gold: s.gold, Predicted: found[0].Labels}
		for _, v := range found[0].Probabilities {
			p.Probabilities = append(p.Probabilities, written(v))
		}
		if err := all.add(p); err != nil {
			return nil, err
		}
	}
	if err := all.end(); err != nil {
		return nil, err
	}
	r := scorer.Results()
	return &r, nil
}

func heldOut(f *calibration.Fit) *HeldOutScores {
	score := func(c metrics.Counts) metrics.Score { return metrics.NewScore(c.Gold, c.Predicted, c.Correct) }
	return &HeldOutScores{Before: score(f.Before), After: score(f.After), P: f.P, Kept: f.Kept}
}

// WriteTable writes the report as a human-readable table.
func (r *CalibrationReport) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d sentences", r.Sentences)
	if r.Unlikely > 0 {
		fmt.Fprintf(&b, ", %d of them with labels that the model cannot give", r.Unlikely)
	}
	b.WriteString("\n")
	if v := r.Calibration.Temperature; v != 0 {
		fmt.Fprintf(&b, "temperature %g\n", v)
	}
	h := r.HeldOut
	if h != nil {
		fmt.Fprintf(&b, "p = %.4f for the difference in held-out F1", h.P)
		if !h.Kept {
			b.WriteString(": not more than chance, so labels stay as they are")
		}
		b.WriteString("\n")
	}
	t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\n\tbefore\tafter\t")
	fmt.Fprintf(t, "loss per token\t%.4f\t%.4f\t\n", r.Before.Loss, r.After.Loss)
	fmt.Fprintf(t, "Brier score\t%.4f\t%.4f\t\n", r.Before.Calibration.Brier, r.After.Calibration.Brier)
	row := func(name string, before, after float64) {
		fmt.Fprintf(t, "%s\t%.2f%%\t%.2f%%\t\n", name, 100*before, 100*after)
	}
	score := func(kind string, before, after metrics.Score) {
		row(kind+"precision", before.Precision, after.Precision)
		row(kind+"recall", before.Recall, after.Recall)
		row(kind+"F1", before.F1, after.F1)
	}
	row("calibration error", r.Before.Calibration.ECE, r.After.Calibration.ECE)
	row("accuracy", r.Before.Accuracy, r.After.Accuracy)
	if r.Before.Scheme != structured.Plain {
		score("", r.Before.Score, r.After.Score)
	}
	if h != nil {
		score("held-out ", h.Before, h.After)
	}
	t.Flush()
	for _, part := range []struct {
		name, format string
		values       map[string]float64
	}{{CalibrateBias, "%+.4g", r.Calibration.Bias}, {CalibrateThreshold, "%.4g", r.Calibration.Threshold}} {
		if len(part.values) == 0 {
			continue
		}
		fmt.Fprintf(t, "\n%[1]s of\t%[1]s\tprecision\tafter\trecall\tafter\tF1\tafter\t\n", part.name)
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			x, y := r.Before.Labels[name], r.After.Labels[name]
			fmt.Fprintf(t, "%s\t"+part.format, name, part.values[name])
			for _, v := range []float64{x.Precision, y.Precision, x.Recall, y.Recall, x.F1, y.F1} {
				fmt.Fprintf(t, "\t%.2f%%", 100*v)
			}
			fmt.Fprintln(t, "\t")
		}
		t.Flush()
	}
	_, err := io.WriteString(w, b.String())
	return err
}

package main

import (
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// describe tells what is trained on what, and how.
func (o *trainFlags) describe(d *data) string {
	templates := "the attributes of the file"
	if d.templates != "" {
		templates = "templates " + d.templates
	}
	s := fmt.Sprintf("%d sentences, %d tokens, %d labels (scheme %s), %d attributes by %s\n",
		d.train.Len(), d.train.Tokens(), len(d.train.Labels()), d.train.Scheme(), d.train.Attributes(), templates)
	if d.dev != nil {
		s += fmt.Sprintf("development: %d sentences, %d tokens\n", d.dev.Len(), d.dev.Tokens())
	}
	s += fmt.Sprintf("loss %s by %s, l2 %g, l1 %g, at most %d steps", o.lossFlags.name, o.optimizerFlags.name, o.l2, o.l1, o.epochs)
	if o.why != "" {
		s += "\n" + o.why
	}
	return s
}

// printOutcome prints the development table and the model.
func (a *app) printOutcome(o *trainFlags, m *crf.Model, s model.Summary) error {
	var b strings.Builder
	if s.Dev != nil {
		fmt.Fprintf(&b, "development data, after step %d:\n", s.BestStep)
		if err := s.Dev.WriteTable(&b); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	if o.restarts > 0 {
		fmt.Fprintf(&b, "the best of %d runs: %d\n", o.restarts+1, s.Run+1)
	}
	fmt.Fprintf(&b, "%s: %d labels, %d attributes, %d features; %s after %d steps, loss %.8g\n",
		o.model, len(m.Labels()), m.Attributes(), m.Features(), endings[s.Reason], s.Steps, s.Objective)
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// endings says how training ended.
var endings = map[optimize.Reason]string{
	optimize.Converged:    "converged",
	optimize.LimitReached: "ended",
	optimize.FloorReached: "no loss left",
	optimize.NoProgress:   "no further progress",
	optimize.Stopped:      "dev score no longer better",
	optimize.Cancelled:    "interrupted",
}

// notedFlags are noted in the model where the user set them.
var notedFlags = []string{
	"cost", "cost-scale", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight", "gamma",
	"anneal-temperature", "anneal-cost", "anneal-blend", "supervision", "batch-size", "rate", "restarts", "min-count", "all-pairs",
	"tag-dictionary",
}

// notes are what the model tells about itself.
func (o *trainFlags) notes(cmd *cobra.Command, d *data, s model.Summary) model.Metadata {
	m := map[string]string{
		"loss":      o.lossFlags.name,
		"optimizer": o.optimizerFlags.name,
		"l1":        number(o.l1),
		"l2":        number(o.l2),
		"seed":      strconv.FormatUint(o.seed, 10),
		"epochs":    strconv.Itoa(s.BestStep),
		"sentences": strconv.Itoa(d.train.Len()),
		"tokens":    strconv.Itoa(d.train.Tokens()),
	}
	for _, flag := range notedFlags {
		if f := cmd.Flag(flag); f.Changed {
			m[flag] = f.Value.String()
		}
	}
	maps.Copy(m, o.picked)
	if d.templates != "" {
		m["features"] = d.templates
	}
	if s.Dev != nil {
		m["dev"] = number(s.Dev.F1)
	}
	if o.date != "" {
		m["date"] = o.date
	}
	meta := model.Metadata{Files: model.Files{Format: d.format}, Normalize: model.NormalForm(d.normal), Notes: m}
	if d.templates != "" {
		meta.Files.Columns, meta.Files.Label, meta.Files.Form = d.columns, d.labelSpec, o.form
	}
	d.recode.note(&meta)
	return meta
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

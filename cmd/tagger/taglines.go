package main

import (
	"cmp"
	"context"
	"io"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/bulk"
	"github.com/trellis-nlp/trellis/report"
)

// otherOutputs are the flags that --lines makes meaningless.
var otherOutputs = append([]string{"text", "json", "html", "per", "color", "nbest"}, columnFlags...)

// checkLines returns an error for a value of --lines that does not exist, and for other flags that
// exclude it.
func (o *tagFlags) checkLines(changed func(string) bool) error {
	if !changed("lines") {
		return nil
	}
	if _, err := bulk.ParseLineFormat(o.lines); err != nil {
		return wrongUsage("--lines %s: want jsonl or tsv", o.lines)
	}
	if other := firstOf(changed, otherOutputs...); other != "" {
		return wrongUsage("--lines writes a line for each line, and does not support --%s", other)
	}
	return nil
}

// tagLines answers each line with a line.
func (a *app) tagLines(ctx context.Context, m *trellis.Model, o *tagFlags, data trellis.Source) error {
	format, _ := bulk.ParseLineFormat(o.lines)                            // which checkLines has checked
	unit, _ := report.ParseUnit(cmp.Or(o.offsets, report.Runes.String())) // which checkLines has checked
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		return bulk.TagLines(ctx, m, w, data, bulk.LineOptions{Format: format, Text: o.textOptions(), Unit: unit})
	})
}

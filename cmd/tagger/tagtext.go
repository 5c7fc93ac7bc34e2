package main

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/report"
)

// textFlags holds the flags of tagger tag for plain text.
type textFlags struct {
	text, json, html               bool
	per, offsets, color, tokenizer string
	lines                          string
}

// Values of --per and --color.
const (
	perSentence  = "sentence"
	perParagraph = "paragraph"
	colorAuto    = "auto"
	colorAlways  = "always"
	colorNever   = "never"
)

// register adds the flags to a command.
func (o *textFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&o.text, "text", false, "read plain text (default as detected)")
	f.StringVar(&o.tokenizer, "tokenizer", "", "`NAME` of the tokenizer, such as space or rules:en,hyphens, or a file of "+
		"train-tokenizer (default that of the model, else rules)")
	f.BoolVar(&o.json, "json", false, "write one JSON object a line, with positions and entities")
	f.StringVar(&o.lines, "lines", "", "answer each line of this `FORMAT` with one line: jsonl or tsv; for databases and pipes")
	f.StringVar(&o.per, "per", perSentence, "write one JSON object for each `UNIT`: sentence, or paragraph or document with paragraph")
	f.StringVar(&o.offsets, "offsets", "", "`UNIT` of the positions in --json, and of the offsets in documents: runes, bytes, utf16 "+
		"or graphemes (default runes, or that of the format)")
	f.BoolVar(&o.html, "html", false, "write one HTML page with coloured entities")
	f.StringVar(&o.color, "color", colorAuto, "`WHEN` to use colours instead of brackets: auto (on a terminal), always "+
		"or never")
	groupFlags(c, "Plain text")
	complete(c, "lines", "jsonl", "tsv")
	complete(c, "per", perSentence, perParagraph)
	complete(c, "offsets", offsetUnits...)
	complete(c, "color", colorAuto, colorAlways, colorNever)
}

// check returns an error for values that do not exist and for flags that exclude each other.
func (o *tagFlags) check(changed func(string) bool) error {
	unit := o.offsets
	if o.json || o.lines != "" { // which has its own unit, and no use for the spans of documents
		unit = ""
	}
	if err := o.Documents.Unit.UnmarshalText([]byte(cmp.Or(unit, "auto"))); err != nil {
		return wrongUsage("--offsets %s: want %s", unit, cli.OrList(offsetUnits))
	}
	switch _, err := report.ParseUnit(o.offsets); {
	case o.per != perSentence && o.per != perParagraph:
		return wrongUsage("--per %s: want sentence or paragraph", o.per)
	case o.color != colorAuto && o.color != colorAlways && o.color != colorNever:
		return wrongUsage("--color %s: want auto, always or never", o.color)
	case o.json && o.html:
		return wrongUsage("--json and --html: choose one")
	case changed("per") && !o.json:
		return wrongUsage("--per: use it with --json")
	case (o.json || o.lines != "") && o.offsets != "" && err != nil:
		return wrongUsage("--offsets %s: want runes, bytes or utf16 for --json and --lines", o.offsets)
	case o.NBest > 0 && (o.html || o.text && !o.json):
		return wrongUsage("--nbest: text with marks, and pages, have one labelling of each sentence; use --json")
	}
	if given := firstOf(changed, "text", "color"); given != "" {
		if other := o.columnFlag(changed); other != "" {
			return wrongUsage("--%s is for plain text, and --%s for columns: choose one", given, other)
		}
	}
	options := o.textOptions()
	options.NBest = 0 // the output of a tool may have it together with Posterior
	return options.Check()
}

// firstOf returns the first of some flags that was given, or "".
func firstOf(changed func(string) bool, names ...string) string {
	if k := slices.IndexFunc(names, changed); k >= 0 {
		return names[k]
	}
	return ""
}

// columnFlags are the flags that plain text never has.
var columnFlags = []string{"format", "form", "label", "output-format", "detail", "fixed"}

// columnFlag returns a given flag that plain text does not have, or "".
func (o *tagFlags) columnFlag(changed func(string) bool) string {
	if o.NBest > 0 && !o.json {
		return "nbest"
	}
	return firstOf(changed, columnFlags...)
}

func (o *tagFlags) textOptions() trellis.TextOptions {
	return trellis.TextOptions{
		Tokenizer: o.tokenizer, NBest: o.NBest, Probabilities: o.Probabilities, Spans: o.Spans, Posterior: o.Posterior,
		Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary, Threads: o.Threads, Warn: o.Warn,
	}
}

// detectText decides whether to read plain text, and says so if the user did not. It returns the
// source to read.
func (a *app) detectText(ctx context.Context, m *trellis.Model, o *tagFlags, data trellis.Source, changed func(string) bool) (bool, trellis.Source, error) {
	if o.text {
		return true, data, nil
	}
	if o.columnFlag(changed) != "" {
		return false, data, nil
	}
	plain, data, err := m.LooksLikeText(ctx, data)
	if err != nil {
		return false, data, err
	}
	if flag := firstOf(changed, "color"); flag != "" && !plain {
		return false, data, wrongUsage("--%s is for plain text, but the input looks like columns or documents; pass --text to read it as text", flag)
	}
	if plain {
		tokenizer, err := m.Tokenizer(o.tokenizer)
		if err != nil {
			return false, data, err
		}
		a.note("the input looks like plain text; it is split by the tokenizer " + tokenizer.Name() +
			"; pass --text to confirm, or --format conll for columns")
	}
	return plain, data, nil
}

// tagText labels plain text.
func (a *app) tagText(ctx context.Context, m *trellis.Model, o *tagFlags, data trellis.Source) error {
	options := o.textOptions()
	options.Spans = options.Spans || (o.json || o.html) && m.SpellsSpans()
	switch {
	case (options.Probabilities || o.Spans) && !o.json && !o.html:
		return wrongUsage("--probs and --span-probs: for plain text, use them with --json or --html")
	case o.offsets != "" && !o.json:
		return wrongUsage("--offsets: for plain text, use it with --json")
	}
	tokenizer, err := m.Tokenizer(o.tokenizer)
	if err != nil {
		return err
	}
	return a.writeDocuments(ctx, m, o, data, report.LanguageOf(tokenizer), func(out report.Writer) error {
		return m.TagTextFiles(ctx, out, data, options)
	})
}

// writeDocuments writes documents in the format that the flags select.
func (a *app) writeDocuments(ctx context.Context, m *trellis.Model, o *tagFlags, data trellis.Source, language string, tag func(report.Writer) error) error {
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		out := o.documents(w, m, data.Paths, language)
		if err := tag(out); err != nil {
			return err
		}
		return out.Close()
	})
}

// documents returns the writer of documents that the flags select.
func (o *tagFlags) documents(w io.Writer, m *trellis.Model, files []string, language string) report.Writer {
	style := report.Tags
	if m.SpellsSpans() {
		style = report.Spans
	}
	switch {
	case o.json:
		unit, _ := report.ParseUnit(cmp.Or(o.offsets, report.Runes.String())) // which check has checked
		return report.NewJSON(w, report.JSONOptions{Unit: unit, Documents: o.per == perParagraph, Files: len(files) > 1})
	case o.html:
		page := report.HTMLOptions{Style: style, Language: language}
		if len(files) == 1 && files[0] != "-" {
			page.Title = filepath.Base(files[0])
		}
		return report.NewHTML(w, page)
	}
	return report.NewText(w, report.TextOptions{Style: style, Colors: colorsOf(o.color, isTerminal(w), os.Getenv)})
}

// colorsOf returns the number of colours for a value of --color.
func colorsOf(when string, terminal bool, getenv func(string) string) report.Colors {
	colors := report.TerminalColors(getenv)
	switch {
	case when == colorAlways:
		return cmp.Or(colors, report.Colors16)
	case when == colorNever || !terminal:
		return report.NoColors
	}
	return colors
}

// awaitInput says that a command waits, if it reads from a terminal.
func (a *app) awaitInput(data corpus.Source, what string) {
	f, ok := data.Stdin.(*os.File)
	for _, path := range data.Paths {
		if path == "-" && ok && term.IsTerminal(int(f.Fd())) {
			a.note("waiting for " + what + " from the terminal; Ctrl-D ends the input")
		}
	}
}

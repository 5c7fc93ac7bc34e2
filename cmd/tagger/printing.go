package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
)

// printingFlags say that sentences are written as another tool writes them.
type printingFlags struct {
	outputFormat string
	detail       []string
	tool         interop.Tool // 0: not so
}

// tools are the values of --output-format.
var tools = map[string]interop.Tool{"same": 0, "crfsuite": interop.CRFsuite, "crfpp": interop.CRFPP, "wapiti": interop.Wapiti}

// The values of --detail: what a tool adds, or leaves out.
const (
	detailReference = "reference" // the label of the file
	detailPath      = "path"      // score and probability of the labelling
	detailAll       = "all"       // the probabilities of all labels
	detailScores    = "scores"    // of the labelling and its labels
	detailBare      = "bare"      // nothing but labels
)

// details are those that each tool knows.
var details = map[interop.Tool][]string{
	interop.CRFsuite: {detailReference, detailPath, detailAll},
	interop.CRFPP:    {detailAll},
	interop.Wapiti:   {detailScores, detailBare},
}

func (o *printingFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.outputFormat, "output-format", "same", "what is written: the same format as is read, or what crfsuite, crfpp or wapiti writes")
	f.StringSliceVar(&o.detail, "detail", nil, "`LIST` of what such output says besides: reference, path, all (crfsuite), all (crfpp), scores, bare (wapiti)")
	complete(c, "output-format", "same", "crfsuite", "crfpp", "wapiti")
	complete(c, "detail", detailReference, detailPath, detailAll, detailScores, detailBare)
}

// checkPrinter finds the tool, and flags that its output has nothing for.
func (o *tagFlags) checkPrinter() error {
	var ok bool
	if o.tool, ok = tools[o.outputFormat]; !ok {
		return wrongUsage("--output-format %s: want same, crfsuite, crfpp or wapiti", o.outputFormat)
	}
	if o.tool == 0 {
		if len(o.detail) > 0 {
			return wrongUsage("--detail is for --output-format crfsuite, crfpp and wapiti")
		}
		return nil
	}
	for _, d := range o.detail {
		if known := details[o.tool]; !slices.Contains(known, d) {
			return wrongUsage("--detail %s: --output-format %s knows %s", d, o.outputFormat, strings.Join(known, ", "))
		}
	}
	without := func(flag string) error {
		return wrongUsage("--output-format %s writes nothing for --%s", o.outputFormat, flag)
	}
	switch {
	case o.spanProbs:
		return without("span-probs")
	case o.nbest > 0 && o.tool == interop.CRFsuite:
		return without("nbest")
	case o.posterior && o.tool != interop.Wapiti:
		return without("posterior")
	case o.probs && o.tool == interop.Wapiti:
		return wrongUsage("--probs: Wapiti's probabilities are --posterior --detail scores")
	}
	return nil
}

func (o *tagFlags) says(detail string) bool { return slices.Contains(o.detail, detail) }

// crfsuite, crfpp and wapiti return what the flags mean to the tool.
func (o *tagFlags) crfsuite() crfsuite.Output {
	return crfsuite.Output{Reference: o.says(detailReference), Probability: o.says(detailPath), Marginal: o.probs, MarginalAll: o.says(detailAll)}
}

func (o *tagFlags) crfpp() crfpp.Options {
	p := crfpp.Options{NBest: o.nbest}
	switch {
	case o.says(detailAll):
		p.Verbose = 2
	case o.probs:
		p.Verbose = 1
	}
	return p
}

func (o *tagFlags) wapiti() wapiti.Options {
	return wapiti.Options{
		Scores: o.says(detailScores), Posterior: o.posterior, NBest: o.nbest, Only: o.says(detailBare),
		Labelled: o.label == "-1", Force: o.fixed,
	}
}

// checkPrinting reports an input that lacks what the tool writes.
func (o *tagFlags) checkPrinting(in *input, f *fit) error {
	switch {
	case o.tool != interop.CRFsuite && in.items != nil:
		return in.atStart(errors.New("--output-format " + o.outputFormat + " repeats columns, but here are attributes"))
	case o.says(detailReference) && f.label < 0:
		return in.atStart(errors.New("--detail reference: no column of labels; name it with --label"))
	}
	return nil
}

// A printer appends what a tool writes of a sentence that l has read.
type printer func(dst []byte, l *labeller, s *sentence) ([]byte, error)

// printer returns that of the output format, nil if it is ours.
func (o *tagFlags) printer(labels []string) printer {
	switch o.tool {
	case interop.CRFsuite:
		p := crfsuite.NewPrinter(labels, o.crfsuite())
		return func(dst []byte, l *labeller, s *sentence) ([]byte, error) {
			var reference []string
			if o.says(detailReference) {
				l.names = l.in.labels(l.names, s, l.fit.label)
				reference = l.names
			}
			return p.Append(dst, l.tagger.Scores(), reference)
		}
	case interop.CRFPP:
		p := crfpp.NewPrinter(labels, o.crfpp())
		var rows features.Rows
		return func(dst []byte, l *labeller, s *sentence) ([]byte, error) {
			rows = fields(rows, s)
			return p.Append(dst, l.tagger.Scores(), rows)
		}
	case interop.Wapiti:
		p := wapiti.NewPrinter(labels, o.wapiti())
		var lines []string
		var given []int
		return func(dst []byte, l *labeller, s *sentence) ([]byte, error) {
			lines, given = lines[:0], given[:0]
			for t := range s.rows.Len() {
				lines = append(lines, s.rows.Row(t))
			}
			if o.fixed {
				l.names = l.in.labels(l.names, s, l.fit.label)
				for _, name := range l.names {
					given = append(given, slices.Index(labels, name)) // as Wapiti, what is unknown is free
				}
			}
			return p.Append(dst, l.tagger.Scores(), lines, given)
		}
	}
	return nil
}

// fields returns the columns of s, in memory of dst's.
func fields(dst features.Rows, s *sentence) features.Rows {
	n, columns := s.rows.Len(), s.rows.Columns()
	for len(dst) < n {
		dst = append(dst, nil)
	}
	for t := range n {
		dst[t] = dst[t][:0]
		for c := range columns {
			dst[t] = append(dst[t], s.rows.Field(t, c))
		}
	}
	return dst[:n]
}

package trellis

import (
	"io"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// FileOptions are the options of [Model.TagFiles]. The zero value writes the best labels in the
// format of the input.
type FileOptions struct {
	NBest         int  // number of labellings per sentence, each with its probability; 0 means the best without
	Posterior     bool // label each token with its most probable label (posterior decoding)
	Probabilities bool // add the probability of each label
	Spans         bool // add the probability of each span to its first token
	Unconstrained bool // ignore the constraints of the label scheme
	NoDictionary  bool // ignore the tag dictionary
	Fixed         bool // keep the labels of the input; "_", "?" and "" mean no label

	Format corpus.Format
	// Documents says how documents of annotation tools are read. Tagging replaces their spans.
	Documents DocumentOptions
	// Create opens a file of the output for documents of brat, which have two files each.
	Create  func(name string) (io.WriteCloser, error)
	Label   string // label column; "" means as in training
	Form    string // word column; "" means as in training
	Threads int    // number of goroutines; 0 means one per core

	OutputFormat string   // "same" (or "") as the input, or the format of "crfsuite", "crfpp" or "wapiti"
	Detail       []string // variants of the output of a tool: reference, path, all, scores, bare

	Warn  func(string) // receives warnings about files that look misread; may be nil
	Count func(Total)  // receives the size of each labelled part of the input, in order; may be nil

	to DocumentWriter // of TagDocuments
}

// A Total counts sentences and tokens.
type Total struct{ Sentences, Tokens int }

func (t *Total) add(sentences, tokens int) {
	t.Sentences += sentences
	t.Tokens += tokens
}

// Values of OutputFormat.
const (
	same     = "same" // as the input, like ""
	asSuite  = "crfsuite"
	asCRFPP  = "crfpp"
	asWapiti = "wapiti"
)

// Values of Detail.
const (
	detailReference = "reference" // add the label of the input
	detailPath      = "path"      // add score and probability of the labelling
	detailAll       = "all"       // add the probabilities of all labels
	detailScores    = "scores"    // add the scores of the labelling and its labels
	detailBare      = "bare"      // write labels only
)

// details lists the values of Detail that each tool supports.
var details = map[string][]string{
	asSuite:  {detailReference, detailPath, detailAll},
	asCRFPP:  {detailAll},
	asWapiti: {detailScores, detailBare},
}

// tool returns the tool whose output format is set, or "" for the format of the input.
func (o *FileOptions) tool() string {
	if o.OutputFormat == same {
		return ""
	}
	return o.OutputFormat
}

func (o *FileOptions) says(detail string) bool { return slices.Contains(o.Detail, detail) }

// Check returns an [*OptionError] for an option that is out of range or contradicts another.
func (o FileOptions) Check() error {
	if err := o.checkOutput(o.tool()); err != nil {
		return err
	}
	switch {
	case o.NBest < 0:
		return model.Refuse("nbest", "{nbest} %d: want a positive number", o.NBest)
	case o.NBest > 0 && o.Posterior && o.tool() == "":
		return model.Refuse("posterior", "{posterior} gives one labelling per sentence; it cannot be combined with {nbest}")
	case o.Threads < 0:
		return model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", o.Threads)
	}
	return nil
}

// checkOutput rejects options that the output format of a tool does not support.
func (o *FileOptions) checkOutput(tool string) error {
	known, ok := details[tool]
	switch {
	case tool == "" && len(o.Detail) > 0:
		return model.Refuse("detail", "{detail} needs {output-format} crfsuite, crfpp or wapiti")
	case tool == "":
		return nil
	case !ok:
		return model.Refuse("output-format", "{output-format} %s: want same, crfsuite, crfpp or wapiti", tool)
	}
	for _, d := range o.Detail {
		if !slices.Contains(known, d) {
			return model.Refuse("detail", "{detail} %s: want one of %s for {output-format} %s", d, strings.Join(known, ", "), tool)
		}
	}
	without := func(option string) error {
		return model.Refuse(option, "{output-format} %s does not support {%s}", tool, option)
	}
	switch {
	case o.Spans:
		return without("span-probs")
	case o.NBest > 0 && tool == asSuite:
		return without("nbest")
	case o.Posterior && tool != asWapiti:
		return without("posterior")
	case o.Probabilities && tool == asWapiti:
		return model.Refuse("probs", "{probs}: for the probabilities of Wapiti, use {posterior} {detail} scores")
	}
	return nil
}

// taggerOptions returns the options of the taggers. Printers compute what other tools print.
func (o *FileOptions) taggerOptions() model.TagOptions {
	t := model.TagOptions{Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary, Fixed: o.Fixed}
	if o.tool() == "" {
		t.NBest, t.Posterior, t.Probabilities, t.Spans = o.NBest, o.Posterior, o.Probabilities, o.Spans
	}
	return t
}

// checkModel returns a *model.OptionError if the model cannot produce the output format. NewTagger
// checks the other options.
func (o *FileOptions) checkModel(m model.Labeller) error {
	if o.tool() == "" {
		return nil
	}
	refuse := func(format string, args ...any) error {
		return model.Refuse("output-format", "{output-format} "+o.OutputFormat+": "+format, args...)
	}
	to := m.Metadata().Output
	switch {
	case m.Kind() == model.SemiMarkov:
		return refuse("the model scores whole spans, which this format cannot hold")
	case m.Kind() == model.Pruned:
		return refuse("the model scores only a few labels of each token, and this format has all")
	case to != structured.Plain:
		return refuse("the model converts its labels from %[2]s to %[1]s, which this format does not allow", to, m.Scheme())
	}
	return nil
}

// suite, pp and wapiti convert the options to the options of the tools.
func (o *FileOptions) suite() crfsuite.Output {
	return crfsuite.Output{Reference: o.says(detailReference), Probability: o.says(detailPath), Marginal: o.Probabilities, MarginalAll: o.says(detailAll)}
}

func (o *FileOptions) pp() crfpp.Options {
	p := crfpp.Options{NBest: o.NBest}
	switch {
	case o.says(detailAll):
		p.Verbose = 2
	case o.Probabilities:
		p.Verbose = 1
	}
	return p
}

func (o *FileOptions) wapiti() wapiti.Options {
	return wapiti.Options{
		Scores: o.says(detailScores), Posterior: o.Posterior, NBest: o.NBest, Only: o.says(detailBare),
		Labelled: o.Label == "-1", Force: o.Fixed,
	}
}

package trellis

import (
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// FileOptions say how [Model.TagFiles] labels files. The zero value writes the best labels in the format of the input.
type FileOptions struct {
	NBest         int  // the n best labellings of each sentence, with their probabilities
	Posterior     bool // the most probable label of each token, instead of the best labelling
	Probabilities bool // add the probability of each label
	Spans         bool // add the probability of each span, at its first token
	Unconstrained bool // labels may break the grammar of their scheme
	NoDictionary  bool // words may have labels that the tag dictionary lacks
	Fixed         bool // keep the labels that the input has; "_", "?" and "" stand for none

	Format  corpus.Format
	Label   string // column of the labels; "": as in training
	Form    string // column of the words; "": as in training
	Threads int    // goroutines that label; 0: one a core

	OutputFormat string   // "same" (or "") as the input, or what "crfsuite", "crfpp" or "wapiti" writes
	Detail       []string // what such output says besides: reference, path, all; scores, bare

	Warn func(string) // hears of what is odd in attribute files; may be nil
}

// The values of OutputFormat.
const (
	same     = "same" // as the input; "" means the same
	asSuite  = "crfsuite"
	asCRFPP  = "crfpp"
	asWapiti = "wapiti"
)

// The values of Detail: what a tool adds, or leaves out.
const (
	detailReference = "reference" // the label of the file
	detailPath      = "path"      // score and probability of the labelling
	detailAll       = "all"       // the probabilities of all labels
	detailScores    = "scores"    // of the labelling and its labels
	detailBare      = "bare"      // nothing but labels
)

// details are those that each tool knows.
var details = map[string][]string{
	asSuite:  {detailReference, detailPath, detailAll},
	asCRFPP:  {detailAll},
	asWapiti: {detailScores, detailBare},
}

// tool is the tool whose output is asked for, "" for the format of the input.
func (o *FileOptions) tool() string {
	if o.OutputFormat == same {
		return ""
	}
	return o.OutputFormat
}

func (o *FileOptions) says(detail string) bool { return slices.Contains(o.Detail, detail) }

// Check returns a *model.OptionError for an option that is out of range or does not go with another.
func (o FileOptions) Check() error {
	if err := o.checkOutput(o.tool()); err != nil {
		return err
	}
	switch {
	case o.NBest < 0:
		return model.Refuse("nbest", "{nbest} %d: want a positive number", o.NBest)
	case o.NBest > 0 && o.Posterior && o.tool() == "":
		return model.Refuse("posterior", "{posterior} finds one labelling, {nbest} lists the best by another measure")
	case o.Threads < 0:
		return model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", o.Threads)
	}
	return nil
}

// checkOutput finds options that the output of a tool has nothing for.
func (o *FileOptions) checkOutput(tool string) error {
	known, ok := details[tool]
	switch {
	case tool == "" && len(o.Detail) > 0:
		return model.Refuse("detail", "{detail} is for {output-format} crfsuite, crfpp and wapiti")
	case tool == "":
		return nil
	case !ok:
		return model.Refuse("output-format", "{output-format} %s: want same, crfsuite, crfpp or wapiti", tool)
	}
	for _, d := range o.Detail {
		if !slices.Contains(known, d) {
			return model.Refuse("detail", "{detail} %s: {output-format} %s knows %s", d, tool, strings.Join(known, ", "))
		}
	}
	without := func(option string) error {
		return model.Refuse(option, "{output-format} %s writes nothing for {%s}", tool, option)
	}
	switch {
	case o.Spans:
		return without("span-probs")
	case o.NBest > 0 && tool == asSuite:
		return without("nbest")
	case o.Posterior && tool != asWapiti:
		return without("posterior")
	case o.Probabilities && tool == asWapiti:
		return model.Refuse("probs", "{probs}: Wapiti's probabilities are {posterior} {detail} scores")
	}
	return nil
}

// taggerOptions are those of the taggers. What another tool's output says is found by its printer.
func (o *FileOptions) taggerOptions() model.TagOptions {
	t := model.TagOptions{Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary, Fixed: o.Fixed}
	if o.tool() == "" {
		t.NBest, t.Posterior, t.Probabilities, t.Spans = o.NBest, o.Posterior, o.Probabilities, o.Spans
	}
	return t
}

// checkModel returns a *model.OptionError for an output format that the model has no numbers for. NewTagger checks the
// rest.
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
		return refuse("the model scores spans as wholes, which that tool has no output for")
	case m.Kind() == model.Pruned:
		return refuse("the model looks at a few labels of each token, and that tool's output has all")
	case to != structured.Plain:
		return refuse("the model writes labels in %s, but has %s inside, which is not for another tool's output", to, m.Scheme())
	}
	return nil
}

// suite, pp and wapiti return what the options mean to the tools.
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
